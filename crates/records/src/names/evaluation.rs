//! What `nalin-score --eval` writes: how good the scores of labelled examples are.

use serde::{Deserialize, Serialize};

use crate::Record;

/// Figures at one threshold; `_low` and `_high` are a 95 % interval, from drawing repositories anew, or examples where
/// there is one repository alone or none is known.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evaluation {
    /// `"evaluation/1"`.
    pub schema: String,
    /// Which negatives were counted beside all positives: `type_guided`, `random`, `within_type`; `""`: all.
    pub origin: String,
    /// The class of types that was counted alone; `""`: all.
    pub type_class: String,
    /// The repository that was counted alone; `""`: all.
    pub repo: String,
    /// A score above it is a warning.
    pub threshold: f64,
    /// Whether it is the model's own threshold, chosen on its validation part.
    pub own_threshold: bool,
    /// Examples measured.
    pub examples: u64,
    /// Those of them that are inconsistent.
    pub inconsistent: u64,
    /// Share of the warnings that are right.
    pub precision: f64,
    /// Lower end of its interval.
    pub precision_low: f64,
    /// Upper end of its interval.
    pub precision_high: f64,
    /// Share of the inconsistencies that are warned of.
    pub recall: f64,
    /// Lower end of its interval.
    pub recall_low: f64,
    /// Upper end of its interval.
    pub recall_high: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Lower end of its interval.
    pub f1_low: f64,
    /// Upper end of its interval.
    pub f1_high: f64,
    /// Area under the ROC curve, the same at every threshold.
    pub auc: f64,
    /// Lower end of its interval.
    pub auc_low: f64,
    /// Upper end of its interval.
    pub auc_high: f64,
    /// Share of right answers.
    pub accuracy: f64,
}

impl Record for Evaluation {
    const SCHEMA: &'static str = "evaluation/1";
}
