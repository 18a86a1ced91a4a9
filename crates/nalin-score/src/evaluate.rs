//! Scores against labels, with intervals.

use anyhow::Result;
use filter::Stage;
use nalin_model::Metrics;
use records::{Evaluation, Label, Random, Record as _};

use crate::incoming::Incoming;

/// How often the examples are drawn anew for an interval.
const DRAWS: usize = 200;

/// The score of an example whose label is known.
pub(crate) struct Judged {
    score: f64,
    misfit: bool,
    origin: String,
}

impl Judged {
    /// `None` for a record without a label.
    pub(crate) fn of((record, score): (Incoming, f64)) -> Option<Self> {
        let misfit = record.extra.get("label")?.as_u64()? > 0;
        let origin = record.extra.get("origin").and_then(|origin| origin.as_str()).unwrap_or_default();
        Some(Self { score, misfit, origin: origin.to_owned() })
    }
}

impl From<Label> for Judged {
    /// What a person said of a finding.
    fn from(label: Label) -> Self {
        Self { score: label.score, misfit: label.label > 0, origin: String::new() }
    }
}

/// Writes the figures at nine thresholds and the model's own: of all, and of each kind of negatives.
pub(crate) fn report(judged: &[Judged], own_threshold: f64, stage: &mut Stage) -> Result<()> {
    if judged.is_empty() {
        stage.warn("no labelled examples, so there is nothing to measure");
        return Ok(());
    }
    let seed = stage.common().seed;
    let mut origins: Vec<&str> =
        judged.iter().filter(|one| one.misfit).map(|one| one.origin.as_str()).collect();
    origins.sort_unstable();
    origins.dedup();
    origins.retain(|origin| !origin.is_empty());
    for origin in std::iter::once("").chain(origins) {
        let counted: Vec<&Judged> =
            judged.iter().filter(|one| !one.misfit || origin.is_empty() || one.origin == origin).collect();
        let draws = draws(&counted, seed, origin);
        for threshold in (1..10).map(|tenth| f64::from(tenth) / 10.0).chain([own_threshold]) {
            let metrics = measure(&counted, threshold);
            let drawn: Vec<Metrics> = draws.iter().map(|draw| measure(draw, threshold)).collect();
            let interval = |figure: fn(&Metrics) -> f64| {
                let mut figures: Vec<f64> = drawn.iter().map(figure).collect();
                figures.sort_by(f64::total_cmp);
                (figures[DRAWS / 40], figures[DRAWS - 1 - DRAWS / 40])
            };
            let (precision_low, precision_high) = interval(|metrics| metrics.precision);
            let (recall_low, recall_high) = interval(|metrics| metrics.recall);
            let (f1_low, f1_high) = interval(|metrics| metrics.f1);
            let (auc_low, auc_high) = interval(|metrics| metrics.auc);
            stage.write(&Evaluation {
                schema: Evaluation::SCHEMA.to_owned(),
                origin: origin.to_owned(),
                threshold,
                own_threshold: threshold.total_cmp(&own_threshold).is_eq(),
                examples: metrics.examples as u64,
                inconsistent: metrics.positives as u64,
                precision: metrics.precision,
                precision_low,
                precision_high,
                recall: metrics.recall,
                recall_low,
                recall_high,
                f1: metrics.f1,
                f1_low,
                f1_high,
                auc: metrics.auc,
                auc_low,
                auc_high,
                accuracy: metrics.accuracy,
            })?;
        }
    }
    Ok(())
}

/// Samples of the same size, drawn with replacement.
fn draws<'a>(counted: &[&'a Judged], seed: u64, origin: &str) -> Vec<Vec<&'a Judged>> {
    let mut random = Random::keyed(seed, "nalin-score/eval", origin);
    let mut draw = || counted.iter().map(|_| counted[random.below(counted.len() as u64) as usize]).collect();
    (0..DRAWS).map(|_| draw()).collect()
}

fn measure(counted: &[&Judged], threshold: f64) -> Metrics {
    let (scores, labels): (Vec<f64>, Vec<bool>) = counted.iter().map(|one| (one.score, one.misfit)).unzip();
    Metrics::of(&scores, &labels, threshold)
}
