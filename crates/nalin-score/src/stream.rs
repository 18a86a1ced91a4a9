//! The first mode: each record with its score, as it streams by; and the scoring of a batch, which all modes share.

use anyhow::{Result, anyhow};
use filter::{Emit, Line, Stage};

use crate::cli::Args;
use crate::incoming::Incoming;
use crate::scorer::Scorer;

/// Writes every record of at least `--min-score` with its score.
pub(crate) fn run(scorer: &Scorer, args: &Args, stage: &mut Stage) -> Result<()> {
    let at_least = args.min_score.unwrap_or(0.0);
    let work = |lines, emit: &mut Emit| {
        let (scored, result) = score(scorer, args, lines);
        let kept = scored.into_iter().filter(|(_, score)| *score >= at_least);
        let written =
            kept.map(|(record, score)| record.scored(score)).try_for_each(|record| emit.record(&record));
        ((), result.and(written))
    };
    let input = stage.input(args.reading.inputs.clone());
    stage.map_batches(input, work, |()| Ok(()))
}

/// Scores the records of some lines. At a malformed line it stops, with those before it and the error.
pub(crate) fn score(scorer: &Scorer, args: &Args, lines: Vec<Line>) -> (Vec<(Incoming, f64)>, Result<()>) {
    let keep_scores = args.read().keep_scores;
    let mut records = Vec::with_capacity(lines.len());
    let mut kept = Vec::new();
    let mut result = Ok(());
    for line in lines {
        match Incoming::parse(&line) {
            Ok(record) if args.split.as_ref().is_some_and(|part| !record.is_in(part)) => {}
            Ok(record) if keep_scores && record.score().is_none() => {
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
    if keep_scores {
        return (records.into_iter().zip(kept).collect(), result);
    }
    let subjects: Vec<_> = records.iter().map(Incoming::subject).collect();
    match scorer.scores(&subjects) {
        Ok(scores) => (records.into_iter().zip(scores).collect(), result),
        Err(error) => (Vec::new(), Err(error)),
    }
}
