//! `nalin-score`: pairs or examples in; scored records, findings, or an evaluation out.
//!
//! Scored records stream: each leaves as it came, with its score, in the order of input. Findings and
//! evaluations need all scores first and hold what they will report, no more. A score depends on the
//! record and the model alone, not on what stands beside it, nor on `--jobs`.

pub mod cli;

mod beside;
mod default_model;
mod evaluate;
mod explain;
mod filter_nalin;
mod gather;
mod incoming;
mod passed_over;
mod scorer;
mod silence;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use filter::{Emit, Line, Stage};
use records::{Finding, Label, Record as _};
use report::{Background, Format};

use cli::{Args, Reading, Verb, WarningFilter};
use evaluate::{Judged, Judgements};
use gather::{Candidate, Candidates};
use incoming::Incoming;
use passed_over::{Wanted, passed_over};
use scorer::Scorer;

/// Candidates that are explained at a time when not all are wanted.
const FEW: usize = 64;

/// Reads, scores, reports.
///
/// # Errors
/// A malformed record, or a model that cannot be read.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let reading = args.read();
    let device = learn::device(&reading.device)?;
    let model = default_model::load(reading.model.as_deref(), &device)?;
    let scorer = Scorer::new(&model)?;
    if let Some(Verb::Explain { id, .. }) = &args.verb {
        return explain_one(&scorer, args, id, stage);
    }
    if args.eval {
        return evaluate(&scorer, args, stage);
    }
    if !args.wants_findings() {
        let at_least = args.min_score.unwrap_or(0.0);
        let work = |lines, emit: &mut Emit| {
            let (scored, result) = score(&scorer, args, lines);
            let kept = scored.into_iter().filter(|(_, score)| *score >= at_least);
            let written =
                kept.map(|(record, score)| record.scored(score)).try_for_each(|record| emit.record(&record));
            ((), result.and(written))
        };
        let input = stage.input(args.reading.inputs.clone());
        return stage.map_batches(input, work, |()| Ok(()));
    }
    report(&scorer, args, stage)
}

fn evaluate(scorer: &Scorer, args: &Args, stage: &mut Stage) -> Result<()> {
    let work = |lines: Vec<Line>, _: &mut Emit| {
        let is_label = |line: &Line| line.schema().as_deref() == Some(Label::SCHEMA);
        let (labels, lines): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(is_label);
        let mut judged: Vec<Judged> = Vec::new();
        for label in labels {
            match label.parse::<Label>() {
                Ok(label) => judged.push(label.into()),
                Err(error) => return (judged, Err(error)),
            }
        }
        let (scored, result) = score(scorer, args, lines);
        judged.extend(scored.into_iter().filter_map(Judged::of));
        (judged, result)
    };
    let mut judgements = Judgements::default();
    let input = stage.input(args.reading.inputs.clone());
    stage.map_batches(input, work, |batch| {
        batch.into_iter().for_each(|judged| judgements.add(judged));
        Ok(())
    })?;
    judgements.report(scorer.model.config.threshold, stage)
}

/// What a report says of all values, reported or not.
#[derive(Default)]
struct Seen {
    types: BTreeMap<String, u64>,
    judged: Vec<(f64, bool)>,
}

fn report(scorer: &Scorer, args: &Args, stage: &mut Stage) -> Result<()> {
    let mut candidates = Candidates::new(args.top.filter(|_| args.write_baseline.is_none()));
    let mut seen = Seen::default();
    let at_least = args.min_score.unwrap_or(scorer.model.config.threshold);
    let wants_sums = args.format == Format::Html;
    let work = |lines, emit: &mut Emit| {
        let (scored, result) = score(scorer, args, lines);
        let mut sums = Seen::default();
        if wants_sums {
            scored.iter().for_each(|(record, score)| sums.add(record, *score));
        }
        let over = scored.into_iter().filter(|(_, score)| *score >= at_least);
        // A value that we put to the name ourselves is no finding.
        let of_others = over.filter(|(record, _)| !record.is_negative());
        let kept = of_others.filter(|(record, _)| {
            let step = left_out(scorer, args, record);
            step.into_iter().for_each(|step| emit.count(step, 1));
            step.is_none()
        });
        let kept: Vec<_> = kept.map(|(record, score)| Candidate::new(record, score)).collect();
        ((kept, sums), result)
    };
    let input = stage.input(args.reading.inputs.clone());
    stage.map_batches(input, work, |(batch, sums)| {
        batch.into_iter().for_each(|candidate| candidates.add(candidate));
        seen.merge(sums);
        Ok(())
    })?;
    let findings = chosen(scorer, args, candidates.into_sorted(), stage)?;
    if args.check && !findings.is_empty() {
        stage.answer_no();
    }
    stage.count("findings", findings.len() as u64);
    let mut background = Background::of(&findings);
    (background.types, background.judged) = (seen.types, seen.judged);
    let mut options = options(args, background, stage);
    options.threshold = at_least;
    if wants_sums {
        beside::read(&args.reading.run, &mut options.background)?;
    }
    let mut out = BufWriter::with_capacity(1 << 16, filter::StageWriter(stage));
    // The error of the pipe itself must be seen, not what it is wrapped in.
    report::write(args.format, &findings, &options, &mut out).map_err(|error| match error {
        report::Error::Io(error) => error.into(),
        other => anyhow!(other),
    })?;
    out.flush()?;
    drop(out);
    // The process ends here, and to free so many small things one by one takes a while.
    std::mem::forget(findings);
    Ok(())
}

