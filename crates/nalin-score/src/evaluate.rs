//! The mode `--eval`: scores against labels, with intervals: of all, and by kind of negatives, type and repository.

use std::sync::Arc;

use anyhow::Result;
use evaluation::{AtThreshold, Figures, Scored, figures};
use filter::{Emit, Line, Stage};
use records::{Evaluation, Label, Random, Record as _};
use rustc_hash::FxHashMap;

use crate::cli::Args;
use crate::incoming::Incoming;
use crate::scorer::Scorer;
use crate::stream;

/// Measures the scores of labelled examples.
pub(crate) fn run(scorer: &Scorer, args: &Args, stage: &mut Stage) -> Result<()> {
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
        let (scored, result) = stream::score(scorer, args, lines);
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

/// The score of an example whose label is known.
struct Judged {
    score: f64,
    label: bool,
    origin: String,
    type_class: String,
    repo: String,
}

impl Judged {
    /// `None` for a record without a label.
    fn of((record, score): (Incoming, f64)) -> Option<Self> {
        let label = record.extra.get("label")?.as_u64()? > 0;
        let origin = record.extra.get("origin").and_then(|origin| origin.as_str()).unwrap_or_default();
        let origin = if label { origin.to_owned() } else { String::new() };
        Some(Self { score, label, origin, type_class: record.type_class, repo: record.head.repo })
    }
}

impl From<Label> for Judged {
    /// What a person said of a finding.
    fn from(label: Label) -> Self {
        let none = String::new;
        Self { score: label.score, label: label.label > 0, origin: none(), type_class: none(), repo: none() }
    }
}

/// All examples that are judged by.
#[derive(Default)]
struct Judgements {
    all: Vec<One>,
    texts: FxHashMap<Arc<str>, Arc<str>>,
}

struct One {
    score: f64,
    label: bool,
    origin: Arc<str>,
    type_class: Arc<str>,
    repo: Arc<str>,
}

impl Judgements {
    /// Adds an example.
    fn add(&mut self, judged: Judged) {
        let mut shared = |text: String| {
            let text: Arc<str> = text.into();
            Arc::clone(self.texts.entry(Arc::clone(&text)).or_insert(text))
        };
        let (origin, type_class) = (shared(judged.origin), shared(judged.type_class));
        let repo = shared(judged.repo);
        self.all.push(One { score: judged.score, label: judged.label, origin, type_class, repo });
    }

    /// Writes the figures at nine thresholds and the model's own.
    fn report(self, own_threshold: f64, stage: &mut Stage) -> Result<()> {
        if self.all.is_empty() {
            stage.warn("no labelled examples, so there is nothing to measure");
            return Ok(());
        }
        let mut thresholds: Vec<f64> = (1..10).map(|tenth| f64::from(tenth) / 10.0).collect();
        thresholds.push(own_threshold);
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        let all: Vec<&One> = self.all.iter().collect();
        let (fitting, unfit): (Vec<&One>, Vec<&One>) = all.iter().partition(|one| !one.label);

        let seed = stage.common().seed;
        let mut write = |group: [&str; 3], members: &[&One]| {
            let random = Random::keyed(seed, "nalin-score/eval", &group.join("\n"));
            evaluations(members, &thresholds, random).into_iter().try_for_each(|evaluation| {
                let [origin, type_class, repo] = group.map(str::to_owned);
                let own_threshold = evaluation.threshold.total_cmp(&own_threshold).is_eq();
                stage.write(&Evaluation { origin, type_class, repo, own_threshold, ..evaluation })
            })
        };
        write(["", "", ""], &all)?;
        for (origin, mut members) in by(unfit, |one| &one.origin) {
            members.extend(&fitting);
            write([origin, "", ""], &members)?;
        }
        for (type_class, members) in by(all.clone(), |one| &one.type_class) {
            write(["", type_class, ""], &members)?;
        }
        for (repo, members) in by(all, |one| &one.repo) {
            write(["", "", repo], &members)?;
        }
        Ok(())
    }
}

/// Groups by a text, in its order, the members of each in the order in which they came; `""` is no group.
fn by(mut members: Vec<&One>, key: fn(&One) -> &Arc<str>) -> Vec<(&str, Vec<&One>)> {
    members.retain(|one| !key(one).is_empty());
    members.sort_by(|a, b| key(a).cmp(key(b)));
    let groups = members.chunk_by(|a, b| key(a) == key(b));
    groups.map(|group| (&**key(group[0]), group.to_vec())).collect()
}

/// The figures of a group at each threshold.
fn evaluations(members: &[&One], thresholds: &[f64], random: Random) -> Vec<Evaluation> {
    let scored = |(one, group): (&&One, u32)| Scored { score: one.score, label: one.label, group };
    let scored: Vec<Scored> = members.iter().zip(groups(members)).map(scored).collect();
    let Figures { positives, auc, at } = figures(scored, thresholds, random);
    let evaluation = |at: AtThreshold| Evaluation {
        schema: Evaluation::SCHEMA.to_owned(),
        threshold: at.threshold,
        examples: members.len() as u64,
        inconsistent: positives,
        precision: at.precision.value,
        precision_low: at.precision.low,
        precision_high: at.precision.high,
        recall: at.recall.value,
        recall_low: at.recall.low,
        recall_high: at.recall.high,
        f1: at.f1.value,
        f1_low: at.f1.low,
        f1_high: at.f1.high,
        auc: auc.value,
        auc_low: auc.low,
        auc_high: auc.high,
        accuracy: at.accuracy,
        ..Evaluation::default()
    };
    at.into_iter().map(evaluation).collect()
}

/// What an interval draws anew as a whole: repositories, since examples of one go wrong together; examples, where all
/// are of one repository or it is not known.
fn groups<'a>(members: &[&'a One]) -> Vec<u32> {
    let mut first: FxHashMap<&str, u32> = FxHashMap::default();
    // A group is numbered by its first example.
    let group = |(at, one): (u32, &'a One)| match &*one.repo {
        "" => at,
        repo => *first.entry(repo).or_insert(at),
    };
    let groups: Vec<u32> = (0..).zip(members.iter().copied()).map(group).collect();
    if groups.iter().all(|group| *group == 0) { (0..members.len() as u32).collect() } else { groups }
}

#[cfg(test)]
mod tests {
    use super::{One, groups};

    #[test]
    fn repositories_are_drawn_whole_unless_there_is_one_alone() {
        let one = |repo: &str| One {
            score: 0.5,
            label: false,
            origin: "".into(),
            type_class: "int".into(),
            repo: repo.into(),
        };
        let groups = |repos: &[&str]| {
            let all: Vec<One> = repos.iter().map(|repo| one(repo)).collect();
            groups(&all.iter().collect::<Vec<_>>())
        };
        assert_eq!(groups(&["a", "b", "a", "", "", "b"]), [0, 1, 0, 3, 4, 1]);
        assert_eq!(groups(&["a", "a", "a"]), [0, 1, 2]);
        assert_eq!(groups(&["", ""]), [0, 1]);
    }
}
