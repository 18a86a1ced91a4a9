//! Where a run of training stands, as one file: weights, the optimiser's moments, the best weights so far, and how far
//! the run is. A run that goes on from it ends with the same bytes as one that was never interrupted.
//!
//! A safetensors file with three tensors a weight, `now/NAME`, `moments/NAME` and `best/NAME` (none without a check on
//! the validation part), and the rest as JSON in its metadata.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::adamw::AdamW;
use crate::parameters::{Parameters, Snapshot};
use crate::weights::numbers;

/// The one key of the file's metadata: with two their order in the file would be left to chance.
const STATE: &str = "state";
/// The version of the file. Before there was one, the published form had no `format`.
const FORMAT: u32 = 1;

#[derive(Deserialize, Serialize)]
struct Header<P> {
    #[serde(default)]
    format: u32,
    run: String,
    #[serde(flatten)]
    progress: P,
}

/// The file.
pub(crate) fn to_bytes<P: Serialize>(
    parameters: &Parameters,
    optimizer: &AdamW,
    best: Option<&Snapshot>,
    run: &str,
    progress: &P,
) -> Result<Vec<u8>> {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let now = parameters.snapshot()?;
    let mut tensors = Vec::new();
    for (place, (name, _)) in parameters.shapes().enumerate() {
        tensors.push((format!("now/{name}"), bytes(&now.0[place])));
        tensors.push((format!("moments/{name}"), bytes(optimizer.moments(place))));
        tensors.extend(best.map(|best| (format!("best/{name}"), bytes(&best.0[place]))));
    }
    let views = tensors
        .iter()
        .map(|(name, bytes)| Ok((name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    let header = serde_json::to_string(&Header { format: FORMAT, run: run.to_owned(), progress })?;
    Ok(safetensors::serialize(views, Some(HashMap::from([(STATE.to_owned(), header)])))?)
}

/// A checkpoint that was read; `P` is how far its run is, in the terms of the network.
pub struct Checkpoint<P> {
    bytes: Vec<u8>,
    header: Header<P>,
}

impl<P: DeserializeOwned> Checkpoint<P> {
    /// Reads what [`Trainer::to_checkpoint`](crate::Trainer::to_checkpoint) made.
    ///
    /// # Errors
    /// If it is something else, or of a format that this program does not know.
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        /// What is read before it is known whether the rest is understood.
        #[derive(Deserialize)]
        struct Version {
            #[serde(default)]
            format: u32,
        }
        let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
        let state = metadata.metadata().as_ref().and_then(|metadata| metadata.get(STATE));
        let state = state.context("this is no checkpoint")?;
        let Version { format } = serde_json::from_str(state)?;
        ensure!(format <= FORMAT, "{}", refusal(format));
        let header = serde_json::from_str(state).with_context(|| refusal(format))?;
        Ok(Self { bytes, header })
    }
}

impl<P> Checkpoint<P> {
    /// What the run is about.
    pub fn run(&self) -> &str {
        &self.header.run
    }

    /// How far it is.
    pub fn progress(&self) -> &P {
        &self.header.progress
    }

    /// Puts weights and moments where they were; returns the best weights so far.
    pub(crate) fn restore(
        &self,
        parameters: &mut Parameters,
        optimizer: &mut AdamW,
    ) -> Result<Option<Snapshot>> {
        let file = SafeTensors::deserialize(&self.bytes)?;
        let shapes: Vec<(String, usize)> =
            parameters.shapes().map(|(name, shape)| (name.to_owned(), shape.iter().product())).collect();
        let read = |part: &str, times: usize| -> Result<Vec<Vec<f32>>> {
            let one = |(name, n): &(String, usize)| {
                let view = file.tensor(&format!("{part}/{name}"))?;
                ensure!(view.data().len() == 4 * n * times, "{part}/{name} is of another size");
                Ok(numbers(view.data()))
            };
            shapes.iter().map(one).collect()
        };
        let has_best = file.names().iter().any(|name| name.starts_with("best/"));
        let parts = || -> Result<_> {
            Ok((read("now", 1)?, read("moments", 2)?, if has_best { Some(read("best", 1)?) } else { None }))
        };
        let (now, moments, best) = parts().with_context(|| match self.header.format {
            FORMAT => "the checkpoint is of another network".to_owned(),
            older => refusal(older),
        })?;
        parameters.restore(Snapshot(now))?;
        moments
            .iter()
            .enumerate()
            .for_each(|(place, moments)| optimizer.moments_mut(place).copy_from_slice(moments));
        Ok(best.map(Snapshot))
    }
}

/// What to do with a checkpoint that cannot be gone on from.
fn refusal(format: u32) -> String {
    format!(
        "the checkpoint is of format {format}, which this program cannot go on from (it reads format {FORMAT}); \
         finish the run with the version that began it, or train anew without --resume"
    )
}

#[cfg(test)]
mod tests;
