//! Figures with bootstrap intervals.
//!
//! An interval is made of samples with replacement, in which each group stands as often as a draw from the Poisson
//! distribution of mean 1 says (Chamandy and others 2012): so one sample after the other needs nothing but the scores,
//! in their order, and a few sums. Where examples of one repository go wrong together, repositories are the groups:
//! with each example a group of its own the intervals would be too narrow.

use std::collections::HashMap;

use records::Random;

use crate::share;

/// How many samples an interval is made of.
const SAMPLES: usize = 200;

/// An example with its score.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// Higher where `true` is likelier.
    pub score: f64,
    /// The truth.
    pub label: bool,
    /// The number of its group.
    pub group: u32,
}

/// A figure and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Of the examples as they are.
    pub value: f64,
    /// The 2.5th percentile of the samples.
    pub low: f64,
    /// The 97.5th.
    pub high: f64,
}

/// What scores are worth.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Examples whose label is `true`.
    pub positives: u64,
    /// The area under the ROC curve.
    pub auc: Interval,
    /// Figures at each threshold, in their order.
    pub at: Vec<AtThreshold>,
}

/// What scores are worth when those above a threshold are warnings.
#[derive(Clone, Copy, Debug)]
pub struct AtThreshold {
    /// The threshold.
    pub threshold: f64,
    /// Share of the warnings that are right.
    pub precision: Interval,
    /// Share of the positives that is warned of.
    pub recall: Interval,
    /// Harmonic mean of the two.
    pub f1: Interval,
    /// Share of right answers.
    pub accuracy: f64,
}

/// Figures of examples, at thresholds in ascending order.
pub fn figures(mut examples: Vec<Scored>, thresholds: &[f64], random: Random) -> Figures {
    examples.sort_by(|a, b| a.score.total_cmp(&b.score));
    let n_groups = renumber(&mut examples);
    let cuts: Vec<usize> =
        thresholds.iter().map(|threshold| examples.partition_point(|one| one.score <= *threshold)).collect();
    let mut poisson = Poisson { random, bits: 0, left: 0 };
    let found = Sample::new(&examples, &cuts, &vec![1; n_groups]);
    let sample = |_| {
        let times: Vec<u8> = (0..n_groups).map(|_| poisson.draw()).collect();
        Sample::new(&examples, &cuts, &times)
    };
    let samples: Vec<Sample> = (0..SAMPLES).map(sample).collect();
    let interval = |figure: &dyn Fn(&Sample) -> f64| {
        let mut figures: Vec<f64> = samples.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let (low, high) = (figures[SAMPLES / 40], figures[SAMPLES - 1 - SAMPLES / 40]);
        Interval { value: figure(&found), low, high }
    };
    let at = |(place, &threshold): (usize, &f64)| AtThreshold {
        threshold,
        precision: interval(&|sample| sample.precision(place)),
        recall: interval(&|sample| sample.recall(place)),
        f1: interval(&|sample| sample.f1(place)),
        accuracy: found.accuracy(place),
    };
    Figures {
        positives: found.all[1],
        auc: interval(&|sample| sample.auc),
        at: thresholds.iter().enumerate().map(at).collect(),
    }
}

/// Numbers the groups from 0 without gaps, in the order in which they come; how many there are.
fn renumber(examples: &mut [Scored]) -> usize {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    for one in examples {
        let next = numbers.len() as u32;
        one.group = *numbers.entry(one.group).or_insert(next);
    }
    numbers.len()
}

/// What is counted of a sample; of a pair of numbers the first is of negatives.
struct Sample {
    all: [u64; 2],
    /// Up to each threshold.
    below: Vec<[u64; 2]>,
    auc: f64,
}

