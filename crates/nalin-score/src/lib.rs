//! `nalin-score`: pairs or examples in; scored records, findings, or an evaluation out.
//!
//! Scored records stream: each leaves as it came, with its score, in the order of input. Findings and
//! evaluations need all scores first and hold what they will report, no more. A score depends on the
//! record and the model alone, not on what stands beside it, nor on `--jobs`. One module a mode; what is a
//! finding is decided in [`findings`].

mod choices;
pub mod cli;

mod beside;
mod default_model;
mod evaluate;
mod explain;
mod incoming;
mod report_findings;
mod report_one;
mod scorer;
mod silence;
mod stream;

use anyhow::Result;
use filter::Stage;

use cli::{Args, Verb};
use scorer::Scorer;

/// Reads, scores, reports.
///
/// # Errors
/// A malformed record, or a model that cannot be read.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let reading = args.read();
    let device = learn::device(&reading.device)?;
    let model = default_model::load(reading.model.as_deref(), &device)?;
    let scorer = Scorer::new(&model)?;
    match &args.verb {
        Some(Verb::Explain { id, .. }) => report_one::run(&scorer, args, id, stage),
        None if args.eval => evaluate::run(&scorer, args, stage),
        None if args.wants_findings() => report_findings::run(&scorer, args, stage),
        None => stream::run(&scorer, args, stage),
    }
}
