//! How far a run of training is: what a checkpoint knows beside weights and moments.

use serde::{Deserialize, Serialize};

/// How far a run is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Progress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// How many of its parts are done.
    pub parts: usize,
    /// Steps so far.
    pub step: usize,
    /// Symbols read so far.
    pub symbols: u64,
    /// Seconds of work so far.
    pub seconds: f64,
    /// All checks so far.
    pub checks: Vec<Check>,
}

/// What was measured at a step.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Check {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps so far.
    pub step: usize,
    /// Learning rate of the last of them.
    pub rate: f64,
    /// Texts and mean loss a symbol since the check before.
    pub train: (u64, f64),
    /// Texts, mean loss a symbol, and share of symbols predicted, on the validation part.
    pub valid: (u64, f64, f64),
}

impl Check {
    /// What the best check has most of; none without a validation part.
    pub(crate) fn score(&self) -> Option<f64> {
        let (texts, loss, _) = self.valid;
        (texts > 0).then_some(-loss)
    }
}
