//! `nalin-score`: pairs or examples in; scored records, findings, or an evaluation out.
//!
//! Scored records stream: each leaves as it came, with its score, in the order of input. Findings and
//! evaluations need all scores first and hold what they will report, no more. A score depends on the
//! record and the model alone, not on what stands beside it, nor on `--jobs`.

pub mod cli;

mod evaluate;
mod explain;
mod gather;
mod incoming;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::{Result, anyhow};
use filter::{Emit, Line, Stage};
use nalin_model::{Device, Model};
use report::Format;

use cli::Args;
use gather::Candidates;
use incoming::Incoming;

/// Reads, scores, reports.
///
/// # Errors
/// A malformed record, or a model that cannot be read.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let model = Model::load(&args.model, &Device::Cpu)?;
    let input = stage.input(args.inputs.clone());
    if args.eval {
        let work = |lines, _: &mut Emit| {
            let (scored, result) = score(&model, args, lines);
            (scored.into_iter().filter_map(evaluate::Judged::of).collect::<Vec<_>>(), result)
        };
        let mut judged = Vec::new();
        stage.map_batches(input, work, |batch| {
            judged.extend(batch);
            Ok(())
        })?;
        return evaluate::report(&judged, model.config.threshold, stage);
    }
    if !args.wants_findings() {
        let at_least = args.min_score.unwrap_or(0.0);
        let work = |lines, emit: &mut Emit| {
            let (scored, result) = score(&model, args, lines);
            let kept = scored.into_iter().filter(|(_, score)| *score >= at_least);
            let written =
                kept.map(|(record, score)| record.scored(score)).try_for_each(|record| emit.record(&record));
            ((), result.and(written))
        };
        return stage.map_batches(input, work, |()| Ok(()));
    }

    let mut candidates = Candidates::new(args.top);
    let at_least = args.min_score.unwrap_or(model.config.threshold);
    let work = |lines, emit: &mut Emit| {
        let (scored, result) = score(&model, args, lines);
        let over: Vec<_> = scored.into_iter().filter(|(_, score)| *score >= at_least).collect();
        // A value that we put to the name ourselves is no finding.
        let over: Vec<_> = over.into_iter().filter(|(record, _)| !record.is_negative()).collect();
        let is_quiet =
            |record: &Incoming| !args.generic_names && nalin_model::names::is_generic(&record.site.name);
        let before = over.len();
        let kept: Vec<_> = over.into_iter().filter(|(record, _)| !is_quiet(record)).collect();
        emit.count("generic_names_left_out", (before - kept.len()) as u64);
        (kept, result)
    };
    stage.map_batches(input, work, |batch| {
        batch.into_iter().for_each(|(record, score)| candidates.add(record, score));
        Ok(())
    })?;
    let candidates = candidates.into_sorted();
    if args.check && !candidates.is_empty() {
        stage.answer_no();
    }
    let findings = candidates.into_iter().map(|(record, score)| explain::finding(&model, record, score));
    let findings = findings.collect::<Result<Vec<_>>>()?;
    stage.count("findings", findings.len() as u64);
    let to_terminal = stage.common().output == Path::new("-") && io::stdout().is_terminal();
    let options = report::Options {
        colour: to_terminal && args.format == Format::Text,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        threshold: at_least,
    };
    let mut bytes = Vec::new();
    report::write(args.format, &findings, &options, &mut bytes)?;
    stage.write_bytes(&bytes)
}

/// Scores the records of some lines. At a malformed line it stops, with those before it and the error.
fn score(model: &Model, args: &Args, lines: Vec<Line>) -> (Vec<(Incoming, f64)>, Result<()>) {
    let mut records = Vec::with_capacity(lines.len());
    let mut kept = Vec::new();
    let mut result = Ok(());
    for line in lines {
        match Incoming::parse(&line) {
            Ok(record) if args.split.as_ref().is_some_and(|part| !record.is_in(part)) => {}
            Ok(record) if args.keep_scores && record.score().is_none() => {
                result = Err(anyhow!("{}: expected a record with a `score` (--keep-scores)", line.place));
                break;
            }
            Ok(record) => {
                kept.extend(record.score());
                records.push(record);
            }
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    if args.keep_scores {
        return (records.into_iter().zip(kept).collect(), result);
    }
    let subjects: Vec<_> = records.iter().map(Incoming::subject).collect();
    match model.scores(&subjects) {
        Ok(scores) => (records.into_iter().zip(scores).collect(), result),
        Err(error) => (Vec::new(), Err(error)),
    }
}
