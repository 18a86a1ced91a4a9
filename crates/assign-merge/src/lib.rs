//! `assign-merge`: cleans what was recorded, merges types, removes duplicates.
//!
//! Assignment records in, pair records out. The whole set is read before the first pair leaves, because
//! the most frequent types and the counts of duplicates are known only then; memory is bounded all the
//! same (see [`gather`]). A filter never changes what an earlier stage said: the type as recorded stays
//! beside its class, and the text of a value is handed on byte for byte.

pub mod cli;
pub mod config;
pub mod gather;
pub mod rules;
pub mod select;
mod spelled;
pub mod types;
mod view;

use anyhow::Result;
use filter::{Emit, Input, Stage};

use crate::config::Config;
use crate::gather::append_pair;
use crate::rules::Verdict;

/// Reads assignments, writes pairs.
///
/// # Errors
/// A malformed line, or an output that cannot be written.
pub fn run(config: &Config, input: Input, stage: &mut Stage) -> Result<()> {
    let gathered = gather::gather(config, input, stage)?;
    let selection = select::select(&gathered.entries, &gathered.types, config);
    for (name, n) in &selection.account {
        stage.count(name, *n);
    }
    let mut kept = gathered
        .entries
        .iter()
        .zip(&selection.counts)
        .filter(|(entry, _)| entry.verdict == Verdict::Keep)
        .map(|(entry, count)| (selection.classes[entry.type_id as usize].as_str(), *count, entry.has_weight));
    for batch in gathered.lines.into_batches()? {
        let mut emit = Emit::default();
        for (line, (class, count, has_weight)) in batch?.records().zip(&mut kept) {
            if count > 0 {
                emit.line(|pair| append_pair(line, class, count, has_weight, pair));
            }
        }
        stage.absorb(emit)?;
    }
    Ok(())
}
