//! What the model and the baselines are worth, as records.

use anyhow::Result;
use evaluation::Metrics;
use nalin_model::Model;
use records::{Metric, Origin, Record as _, Split};

use crate::data::{Data, Lesson};

/// The name of a part in records.
pub(crate) fn split_name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Valid => "valid",
        Split::Test => "test",
    }
}

/// Figures on one part: with all negatives, and with each kind of them alone.
pub(crate) fn measure(model: &Model, data: &Data, split: Split, fold: u64) -> Result<Vec<Metric>> {
    let mut metrics = Vec::new();
    let part = data.part(split);
    let scores = model.par_scores(&part.iter().map(|known| known.subject).collect::<Vec<_>>())?;
    let lessons: Vec<&Lesson> = data.lessons(split).collect();
    for (name, origin) in [
        ("", None),
        ("type_guided", Some(Origin::TypeGuided)),
        ("random", Some(Origin::Random)),
        ("within_type", Some(Origin::WithinType)),
    ] {
        if !lessons.iter().any(|lesson| origin.is_none() || Some(lesson.origin) == origin) {
            continue;
        }
        let (scores, labels): (Vec<f64>, Vec<bool>) = lessons
            .iter()
            .zip(&scores)
            .filter(|(lesson, _)| !lesson.misfit || origin.is_none() || Some(lesson.origin) == origin)
            .map(|(lesson, score)| (score, lesson.misfit))
            .unzip();
        let base = Metric {
            schema: Metric::SCHEMA.to_owned(),
            model: model.config.arch.clone(),
            phase: "result".to_owned(),
            fold,
            split: split_name(split).to_owned(),
            origin: name.to_owned(),
            epoch: model.config.epoch as u64,
            step: -1,
            lr: -1.0,
            ..Metric::default()
        };
        metrics.push(metric(base, &Metrics::of(&scores, &labels, model.config.threshold)));
    }
    Ok(metrics)
}

/// Fills in the figures.
pub(crate) fn metric(base: Metric, metrics: &Metrics) -> Metric {
    Metric {
        examples: metrics.examples as u64,
        threshold: metrics.threshold,
        loss: metrics.loss,
        precision: metrics.precision,
        recall: metrics.recall,
        f1: metrics.f1,
        auc: metrics.auc,
        accuracy: metrics.accuracy,
        ..base
    }
}
