//! `trace-pack`: a stream of traces in a file that is a fraction as long, and can be read anywhere.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use filter::{Emit, Input, Stage, ordered_map};

use crate::packed::{BLOCK_BYTES, BLOCK_LINES, Dictionary, Encoded, Packer};

/// Pack traces: blocks of 256 lines in columns, compressed with zstd and a dictionary learned from the first of
/// them, with a checksum a block and an index at the end.
///
/// Reads the trace/1 and run/1 records of `nbexec --trace`, or any other lines, and writes a packed file.
/// `trace-cat` gives the same bytes back, whole or only the records that are asked for. A trace is taken apart
/// where that loses nothing; any other line is kept as it is.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// How hard zstd tries, 1 to 19
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(i32).range(1..=19))]
    pub level: i32,

    /// Say on stderr how many bytes a line and an event took
    #[arg(long)]
    pub stats: bool,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: record, pack, and look at one record of it later:
  nbexec --trace rewrite scripts.jsonl | trace-pack --level 19 -o runs.ntrace
  trace-cat runs.ntrace --record 12345 | trace-text";

/// Lines of one block.
#[derive(Default)]
struct Batch {
    lines: Vec<Vec<u8>>,
    emit: Emit,
}

/// The next block of lines, none at the end.
fn gather(input: &mut Input) -> Result<Option<Batch>> {
    let mut batch = Batch::default();
    let mut bytes = 0;
    let mut is_over = true;
    while batch.lines.len() < BLOCK_LINES && bytes < BLOCK_BYTES {
        let Some(line) = input.next_line()? else { break };
        is_over = false;
        if line.too_long {
            batch.emit.reject_too_long(&line);
        } else {
            bytes += line.bytes.len();
            batch.lines.push(line.bytes);
        }
    }
    Ok(if is_over { None } else { Some(batch) })
}

/// Packs.
///
/// # Errors
/// If the input cannot be read or the output not be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let mut input = stage.input(args.inputs.clone());
    let (mut packer, mut totals) = (Packer::default(), Totals::default());

    // The first blocks wait until a dictionary is learned from them.
    let mut first = Vec::new();
    while first.len() < Dictionary::BLOCKS {
        let Some(batch) = gather(&mut input)? else { break };
        first.push(Encoded::of(&totals.take(batch, stage)?));
    }
    let is_all = first.len() < Dictionary::BLOCKS;
    let dictionary = Dictionary::learn(&first, is_all, args.level)?;
    stage.write_bytes(&packer.begin(&dictionary)?)?;
    for encoded in first {
        totals.events += encoded.events;
        let packed = dictionary.pack(&encoded, args.level)?;
        stage.write_bytes(&packer.block(packed))?;
    }
    let blocks = std::iter::from_fn(|| gather(&mut input).transpose());
    let work = |mut batch: Batch| {
        let encoded = Encoded::of(&batch.lines);
        let packed = dictionary.pack(&encoded, args.level)?;
        let lines = std::mem::take(&mut batch.lines);
        Ok((packed, encoded.events, batch.emit, Lengths::of(&lines)))
    };
    ordered_map(blocks, stage.common().workers(), work, |(packed, events, emit, lengths), _| {
        totals.events += events;
        totals.add(lengths, emit, stage)?;
        stage.write_bytes(&packer.block(packed))
    })?;
    stage.write_bytes(&packer.end()).context("cannot end the file")?;
    totals.report(args, stage, packer.bytes());
    Ok(())
}

struct Lengths {
    lines: u64,
    bytes: u64,
}

impl Lengths {
    fn of(lines: &[Vec<u8>]) -> Self {
        let bytes = lines.iter().map(|line| line.len() as u64 + 1).sum();
        Self { lines: lines.len() as u64, bytes }
    }
}

#[derive(Default)]
struct Totals {
    lines: u64,
    bytes: u64,
    events: u64,
}

impl Totals {
    fn take(&mut self, batch: Batch, stage: &mut Stage) -> Result<Vec<Vec<u8>>> {
        self.add(Lengths::of(&batch.lines), batch.emit, stage)?;
        Ok(batch.lines)
    }

    fn add(&mut self, lengths: Lengths, emit: Emit, stage: &mut Stage) -> Result<()> {
        self.lines += lengths.lines;
        self.bytes += lengths.bytes;
        stage.count_in(lengths.lines, lengths.bytes);
        stage.absorb(emit)
    }

    fn report(&self, args: &Args, stage: &mut Stage, packed: u64) {
        stage.count("lines", self.lines);
        stage.count("events", self.events);
        if args.stats {
            let per = |what: u64| packed as f64 / what.max(1) as f64;
            stage.warn(&format!(
                "{} bytes packed to {packed}: {:.1} % of them, {:.1} bytes a line, {:.3} bytes an event ({} events)",
                self.bytes,
                100.0 * per(self.bytes),
                per(self.lines),
                per(self.events),
                self.events
            ));
        }
    }
}

filter::filter!(Args, "trace-pack", run);
