//! Scores against labels, with intervals: of all, and by kind of negatives, type and repository.
//!
//! An interval is made of samples with replacement, in which each example stands as often as a draw from the
//! Poisson distribution of mean 1 says (Chamandy and others 2012): so one sample after the other needs nothing
//! but the scores, in their order, and a few sums.

use std::sync::Arc;

use anyhow::Result;
use filter::Stage;
use records::{Evaluation, Label, Random, Record as _};
use rustc_hash::FxHashMap;

use crate::incoming::Incoming;

/// How many samples an interval is made of.
const SAMPLES: usize = 200;

/// The score of an example whose label is known.
pub(crate) struct Judged {
    score: f64,
    misfit: bool,
    origin: String,
    type_class: String,
    repo: String,
}

impl Judged {
    /// `None` for a record without a label.
    pub(crate) fn of((record, score): (Incoming, f64)) -> Option<Self> {
        let misfit = record.extra.get("label")?.as_u64()? > 0;
        let origin = record.extra.get("origin").and_then(|origin| origin.as_str()).unwrap_or_default();
        let origin = if misfit { origin.to_owned() } else { String::new() };
        Some(Self { score, misfit, origin, type_class: record.type_class, repo: record.head.repo })
    }
}

impl From<Label> for Judged {
    /// What a person said of a finding.
    fn from(label: Label) -> Self {
        let none = String::new;
        Self { score: label.score, misfit: label.label > 0, origin: none(), type_class: none(), repo: none() }
    }
}

/// All examples that are judged by.
#[derive(Default)]
pub(crate) struct Judgements {
    all: Vec<One>,
    texts: FxHashMap<Arc<str>, Arc<str>>,
}

struct One {
    score: f64,
    misfit: bool,
    origin: Arc<str>,
    type_class: Arc<str>,
    repo: Arc<str>,
}

impl Judgements {
    /// Adds an example.
    pub(crate) fn add(&mut self, judged: Judged) {
        let mut shared = |text: String| {
            let text: Arc<str> = text.into();
            Arc::clone(self.texts.entry(Arc::clone(&text)).or_insert(text))
        };
        let (origin, type_class) = (shared(judged.origin), shared(judged.type_class));
        let repo = shared(judged.repo);
        self.all.push(One { score: judged.score, misfit: judged.misfit, origin, type_class, repo });
    }

