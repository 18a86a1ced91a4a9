//! `negsample`: draws negative examples.
//!
//! Pair records in, example records out. The set is read whole and held in compact form: values once,
//! names and classes as numbers, lines in a spool. The parts of the data are made first, then
//! each pair gets its negatives from its own part, by random numbers keyed by its id: neither the order of
//! the input nor the number of jobs changes what is drawn.

pub mod cli;
pub mod config;
pub mod gather;
pub mod hard;
pub mod pools;
pub mod split;

use std::collections::BTreeMap;

use anyhow::Result;
use evaluation::Shares;
use filter::{Batch, Emit, Input, Stage, ordered_map};
use records::{Example, Origin, Random, Reason, Split, append_field, append_text_field, begin_record};

use crate::config::{Config, SplitBy};
use crate::gather::{Set, hash};
use crate::pools::Pools;

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
    let batches = lines.into_batches()?.map(|batch| {
        let batch = batch?;
        let start = first;
        first += batch.records().count() as u32;
        Ok((start, batch))
    });
    let writer = Writer { set: &set, parts: &parts, pools: &pools, config };
    let treat = |(start, batch): (u32, Batch)| {
        let mut emit = Emit::default();
        let mut missing = Vec::new();
        for (row, line) in (start..).zip(batch.records()) {
            let n = writer.write(row, line, &mut emit);
            if n > 0 {
                missing.push((row, n, path_of(line)));
            }
        }
        Ok((emit, missing))
    };
    // By name: its first row and that row's path, its rows and the negatives that they lack.
    let mut lacking: BTreeMap<u32, (u32, String, u64, u64)> = BTreeMap::new();
    ordered_map(batches, stage.common().workers(), treat, |(emit, missing), _| {
        for (row, n, path) in missing {
            let entry = lacking.entry(set.rows[row as usize].name).or_insert((row, path, 0, 0));
            entry.2 += 1;
            entry.3 += n;
        }
        stage.absorb(emit)
    })?;
    let mut emit = Emit::default();
    for (name, (row, path, pairs, negatives)) in lacking {
        emit.count("missing_negatives", negatives);
        let detail = format!("nothing left to draw for `{}` ({pairs} pairs)", set.names.get(name));
        emit.reject(set.ids.get(row).trim_matches('"'), path, Reason::NoCandidate, detail);
    }
    stage.absorb(emit)
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
            let turned: Vec<u64> = groups.iter().map(|key| hash(&[&key.to_string()])).collect();
            return Self { positives, negatives: split::published(&turned, config.test_per_class), n_groups };
        }
        let positives = match config.split {
            SplitBy::None => vec![Split::Train; groups.len()],
            SplitBy::Keep => set.rows.iter().map(|row| row.split).collect(),
            _ => match config.fold {
                Some(fold) => evaluation::split::by_fold(&groups, fold, config.valid),
                None => {
                    let shares = Shares { valid: config.valid, test: config.test };
                    evaluation::split::by_size(&groups, shares)
                }
            },
        };
        Self { negatives: positives.clone(), positives, n_groups }
    }
}

/// Writes examples.
struct Writer<'a> {
    set: &'a Set,
    parts: &'a Parts,
    pools: &'a Pools<'a>,
    config: &'a Config,
}

impl Writer<'_> {
    /// Writes one pair and its negatives; returns how many could not be drawn.
    fn write(&self, row: u32, line: &[u8], emit: &mut Emit) -> u64 {
        let id = self.set.ids.get(row);
        let part = self.parts.positives[row as usize];
        self.example(id, row, Origin::Positive, "\"\"", part, line, emit);

        let mut random = Random::keyed(self.config.seed, "negsample", id);
        let drawn = self.pools.draw(row, part, &mut random);
        for (number, (donor, origin)) in (1..).zip(&drawn) {
            // The id is JSON text: its number goes before the closing quote.
            let own_id = format!("{}-{number}\"", &id[..id.len() - 1]);
            let part = self.parts.negatives[row as usize];
            self.example(&own_id, *donor, *origin, self.set.ids.get(*donor), part, line, emit);
        }
        u64::from(self.config.ratio) - drawn.len() as u64
    }

    /// Writes one example: `id` and `donor` are JSON texts, the value is that of the row `value_of`.
    #[expect(clippy::too_many_arguments, reason = "they are the fields of a record")]
    fn example(
        &self,
        id: &str,
        value_of: u32,
        origin: Origin,
        donor: &str,
        part: Split,
        line: &[u8],
        emit: &mut Emit,
    ) {
        let row = &self.set.rows[value_of as usize];
        emit.line(|buffer| {
            begin_record::<Example>(buffer);
            append_field("id", id, buffer);
            append_field("value", self.set.values.get(row.value), buffer);
            append_text_field("type_class", self.set.classes.get(row.class), buffer);
            append_field("label", if origin == Origin::Positive { "0" } else { "1" }, buffer);
            append_text_field("origin", origin.as_str(), buffer);
            append_field("donor", donor, buffer);
            append_text_field("split", part.as_str(), buffer);
            buffer.extend_from_slice(line);
            buffer.push(b'}');
        });
        emit.count(origin.as_str(), 1);
        emit.count(part.as_str(), 1);
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
