//! How good scores are: precision, recall, F1, accuracy, area under the ROC curve, log loss.

use serde::{Deserialize, Serialize};

use crate::share;

/// Figures of a set of scores at one threshold. Where a figure is not defined (precision without a
/// warning, AUC with one class) it is 0, the AUC one half.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct Metrics {
    /// Examples.
    pub examples: usize,
    /// Those whose label is `true`.
    pub positives: usize,
    /// A score above it is a warning.
    pub threshold: f64,
    /// Mean log loss.
    pub loss: f64,
    /// Share of the warnings that are right.
    pub precision: f64,
    /// Share of the positives that is warned of.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Share of right answers.
    pub accuracy: f64,
    /// Probability that a positive scores higher than a negative; ties count half.
    pub auc: f64,
}

impl Metrics {
    /// Measures scores from 0 to 1 against the truth.
    pub fn of(scores: &[f64], labels: &[bool], threshold: f64) -> Self {
        let mut counts = [[0_u64; 2]; 2];
        let mut loss = 0.0;
        for (&score, &label) in scores.iter().zip(labels) {
            counts[usize::from(label)][usize::from(score > threshold)] += 1;
            loss -= (if label { score } else { 1.0 - score }).max(1e-7).ln();
        }
        let [[true_negative, false_positive], [false_negative, true_positive]] = counts;
        let precision = share(true_positive, true_positive + false_positive);
        let recall = share(true_positive, true_positive + false_negative);
        Self {
            examples: scores.len(),
            positives: (true_positive + false_negative) as usize,
            threshold,
            loss: loss / scores.len().max(1) as f64,
            precision,
            recall,
            f1: share(2 * true_positive, 2 * true_positive + false_positive + false_negative),
            accuracy: share(true_positive + true_negative, scores.len() as u64),
            auc: auc(scores, labels),
        }
    }
}

/// The area under the ROC curve, from ranks.
fn auc(scores: &[f64], labels: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let positives = labels.iter().filter(|&&label| label).count();
    let negatives = labels.len() - positives;
    if positives == 0 || negatives == 0 {
        return 0.5;
    }
    let mut rank_sum = 0.0;
    let mut start = 0;
    for ties in order.chunk_by(|&a, &b| scores[a].total_cmp(&scores[b]).is_eq()) {
        let mean_rank = start as f64 + (ties.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * ties.iter().filter(|&&at| labels[at]).count() as f64;
        start += ties.len();
    }
    (rank_sum - positives as f64 * (positives as f64 + 1.0) / 2.0) / (positives as f64 * negatives as f64)
}

/// The threshold of the best F1, and the lowest of them; one half when nothing is positive.
pub fn best_threshold(scores: &[f64], labels: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let positives = labels.iter().filter(|&&label| label).count();
    let (mut best, mut threshold, mut right) = (0.0, 0.5, 0);
    for (rank, &at) in order.iter().enumerate() {
        right += usize::from(labels[at]);
        let next = order.get(rank + 1).map_or(0.0, |&next| scores[next]);
        // A threshold must lie between two different scores.
        if next < scores[at] || rank + 1 == order.len() {
            let f1 = 2.0 * right as f64 / (rank + 1 + positives) as f64;
            if f1 > best {
                (best, threshold) = (f1, f64::midpoint(scores[at], next));
            }
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::{Metrics, auc, best_threshold};

    #[test]
    fn figures_by_hand() {
        let scores = [0.9, 0.8, 0.4, 0.3, 0.2];
        let labels = [true, false, true, false, false];
        let metrics = Metrics::of(&scores, &labels, 0.5);
        assert_eq!((metrics.precision, metrics.recall, metrics.f1, metrics.accuracy), (0.5, 0.5, 0.5, 0.6));
        // Of the six comparisons 0.9 wins three, 0.4 two.
        assert!((metrics.auc - 5.0 / 6.0).abs() < 1e-12);
        assert!((best_threshold(&scores, &labels) - 0.35).abs() < 1e-12);
    }

    #[test]
    fn ties_count_half_and_one_class_is_undecided() {
        assert!((auc(&[0.5, 0.5, 0.5], &[true, false, false]) - 0.5).abs() < 1e-12);
        assert!((auc(&[0.1, 0.9], &[true, true]) - 0.5).abs() < 1e-12);
        let empty = Metrics::of(&[], &[], 0.5);
        assert_eq!((empty.examples, empty.f1, empty.auc), (0, 0.0, 0.5));
    }
}
