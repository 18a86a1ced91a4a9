//! `trace-cat`: the lines of a packed file, all of them or those that are asked for.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};
use filter::{Emit, Stage, ordered_map};

use crate::packed::{Limits, Reader, Scan};

/// Unpack what trace-pack packed: all lines, or only some records, reading no more of the file than they need.
///
/// Reads a packed file and writes the lines that it was made of, byte for byte. Damage anywhere in what is read
/// ends the program with status 2; without `--record` and `--id` that is the whole file.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// The packed file; none, or `-`, is stdin
    #[arg(value_name = "FILE")]
    pub input: Option<PathBuf>,

    /// Only the records with these numbers, from 1: `7`, `7..9`, `7..`, `..9`
    #[arg(long, value_name = "N[..M]")]
    pub record: Option<Numbers>,

    /// Only the records with this `id`
    #[arg(long, value_name = "ID", conflicts_with = "record")]
    pub id: Option<String>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done (also: the file is damaged).

Example: the tenth program of a million, for people:
  trace-cat runs.ntrace --record 10 | trace-text --style snoop";

/// Numbers of records, the first from 0, the end behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    from: u64,
    to: u64,
}

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither a number from 1 nor a range of them (7..9)");
        let number = |part: &str, otherwise: u64| match part {
            "" => Ok(otherwise),
            part => part.parse().map_err(|_| wrong()),
        };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (number(first, 1)?, number(last, u64::MAX)?),
            None => (number(text, 0)?, number(text, 0)?),
        };
        if first == 0 || last < first { Err(wrong()) } else { Ok(Self { from: first - 1, to: last }) }
    }
}

/// Unpacks.
///
/// # Errors
/// If the file is damaged or none, or there is no such record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let limits = Limits::for_records_of(args.common.max_record_bytes);
    let path = args.input.clone().unwrap_or_else(|| PathBuf::from("-"));
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let result = match (&args.record, &args.id) {
        (None, None) => scan(&path, limits, stage),
        _ if path == Path::new("-") => bail!("--record and --id need a file, not a pipe"),
        (record, id) => pick(&path, limits, record.as_ref(), id.as_deref(), stage),
    };
    result.context(name)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).context("cannot open it")
}

fn scan(path: &Path, limits: Limits, stage: &mut Stage) -> Result<()> {
    let source: Box<dyn io::Read + Send> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(open(path)?) };
    let mut source = BufReader::new(source);
    if io::BufRead::fill_buf(&mut source).context("cannot read on")?.is_empty() && path == Path::new("-") {
        // Nothing is what an empty pipe gives.
        return Ok(());
    }
    let blocks = Scan::begin(source, limits)?;
    let dictionary = blocks.dictionary();
    let mut left = stage.common().limit.unwrap_or(u64::MAX);
    let work = |content: Vec<u8>| Ok((dictionary.unpack(&content, limits)?, content.len() as u64));
    ordered_map(blocks, stage.common().workers(), work, |(lines, bytes), _| {
        let mut emit = Emit::default();
        for line in lines.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            left -= 1;
            emit.raw(line);
        }
        stage.count_in(lines.len() as u64, bytes);
        stage.absorb(emit)
    })
}

fn pick(
    path: &Path,
    limits: Limits,
    numbers: Option<&Numbers>,
    id: Option<&str>,
    stage: &mut Stage,
) -> Result<()> {
    let mut reader = Reader::open(BufReader::new(open(path)?), limits)?;
    let mut found = 0_u64;
    let mut take = |line: &[u8]| {
        found += 1;
        let mut emit = Emit::default();
        emit.raw(line);
        stage.absorb(emit)
    };
    match (numbers, id) {
        (_, Some(id)) => reader.with_id(id, &mut take)?,
        (Some(numbers), None) => reader.records(numbers.from, numbers.to, &mut take)?,
        (None, None) => {}
    }
    if found == 0 {
        bail!("no such record among {}", reader.n_records());
    }
    stage.count_in(found, 0);
    Ok(())
}

filter::filter!(Args, "trace-cat", run);
