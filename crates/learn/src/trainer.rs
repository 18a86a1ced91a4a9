//! What a run of training holds beside the weights: the optimiser, and the best weights so far.
//!
//! The loop itself is the network's: what an epoch and a check are differs. It calls [`Trainer::step`] for each batch,
//! [`Trainer::observe`] after each check on the validation part, [`Trainer::to_checkpoint`] when the run should be
//! able to go on from there, and [`Trainer::finish`] at the end.

use anyhow::Result;
use serde::Serialize;

use crate::adamw::{AdamW, AdamWConfig};
use crate::checkpoint::{self, Checkpoint};
use crate::early_stopping::EarlyStopping;
use crate::gradients::Gradients;
use crate::parameters::{Parameters, Snapshot};

/// A run of training.
pub struct Trainer {
    optimizer: AdamW,
    early_stopping: EarlyStopping,
    best: Option<Snapshot>,
}

impl Trainer {
    /// The beginning of a run.
    pub fn new(parameters: &Parameters, config: AdamWConfig) -> Self {
        let optimizer = AdamW::new(parameters, config);
        Self { optimizer, early_stopping: EarlyStopping::default(), best: None }
    }

    /// Puts weights and optimiser where the run of a checkpoint was. `steps` and `scores` are those that the
    /// checkpoint's progress tells of: steps taken, and what [`Trainer::observe`] was given, in order.
    ///
    /// # Errors
    /// If the checkpoint is of another network, or of a format that cannot be read.
    pub fn resume<P>(
        &mut self,
        parameters: &mut Parameters,
        checkpoint: &Checkpoint<P>,
        steps: usize,
        scores: impl IntoIterator<Item = f64>,
    ) -> Result<()> {
        self.best = checkpoint.restore(parameters, &mut self.optimizer)?;
        self.optimizer.set_steps(steps);
        self.early_stopping = EarlyStopping::default();
        scores.into_iter().for_each(|score| {
            self.early_stopping.observe(score);
        });
        Ok(())
    }

    /// Adds up the gradients of a batch's parts, in their order, and moves the weights by a step of `rate`.
    ///
    /// # Errors
    /// If the device fails.
    pub fn step(&mut self, parameters: &mut Parameters, parts: &[Gradients], rate: f64) -> Result<()> {
        self.optimizer.step(parameters, parts, rate)
    }

    /// Takes note of a check on the validation part, and keeps the weights if it is the best so far. Higher is better:
    /// a loss is passed negated. Returns whether it is.
    ///
    /// # Errors
    /// If the device fails.
    pub fn observe(&mut self, parameters: &Parameters, score: f64) -> Result<bool> {
        let is_better = self.early_stopping.observe(score);
        if is_better {
            self.best = Some(parameters.snapshot()?);
        }
        Ok(is_better)
    }

    /// Which check is the best.
    pub fn early_stopping(&self) -> &EarlyStopping {
        &self.early_stopping
    }

    /// The run as a file, to go on from: `run` says what it is about, so that no other goes on from it, and `progress`
    /// how far it is.
    ///
    /// # Errors
    /// If the device fails.
    pub fn to_checkpoint<P: Serialize>(
        &self,
        parameters: &Parameters,
        run: &str,
        progress: &P,
    ) -> Result<Vec<u8>> {
        checkpoint::to_bytes(parameters, &self.optimizer, self.best.as_ref(), run, progress)
    }

    /// Puts back the best weights, if there was a check.
    ///
    /// # Errors
    /// If the device fails.
    pub fn finish(self, parameters: &mut Parameters) -> Result<()> {
        self.best.map_or(Ok(()), |best| parameters.restore(best))
    }
}