    /// Writes the figures at nine thresholds and the model's own.
    pub(crate) fn report(mut self, own_threshold: f64, stage: &mut Stage) -> Result<()> {
        if self.all.is_empty() {
            stage.warn("no labelled examples, so there is nothing to measure");
            return Ok(());
        }
        let mut thresholds: Vec<f64> = (1..10).map(|tenth| f64::from(tenth) / 10.0).collect();
        thresholds.push(own_threshold);
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        self.all.sort_by(|a, b| a.score.total_cmp(&b.score));
        let all: Vec<&One> = self.all.iter().collect();
        let (fitting, misfits): (Vec<&One>, Vec<&One>) = all.iter().partition(|one| !one.misfit);

        let seed = stage.common().seed;
        let mut write = |group: [&str; 3], members: &[&One]| {
            let scores: Vec<(f64, bool)> = members.iter().map(|one| (one.score, one.misfit)).collect();
            let random = Random::keyed(seed, "nalin-score/eval", &group.join("\n"));
            evaluations(&scores, &thresholds, random).into_iter().try_for_each(|evaluation| {
                let [origin, type_class, repo] = group.map(str::to_owned);
                let own_threshold = evaluation.threshold.total_cmp(&own_threshold).is_eq();
                stage.write(&Evaluation { origin, type_class, repo, own_threshold, ..evaluation })
            })
        };
        write(["", "", ""], &all)?;
        for (origin, mut members) in by(misfits, |one| &one.origin) {
            members.extend(&fitting);
            members.sort_by(|a, b| a.score.total_cmp(&b.score));
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

/// The figures of a group at each threshold, from its scores in ascending order.
fn evaluations(scores: &[(f64, bool)], thresholds: &[f64], random: Random) -> Vec<Evaluation> {
    let cuts: Vec<usize> =
        thresholds.iter().map(|threshold| scores.partition_point(|(score, _)| score <= threshold)).collect();
    let mut poisson = Poisson { random, bits: 0, left: 0 };
    let found = Sample::draw(scores, &cuts, || 1);
    let samples: Vec<Sample> = (0..SAMPLES).map(|_| Sample::draw(scores, &cuts, || poisson.draw())).collect();
    let interval = |figure: &dyn Fn(&Sample) -> f64| {
        let mut figures: Vec<f64> = samples.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        (figures[SAMPLES / 40], figures[SAMPLES - 1 - SAMPLES / 40])
    };
    let (auc_low, auc_high) = interval(&|sample| sample.auc);
    let at = |(place, &threshold): (usize, &f64)| {
        let (precision_low, precision_high) = interval(&|sample| sample.precision(place));
        let (recall_low, recall_high) = interval(&|sample| sample.recall(place));
        let (f1_low, f1_high) = interval(&|sample| sample.f1(place));
        Evaluation {
            schema: Evaluation::SCHEMA.to_owned(),
            threshold,
            examples: scores.len() as u64,
            inconsistent: found.all[1],
            precision: found.precision(place),
            precision_low,
            precision_high,
            recall: found.recall(place),
            recall_low,
            recall_high,
            f1: found.f1(place),
            f1_low,
            f1_high,
            auc: found.auc,
            auc_low,
            auc_high,
            accuracy: found.accuracy(place),
            ..Evaluation::default()
        }
    };
    thresholds.iter().enumerate().map(at).collect()
}

/// What is counted of a sample; of a pair of numbers the first is of those that fit.
struct Sample {
    all: [u64; 2],
    /// Up to each threshold.
    below: Vec<[u64; 2]>,
    auc: f64,
}

impl Sample {
    fn draw(scores: &[(f64, bool)], cuts: &[usize], mut times: impl FnMut() -> u64) -> Self {
        let (mut seen, mut below, mut at) = ([0, 0], Vec::with_capacity(cuts.len()), 0);
        // Twice the number of pairs in which the misfit scores higher; ties count half.
        let mut wins: u128 = 0;
        for ties in scores.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            while cuts.get(below.len()) == Some(&at) {
                below.push(seen);
            }
            let mut tied = [0, 0];
            ties.iter().for_each(|(_, misfit)| tied[usize::from(*misfit)] += times());
            wins += u128::from(tied[1]) * u128::from(2 * seen[0] + tied[0]);
            seen = [seen[0] + tied[0], seen[1] + tied[1]];
            at += ties.len();
        }
        below.resize(cuts.len(), seen);
        let pairs = 2.0 * seen[0] as f64 * seen[1] as f64;
        let auc = if pairs > 0.0 { wins as f64 / pairs } else { 0.5 };
        Self { all: seen, below, auc }
    }

    /// Warnings at a threshold: false ones and right ones.
    fn warned(&self, place: usize) -> [u64; 2] {
        [self.all[0] - self.below[place][0], self.all[1] - self.below[place][1]]
    }

    fn precision(&self, place: usize) -> f64 {
        let [wrong, right] = self.warned(place);
        share(right, wrong + right)
    }

    fn recall(&self, place: usize) -> f64 {
        share(self.warned(place)[1], self.all[1])
    }

    fn f1(&self, place: usize) -> f64 {
        let [wrong, right] = self.warned(place);
        share(2 * right, wrong + right + self.all[1])
    }

    fn accuracy(&self, place: usize) -> f64 {
        share(self.warned(place)[1] + self.below[place][0], self.all[0] + self.all[1])
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Draws from the Poisson distribution of mean 1, four of 64 random bits.
struct Poisson {
    random: Random,
    bits: u64,
    left: u32,
}

impl Poisson {
    fn draw(&mut self) -> u64 {
        // 65,536 times the probability of at most 0, 1, ….
        const AT_MOST: [u64; 7] = [24_109, 48_218, 60_273, 64_291, 65_296, 65_497, 65_531];
        if self.left == 0 {
            (self.bits, self.left) = (self.random.bits(), 4);
        }
        let draw = self.bits & 0xffff;
        (self.bits, self.left) = (self.bits >> 16, self.left - 1);
        AT_MOST.iter().map(|&limit| u64::from(draw >= limit)).sum()
    }
}

#[cfg(test)]
mod tests {
    use nalin_model::Metrics;
    use records::Random;

    use super::{Poisson, Sample, evaluations};

    #[test]
    fn figures_are_those_of_the_model_crate() {
        let mut random = Random::keyed(5, "test", "");
        let mut scores: Vec<(f64, bool)> = (0..500)
            .map(|_| {
                let misfit = random.unit() < 0.4;
                // Few different scores, so that there are ties and some lie on a threshold.
                (random.below(11 + 4 * u64::from(misfit)).min(10) as f64 / 10.0, misfit)
            })
            .collect();
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (plain, labels): (Vec<f64>, Vec<bool>) = scores.iter().copied().unzip();
        let thresholds = [0.0, 0.3, 0.5, 0.95, 1.0];
        for found in evaluations(&scores, &thresholds, random) {
            let metrics = Metrics::of(&plain, &labels, found.threshold);
            let expected = [metrics.precision, metrics.recall, metrics.f1, metrics.accuracy, metrics.auc];
            let figures = [found.precision, found.recall, found.f1, found.accuracy, found.auc];
            for (figure, expected) in figures.iter().zip(expected) {
                assert!((figure - expected).abs() < 1e-12, "{found:?} {metrics:?}");
            }
            assert!(found.auc_low < found.auc && found.auc < found.auc_high, "{found:?}");
        }
    }

    /// The spread of a share of 2,000 is known.
    #[test]
    fn intervals_are_as_wide_as_they_should_be() {
        let scores: Vec<(f64, bool)> = (0..2000).map(|at| (f64::from(at) / 2000.0, at % 4 == 0)).collect();
        let found = &evaluations(&scores, &[-1.0], Random::keyed(6, "test", ""))[0];
        let expected = 2.0 * 1.96 * (0.25_f64 * 0.75 / 2000.0).sqrt();
        let width = found.precision_high - found.precision_low;
        assert!((0.8..1.25).contains(&(width / expected)), "{width} {expected}");
    }

    #[test]
    fn draws_have_mean_and_variance_one() {
        let mut poisson = Poisson { random: Random::keyed(7, "test", ""), bits: 0, left: 0 };
        let draws: Vec<f64> = (0..100_000).map(|_| poisson.draw() as f64).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }

    #[test]
    fn one_class_alone_is_undecided() {
        let sample = Sample::draw(&[(0.2, false), (0.8, false)], &[1], || 1);
        assert_eq!((sample.auc, sample.f1(0), sample.precision(0), sample.accuracy(0)), (0.5, 0.0, 0.0, 0.5));
    }
}
