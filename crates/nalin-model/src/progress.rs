//! How far a run of training is, and what came of each epoch.

use evaluation::Metrics;
use learn::{Parameters, Trainer};
use serde::{Deserialize, Serialize};

/// One epoch.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct Past {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps so far.
    pub step: usize,
    /// The rate at its end.
    pub rate: f64,
    /// Mean loss over the training part, with dropout.
    pub train_loss: f64,
    /// On the validation part.
    pub valid: Option<Metrics>,
}

/// All epochs so far.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Progress {
    pub(crate) past: Vec<Past>,
}

impl Progress {
    /// The last epoch that was completed.
    pub fn epoch(&self) -> usize {
        self.past.last().map_or(0, |past| past.epoch)
    }

    /// Steps so far.
    pub(crate) fn steps(&self) -> usize {
        self.past.last().map_or(0, |past| past.step)
    }
}

/// A run that was saved after an epoch.
pub type Saved = learn::Checkpoint<Progress>;

/// An epoch, for whoever watches.
pub struct Epoch<'a> {
    /// What came of it.
    pub past: &'a Past,
    /// The run as it is now; `None` of an epoch before the checkpoint that this run goes on from.
    pub run: Option<RunState<'a>>,
}

/// A run after an epoch.
pub struct RunState<'a> {
    pub(crate) parameters: &'a Parameters,
    pub(crate) trainer: &'a Trainer,
    pub(crate) progress: &'a Progress,
}

impl RunState<'_> {
    /// The best epoch so far, 0 when none was validated.
    pub fn best_epoch(&self) -> usize {
        self.trainer.early_stopping().best().unwrap_or(0)
    }

    /// The file that [`Saved`] reads; `run` says what the run is about, so that no other goes on from it.
    ///
    /// # Errors
    /// If the device fails.
    pub fn to_checkpoint(&self, run: &str) -> anyhow::Result<Vec<u8>> {
        self.trainer.to_checkpoint(self.parameters, run, self.progress)
    }
}
