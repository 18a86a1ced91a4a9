//! The mode for people and their tools: what is worth a look, the worst first, in any format.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};

use anyhow::{Result, anyhow};
use filter::{Emit, Stage};
use findings::{Candidate, Candidates, Left, Selection, Wanted, left_out, select};
use records::Finding;
use report::{Background, Format};

use crate::choices::WarningFilter;
use crate::cli::Args;
use crate::incoming::Incoming;
use crate::report_one::options;
use crate::scorer::Scorer;
use crate::{beside, explain, silence, stream};

/// What a report says of all values, reported or not.
#[derive(Default)]
struct Seen {
    types: BTreeMap<String, u64>,
    judged: Vec<(f64, bool)>,
}

/// Reports what scores over the threshold and nothing silences.
pub(crate) fn run(scorer: &Scorer, args: &Args, stage: &mut Stage) -> Result<()> {
    let mut candidates = Candidates::new(args.top.filter(|_| args.write_baseline.is_none()));
    let mut seen = Seen::default();
    let at_least = args.min_score.unwrap_or(scorer.model.config.threshold);
    let wants_sums = args.format == Format::Html;
    let wanted = wanted(args);
    let work = |lines, emit: &mut Emit| {
        let (scored, result) = stream::score(scorer, args, lines);
        let mut sums = Seen::default();
        if wants_sums {
            scored.iter().for_each(|(record, score)| sums.add(record, *score));
        }
        let over = scored.into_iter().filter(|(_, score)| *score >= at_least);
        // A value that we put to the name ourselves is no finding.
        let of_others = over.filter(|(record, _)| !record.is_negative());
        let kept = of_others.filter(|(record, _)| {
            let step = left_out(scorer, &record.subject(), &record.site.text, wanted);
            step.into_iter().for_each(|step| emit.count(step, 1));
            step.is_none()
        });
        let kept: Vec<_> = kept.map(|(record, score)| Candidate::new(record.scored(score))).collect();
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

/// The filter that was asked for, or else our own.
fn wanted(args: &Args) -> Wanted {
    match args.filter {
        Some(WarningFilter::Nalin) => Wanted::Published,
        None => Wanted::Arguable { generic_names: args.generic_names, stand_ins: args.stand_ins },
    }
}

/// Explains the candidates that nothing silences, the `--top` worst of them.
fn chosen(
    scorer: &Scorer,
    args: &Args,
    mut candidates: Vec<Candidate>,
    stage: &mut Stage,
) -> Result<Vec<Finding>> {
    let jobs = stage.common().workers();
    if let Some(revision) = &args.changed_since {
        let before = candidates.len();
        candidates = silence::changed_since(revision, &args.root, candidates)?;
        stage.count("unchanged_left_out", (before - candidates.len()) as u64);
    }
    if let Some(path) = &args.write_baseline {
        silence::write_baseline(path, &candidates)?;
        let n = candidates.len();
        stage.warn(&format!("{n} findings are listed in {}, and are not reported", path.display()));
        return Ok(Vec::new());
    }
    let baseline = args.baseline.as_deref().map(silence::read_baseline).transpose()?.unwrap_or_default();
    let selection = Selection { top: args.top, baseline, no_ignore: args.no_ignore };
    let Left { findings, accepted, ignored } =
        select(candidates, &selection, |part| explain::findings(scorer, part, jobs))?;
    if args.baseline.is_some() {
        stage.count("baseline_left_out", accepted);
    }
    stage.count("ignored", ignored);
    Ok(findings)
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
