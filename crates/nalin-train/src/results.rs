//! What the model and the baselines are worth, as records.

use anyhow::Result;
use evaluation::{AtThreshold, Figures, Interval, Metrics, Scored, figures};
use nalin_model::Model;
use records::{Metric, Origin, Random, Record as _, Split};

use crate::data::{CompactExample, Data};

/// The name of a part in records.
pub(crate) fn split_name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Valid => "valid",
        Split::Test => "test",
    }
}

/// What a model is worth on one part of the data, with all negatives or one kind of them.
pub(crate) struct Measured {
    /// Model, part and negatives: a record that lacks its number.
    pub(crate) of: Metric,
    pub(crate) metrics: Metrics,
    /// Nothing where all examples are of one repository.
    intervals: Option<Figures>,
}

impl Measured {
    /// A record a number.
    pub(crate) fn records(&self) -> Vec<Metric> {
        let at = self.intervals.as_ref().and_then(|figures| figures.at.first());
        let of_threshold = |figure: fn(&AtThreshold) -> Interval| at.map(figure);
        let intervals = [
            ("precision", of_threshold(|at| at.precision)),
            ("recall", of_threshold(|at| at.recall)),
            ("f1", of_threshold(|at| at.f1)),
            ("auc", self.intervals.as_ref().map(|figures| figures.auc)),
        ];
        let mut records = records(&self.of, &self.metrics);
        for record in &mut records {
            let interval = intervals.iter().find(|(measure, _)| *measure == record.measure);
            if let Some((_, Some(interval))) = interval {
                record.interval = vec![interval.low, interval.high];
            }
        }
        records
    }
}

/// What a model is worth on one part: with all negatives, and with each kind of them alone.
pub(crate) fn measure(
    model: &Model,
    data: &Data,
    split: Split,
    fold: u64,
    seed: u64,
) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    let part = data.part(split);
    let scores = model.par_scores(&part.iter().map(|known| known.subject).collect::<Vec<_>>())?;
    let examples: Vec<&CompactExample> = data.examples(split).collect();
    for (name, origin) in [
        ("", None),
        ("type_guided", Some(Origin::TypeGuided)),
        ("random", Some(Origin::Random)),
        ("within_type", Some(Origin::WithinType)),
    ] {
        if !examples.iter().any(|example| origin.is_none() || Some(example.origin) == origin) {
            continue;
        }
        let scored: Vec<Scored> = examples
            .iter()
            .zip(&scores)
            .filter(|(example, _)| !example.negative || origin.is_none() || Some(example.origin) == origin)
            .map(|(example, &score)| Scored { score, label: example.negative, group: example.repo })
            .collect();
        let of = Metric {
            schema: Metric::SCHEMA.to_owned(),
            model: model.config.arch.clone(),
            phase: "result".to_owned(),
            fold,
            epoch: model.config.epoch as u64,
            split: split_name(split).to_owned(),
            group: name.to_owned(),
            ..Metric::default()
        };
        let threshold = model.config.threshold;
        let (scores, labels): (Vec<f64>, Vec<bool>) = scored.iter().map(|one| (one.score, one.label)).unzip();
        let metrics = Metrics::of(&scores, &labels, threshold);
        let of_several = scored.iter().any(|one| one.group != scored[0].group);
        let random =
            Random::keyed(seed, "nalin-train/results", &format!("{}\n{}\n{name}", of.model, of.split));
        let intervals = of_several.then(|| figures(scored, &[threshold], random));
        all.push(Measured { of, metrics, intervals });
    }
    Ok(all)
}

/// A record a number; `of` says what was measured.
pub(crate) fn records(of: &Metric, metrics: &Metrics) -> Vec<Metric> {
    let count = metrics.examples as u64;
    let measured = [
        ("loss", metrics.loss),
        ("precision", metrics.precision),
        ("recall", metrics.recall),
        ("f1", metrics.f1),
        ("auc", metrics.auc),
        ("accuracy", metrics.accuracy),
    ];
    let measured = measured.map(|(measure, value)| of.with(measure, value, count));
    measured.into_iter().chain([of.with("threshold", metrics.threshold, 0)]).collect()
}