/// Why a finding is nothing for people, if so: the filter that was asked for takes it, or else our own.
fn left_out(scorer: &Scorer, args: &Args, record: &Incoming) -> Option<&'static str> {
    match args.filter {
        Some(WarningFilter::Nalin) => filter_nalin::taken_by(&record.site.name, &record.type_class),
        None => {
            let wanted = Wanted { generic_names: args.generic_names, stand_ins: args.stand_ins };
            passed_over(scorer.model, record, wanted)
        }
    }
}

/// Explains the candidates that nothing silences, the `--top` worst of them.
fn chosen(
    scorer: &Scorer,
    args: &Args,
    candidates: Vec<Candidate>,
    stage: &mut Stage,
) -> Result<Vec<Finding>> {
    let jobs = stage.common().workers();
    let mut candidates = candidates;
    let count =
        |stage: &mut Stage, name, before: usize, after: usize| stage.count(name, (before - after) as u64);
    if let Some(revision) = &args.changed_since {
        let mut changes = silence::Changes::since(revision, &args.root)?;
        let before = candidates.len();
        let mut kept = Vec::new();
        for candidate in candidates {
            if changes.touch(&candidate)? {
                kept.push(candidate);
            }
        }
        candidates = kept;
        count(stage, "unchanged_left_out", before, candidates.len());
    }
    if let Some(path) = &args.write_baseline {
        silence::write_baseline(path, &candidates)?;
        let n = candidates.len();
        stage.warn(&format!("{n} findings are listed in {}, and are not reported", path.display()));
        return Ok(Vec::new());
    }
    if let Some(path) = &args.baseline {
        let mut accepted = silence::read_baseline(path)?;
        let before = candidates.len();
        candidates.retain(|candidate| match accepted.get_mut(&candidate.fingerprint) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        count(stage, "baseline_left_out", before, candidates.len());
    }
    let top = args.top.unwrap_or(usize::MAX);
    let (mut findings, mut ignored) = (Vec::new(), 0);
    let mut candidates = candidates.into_iter().peekable();
    while findings.len() < top && candidates.peek().is_some() {
        // What a comment silences depends on the rule, which only an explanation tells.
        let part = if args.top.is_some() { (top - findings.len()).max(FEW) } else { usize::MAX };
        for finding in explain::findings(scorer, candidates.by_ref().take(part).collect(), jobs)? {
            let (site, code) = (&finding.site, finding.rule.code());
            if !args.no_ignore && pysource::silences(&site.pragma, code, &site.name) {
                ignored += 1;
            } else if findings.len() < top {
                findings.push(finding);
            }
        }
    }
    stage.count("ignored", ignored);
    Ok(findings)
}

/// The finding that a record is or would be, at length; whatever it scores.
fn explain_one(scorer: &Scorer, args: &Args, id: &str, stage: &mut Stage) -> Result<()> {
    let mut candidates = Candidates::new(None);
    let work = |lines, _: &mut Emit| score(scorer, args, lines);
    let Reading { inputs, run, .. } = args.read();
    stage.map_batches(stage.input(inputs.clone()), work, |batch| {
        batch.into_iter().for_each(|(record, score)| candidates.add(Candidate::new(record, score)));
        Ok(())
    })?;
    let is_meant = |one: &Candidate| one.fingerprint.starts_with(id) || one.record.id.starts_with(id);
    let meant: Vec<Candidate> = candidates.into_sorted().into_iter().filter(is_meant).collect();
    if id.is_empty() || meant.is_empty() {
        bail!("nothing that was read has the id `{}`", filter::escape(id));
    }
    let findings = explain::findings(scorer, meant, stage.common().workers())?;
    let mut options = options(args, Background::of(&findings), stage);
    beside::read(run, &mut options.background)?;
    for (at, finding) in findings.iter().enumerate() {
        let mut bytes = if at > 0 { b"\n".to_vec() } else { Vec::new() };
        report::explain(finding, &options, &mut bytes)?;
        stage.write_bytes(&bytes)?;
    }
    Ok(())
}

fn options(args: &Args, background: Background, stage: &Stage) -> report::Options {
    let to_terminal = stage.common().output == Path::new("-") && io::stdout().is_terminal();
    report::Options {
        colour: to_terminal && (args.format == Format::Text || args.verb.is_some()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        order: args.order,
        background,
        jobs: stage.common().workers(),
        ..report::Options::default()
    }
}

impl Seen {
    fn add(&mut self, record: &Incoming, score: f64) {
        if !record.is_negative() {
            match self.types.get_mut(&record.type_class) {
                Some(n) => *n += 1,
                None => drop(self.types.insert(record.type_class.clone(), 1)),
            }
        }
        if let Some(label) = record.extra.get("label").and_then(serde_json::Value::as_u64) {
            self.judged.push((score, label > 0));
        }
    }

    fn merge(&mut self, other: Self) {
        for (name, n) in other.types {
            *self.types.entry(name).or_default() += n;
        }
        self.judged.extend(other.judged);
    }
}

/// Scores the records of some lines. At a malformed line it stops, with those before it and the error.
fn score(scorer: &Scorer, args: &Args, lines: Vec<Line>) -> (Vec<(Incoming, f64)>, Result<()>) {
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
