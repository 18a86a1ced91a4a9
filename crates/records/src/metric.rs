//! What is written of a model while it learns and when it has: a number a record.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One number about one model: what was measured, on which part of the data, at which moment of the training.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// `"metric/2"`.
    pub schema: String,
    /// The architecture: `default`, `nalin`, or a baseline that is reported beside it: `linear`, `lookup`; of the
    /// traces' model the format of its texts: `trace-lm/full`.
    pub model: String,
    /// `epoch` during training, `result` at the end.
    pub phase: String,
    /// The fold that is tested, from 1; 0 without folds.
    pub fold: u64,
    /// The epoch, from 1; in a result the one that was kept (0 for a model without epochs).
    pub epoch: u64,
    /// Optimiser steps so far; 0 in a result.
    pub step: u64,
    /// `train`, `valid` or `test`.
    pub split: String,
    /// Which negatives were counted beside all positives: `type_guided`, `random`, `within_type`; `""`: all.
    pub group: String,
    /// `loss` (mean cross entropy), `precision` (share of the warnings that are right), `recall` (share of the
    /// inconsistencies that are warned of), `f1` (harmonic mean of the two), `auc` (area under the ROC curve),
    /// `accuracy` (share of right answers), `threshold` (a score above it is a warning; in a result it was chosen on
    /// the validation part), or `learning_rate` (at the end of the epoch).
    pub measure: String,
    /// The number.
    pub value: f64,
    /// Lower and upper end of its 95 % interval, from drawing repositories anew; empty where none was estimated.
    pub interval: Vec<f64>,
    /// Examples that it was measured on; 0 for what is set and not measured.
    pub count: u64,
}

impl Record for Metric {
    const SCHEMA: &'static str = "metric/2";
}

impl Metric {
    /// The same model, moment and part with another number.
    pub fn with(&self, measure: &str, value: f64, count: u64) -> Self {
        Self { measure: measure.to_owned(), value, count, interval: Vec::new(), ..self.clone() }
    }
}
