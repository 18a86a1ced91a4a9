//! What `nalin-train` writes: how well a model does, epoch by epoch and at the end.

use serde::{Deserialize, Serialize};

use crate::Record;

/// Figures of one model on one part of the data. What was not measured is -1.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// `"metric/1"`.
    pub schema: String,
    /// The architecture: `default`, `nalin`, or a baseline that is reported beside it: `linear`, `lookup`.
    pub model: String,
    /// `epoch` during training, `result` at the end.
    pub phase: String,
    /// The fold that is tested, from 1; 0 without folds.
    pub fold: u64,
    /// `train`, `valid` or `test`.
    pub split: String,
    /// Which negatives were counted beside all positives: `type_guided`, `random`, `within_type`; `""`: all.
    pub origin: String,
    /// The epoch, from 1; in a result the one that was kept (0 for a model without epochs).
    pub epoch: u64,
    /// Optimiser steps so far; -1 in a result.
    pub step: i64,
    /// Learning rate at the end of the epoch; -1 in a result.
    pub lr: f64,
    /// Examples measured.
    pub examples: u64,
    /// A score above it is a warning; in a result it was chosen on the validation part.
    pub threshold: f64,
    /// Mean binary cross entropy.
    pub loss: f64,
    /// Share of the warnings that are right.
    pub precision: f64,
    /// Share of the inconsistencies that are warned of.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of right answers.
    pub accuracy: f64,
}

impl Record for Metric {
    const SCHEMA: &'static str = "metric/1";
}
