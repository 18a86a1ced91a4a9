//! Where a run stands after an epoch, as one file: weights, the optimiser's moments, the best weights so far,
//! and the epochs that led there. A run that goes on from it ends with the same bytes as one that was never
//! interrupted.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::Metrics;
use crate::adam::Adam;
use crate::parameters::{Parameters, Snapshot};

/// The one key of the file's metadata: with two their order in the file would be left to chance.
const STATE: &str = "state";

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

/// What a run knows beside its weights.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct State {
    /// What the run was about, in the words of whoever started it.
    run: String,
    /// Merit and number of the best epoch.
    pub(crate) best: Option<(f64, usize)>,
    /// All epochs so far.
    pub(crate) past: Vec<Past>,
}

/// A run after an epoch, to be written down.
pub struct Checkpoint<'a> {
    pub(crate) parameters: &'a Parameters,
    pub(crate) adam: &'a Adam,
    pub(crate) best: Option<&'a Snapshot>,
    pub(crate) state: &'a State,
}

impl Checkpoint<'_> {
    /// The best epoch so far, 0 when none was validated.
    pub fn best_epoch(&self) -> usize {
        self.state.best.map_or(0, |(_, epoch)| epoch)
    }

    /// The file; `run` says what the run is about, so that no other goes on from it.
    ///
    /// # Errors
    /// If the device fails.
    pub fn to_bytes(&self, run: &str) -> Result<Vec<u8>> {
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let now = self.parameters.snapshot()?;
        let mut tensors = Vec::new();
        for (place, name) in self.parameters.names().enumerate() {
            tensors.push((format!("now/{name}"), bytes(now.values(place))));
            tensors.push((format!("moments/{name}"), bytes(self.adam.moments(place))));
            tensors.extend(self.best.map(|best| (format!("best/{name}"), bytes(best.values(place)))));
        }
        let views = tensors
            .iter()
            .map(|(name, bytes)| Ok((name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?)))
            .collect::<Result<Vec<_>>>()?;
        let state = serde_json::to_string(&State { run: run.to_owned(), ..self.state.clone() })?;
        Ok(safetensors::serialize(views, Some(HashMap::from([(STATE.to_owned(), state)])))?)
    }
}

/// A checkpoint that was read.
pub struct Saved {
    bytes: Vec<u8>,
    pub(crate) state: State,
}

impl Saved {
    /// Reads what [`Checkpoint::to_bytes`] made.
    ///
    /// # Errors
    /// If it is something else.
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
        let state = metadata.metadata().as_ref().and_then(|metadata| metadata.get(STATE));
        let state = serde_json::from_str(state.context("this is no checkpoint")?)?;
        Ok(Self { bytes, state })
    }

    /// What the run was about.
    pub fn run(&self) -> &str {
        &self.state.run
    }

    /// The last epoch that was completed.
    pub fn epoch(&self) -> usize {
        self.state.past.last().map_or(0, |past| past.epoch)
    }

    /// Puts weights and optimiser where they were; returns the best weights so far.
    pub(crate) fn restore(&self, parameters: &mut Parameters, adam: &mut Adam) -> Result<Option<Snapshot>> {
        let file = SafeTensors::deserialize(&self.bytes)?;
        let mut now = parameters.snapshot()?;
        let mut best = self.state.best.map(|_| now.clone());
        let names: Vec<String> = parameters.names().map(str::to_owned).collect();
        for (place, name) in names.iter().enumerate() {
            let read = |part: &str, into: &mut [f32]| -> Result<()> {
                let view = file.tensor(&format!("{part}/{name}"))?;
                let (chunks, _) = view.data().as_chunks();
                ensure!(chunks.len() == into.len(), "{part}/{name} is of another size");
                into.iter_mut().zip(chunks).for_each(|(value, &chunk)| *value = f32::from_le_bytes(chunk));
                Ok(())
            };
            read("now", now.values_mut(place))?;
            read("moments", adam.moments_mut(place))?;
            if let Some(best) = &mut best {
                read("best", best.values_mut(place))?;
            }
        }
        parameters.restore(&now)?;
        adam.set_steps(self.state.past.last().map_or(0, |past| past.step));
        Ok(best)
    }
}