impl Sample {
    /// `times` says how often each group is in it.
    fn new(ascending: &[Scored], cuts: &[usize], times: &[u8]) -> Self {
        let (mut seen, mut below, mut at) = ([0, 0], Vec::with_capacity(cuts.len()), 0);
        // Twice the number of pairs in which the positive scores higher; ties count half.
        let mut wins: u128 = 0;
        for ties in ascending.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
            while cuts.get(below.len()) == Some(&at) {
                below.push(seen);
            }
            let mut tied = [0, 0];
            for one in ties {
                tied[usize::from(one.label)] += u64::from(times[one.group as usize]);
            }
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

/// Draws from the Poisson distribution of mean 1, four of 64 random bits.
struct Poisson {
    random: Random,
    bits: u64,
    left: u32,
}

impl Poisson {
    fn draw(&mut self) -> u8 {
        // 65,536 times the probability of at most 0, 1, ….
        const AT_MOST: [u64; 7] = [24_109, 48_218, 60_273, 64_291, 65_296, 65_497, 65_531];
        if self.left == 0 {
            (self.bits, self.left) = (self.random.bits(), 4);
        }
        let draw = self.bits & 0xffff;
        (self.bits, self.left) = (self.bits >> 16, self.left - 1);
        AT_MOST.iter().map(|&limit| u8::from(draw >= limit)).sum()
    }
}

#[cfg(test)]
mod tests {
    use records::Random;

    use super::{Poisson, Sample, Scored, figures};
    use crate::Metrics;

    /// Examples in ascending order, each a group of its own.
    fn alone(mut scores: Vec<(f64, bool)>) -> Vec<Scored> {
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        (0..).zip(scores).map(|(group, (score, label))| Scored { score, label, group }).collect()
    }

    #[test]
    fn figures_are_those_of_the_metrics() {
        let mut random = Random::keyed(5, "test", "");
        let scores = (0..500).map(|_| {
            let label = random.unit() < 0.4;
            // Few different scores, so that there are ties and some lie on a threshold.
            (random.below(11 + 4 * u64::from(label)).min(10) as f64 / 10.0, label)
        });
        let scored = alone(scores.collect());
        let (plain, labels): (Vec<f64>, Vec<bool>) = scored.iter().map(|one| (one.score, one.label)).unzip();
        let found = figures(scored, &[0.0, 0.3, 0.5, 0.95, 1.0], random);
        assert!(found.auc.low < found.auc.value && found.auc.value < found.auc.high, "{found:?}");
        for at in found.at {
            let metrics = Metrics::of(&plain, &labels, at.threshold);
            let expected = [metrics.precision, metrics.recall, metrics.f1, metrics.accuracy, metrics.auc];
            let figures = [at.precision.value, at.recall.value, at.f1.value, at.accuracy, found.auc.value];
            for (figure, expected) in figures.iter().zip(expected) {
                assert!((figure - expected).abs() < 1e-12, "{at:?} {metrics:?}");
            }
        }
    }

    /// The spread of a share of 2,000 is known; that of 200 groups of ten alike is that of a share of 200.
    #[test]
    fn intervals_are_as_wide_as_they_should_be() {
        let ten = |at: u32, group: u32| Scored {
            score: f64::from(at) / 2000.0,
            label: group.is_multiple_of(4),
            // Numbers of groups may have gaps.
            group: 10 * group,
        };
        for (n, size) in [(2000.0_f64, 1), (200.0, 10)] {
            let scored: Vec<Scored> = (0..2000).map(|at| ten(at, at / size)).collect();
            let found = figures(scored, &[-1.0], Random::keyed(6, "test", "")).at[0].precision;
            let expected = 2.0 * 1.96 * (0.25_f64 * 0.75 / n).sqrt();
            let width = found.high - found.low;
            assert!((0.8..1.25).contains(&(width / expected)), "{width} {expected}");
        }
    }

    #[test]
    fn draws_have_mean_and_variance_one() {
        let mut poisson = Poisson { random: Random::keyed(7, "test", ""), bits: 0, left: 0 };
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(poisson.draw())).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }

    #[test]
    fn one_class_alone_is_undecided() {
        let sample = Sample::new(&alone(vec![(0.2, false), (0.8, false)]), &[1], &[1, 1]);
        assert_eq!((sample.auc, sample.f1(0), sample.precision(0), sample.accuracy(0)), (0.5, 0.0, 0.0, 0.5));
    }
}
