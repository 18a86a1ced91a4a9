//! `negsample`: draws negative examples.
//!
//! Pair records in, example records out. The set is read whole and held in compact form: values once,
//! names and classes as numbers, lines in a spool. The parts of the data are made first, then
//! each pair gets its negatives from its own part, by random numbers keyed by its id: neither the order of
//! the input nor the number of jobs changes what is drawn.

pub mod cli;
pub mod config;
pub mod gather;
pub mod pools;
pub mod split;

use anyhow::Result;
use filter::{Emit, Input, Stage, ordered_map};
use records::{Origin, Random, Reason, Split};

use crate::config::{Config, SplitBy};
use crate::gather::{Set, hash};
use crate::pools::Pools;

/// Lines are handed to the workers of the second pass in batches of about this size.
const BATCH_BYTES: usize = 1 << 16;

/// Reads pairs, writes examples.
///
/// # Errors
/// A malformed line, or an output that cannot be written.
pub fn run(config: &Config, input: Input, stage: &mut Stage) -> Result<()> {
    let mut set = gather::gather(config, input, stage)?;
    let lines = std::mem::take(&mut set.lines);
    let parts = Parts::new(&set, config);
    stage.count("groups", parts.n_groups as u64);
    let pools = Pools::new(&set, &parts.positives, config);
    let mut first = 0;
    let batches = lines.into_batches(BATCH_BYTES)?.map(|batch| {
        let batch = batch?;
        let rows = first..first + batch.len() as u32;
        first = rows.end;
        Ok((rows, batch))
    });
    let workers = stage.common().workers();
    let treat = |(rows, batch): (std::ops::Range<u32>, Vec<Vec<u8>>)| {
        let mut emit = Emit::default();
        for (row, line) in rows.zip(&batch) {
            treat_row(row, line, &set, &parts, &pools, config, &mut emit);
        }
        Ok(emit)
    };
    ordered_map(batches, workers, treat, |emit, _| stage.absorb(emit))
}

/// The part of every positive, and of its negatives.
struct Parts {
    positives: Vec<Split>,
    negatives: Vec<Split>,
    n_groups: usize,
}

impl Parts {
    fn new(set: &Set, config: &Config) -> Self {
        let groups: Vec<u64> = set.rows.iter().map(|row| row.group).collect();
        let mut distinct = groups.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let n_groups = distinct.len();
        if config.split == SplitBy::Published {
            let positives = split::published(&groups, config.test_per_class);
            let turned: Vec<u64> = groups.iter().map(|key| hash(&[&key.to_string()]) as u64).collect();
            return Self { positives, negatives: split::published(&turned, config.test_per_class), n_groups };
        }
        let positives = match config.split {
            SplitBy::None => vec![Split::Train; groups.len()],
            SplitBy::Keep => set.rows.iter().map(|row| row.split).collect(),
            _ => split::deal(&groups, config),
        };
        Self { negatives: positives.clone(), positives, n_groups }
    }
}

/// Writes one pair and its negatives.
fn treat_row(
    row: u32,
    line: &[u8],
    set: &Set,
    parts: &Parts,
    pools: &Pools<'_>,
    config: &Config,
    emit: &mut Emit,
) {
    let id = set.ids.get(row);
    let part = parts.positives[row as usize];
    let mut example = Example { set, line, buffer: Vec::new() };
    example.write(id, row, Origin::Positive, "\"\"", part);
    emit.raw(&example.buffer);
    emit.count(Origin::Positive.as_str(), 1);
    emit.count(part.as_str(), 1);

    let mut random = Random::keyed(config.seed, "negsample", id);
    let drawn = pools.draw(row, part, &mut random);
    for (number, (donor, origin)) in (1..).zip(&drawn) {
        // The id is JSON text: its number goes before the closing quote.
        let own_id = format!("{}-{number}\"", &id[..id.len() - 1]);
        let part = parts.negatives[row as usize];
        example.write(&own_id, *donor, *origin, set.ids.get(*donor), part);
        emit.raw(&example.buffer);
        emit.count(origin.as_str(), 1);
        emit.count(part.as_str(), 1);
    }
    let missing = u64::from(config.ratio) - drawn.len() as u64;
    if missing > 0 {
        emit.count("missing_negatives", missing);
        let name = set.names.get(set.rows[row as usize].name);
        let detail = format!("nothing left to draw for the name `{name}` ({missing} missing)");
        emit.reject(id.trim_matches('"'), path_of(line), Reason::NoCandidate, detail);
    }
}

/// An example under construction.
struct Example<'a> {
    set: &'a Set,
    line: &'a [u8],
    buffer: Vec<u8>,
}

impl Example<'_> {
    /// Makes the line: `id` and `donor` are JSON texts, the value is that of the row `value_of`.
    fn write(&mut self, id: &str, value_of: u32, origin: Origin, donor: &str, part: Split) {
        let row = &self.set.rows[value_of as usize];
        self.buffer.clear();
        for piece in ["{\"schema\":\"example/1\",\"id\":", id, ",\"value\":", self.set.values.get(row.value)]
        {
            self.buffer.extend_from_slice(piece.as_bytes());
        }
        self.buffer.extend_from_slice(b",\"type_class\":");
        records::append_text(self.set.classes.get(row.class), &mut self.buffer);
        for piece in [
            if origin == Origin::Positive { ",\"label\":0" } else { ",\"label\":1" },
            ",\"origin\":\"",
            origin.as_str(),
            "\",\"donor\":",
            donor,
            ",\"split\":\"",
            part.as_str(),
            "\"",
        ] {
            self.buffer.extend_from_slice(piece.as_bytes());
        }
        self.buffer.extend_from_slice(self.line);
        self.buffer.push(b'}');
    }
}

/// The path in a line that was put aside.
fn path_of(line: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Place {
        path: String,
    }
    let object = [b"{", line.strip_prefix(b",").unwrap_or(line), b"}"].concat();
    serde_json::from_slice(&object).map_or_else(|_| String::new(), |Place { path }| path)
}
