//! Where a run of training stands, as one file: weights, the optimiser's moments, the best weights so far, and
//! what was measured. A run that goes on from it ends with the same bytes as one that was never interrupted.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use safetensors::tensor::SafeTensors;
use serde::{Deserialize, Serialize};

use crate::adam::Adam;
use crate::network::{Parameters, Snapshot};
use crate::weights::{bytes_of, read_weights, views};

/// The one key of the file's metadata: with two their order in the file would be left to chance.
const STATE: &str = "state";

/// What a run knows beside its weights.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct State {
    /// What the run is about: a hash of its input and flags.
    pub(crate) run: String,
    /// The epoch, from 1, and how many of its parts are done.
    pub(crate) epoch: usize,
    pub(crate) parts: usize,
    /// Steps and symbols so far.
    pub(crate) step: usize,
    pub(crate) symbols: u64,
    /// Seconds of work so far.
    pub(crate) seconds: f64,
    /// Loss on the validation part and step of the best check so far.
    pub(crate) best: Option<(f64, usize)>,
    /// All checks so far.
    pub(crate) checks: Vec<Check>,
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

/// A checkpoint as bytes.
///
/// # Errors
/// If the device fails.
pub(crate) fn to_bytes(
    parameters: &Parameters,
    adam: &Adam,
    best: Option<&Snapshot>,
    state: &State,
) -> Result<Vec<u8>> {
    let mut tensors = bytes_of(parameters, &parameters.snapshot()?, "now/")?;
    for (half, prefix) in ["first/", "second/"].into_iter().enumerate() {
        let halves = adam.moments.iter().map(|moments| {
            let n = moments.len() / 2;
            moments[half * n..(half + 1) * n].to_vec()
        });
        tensors.extend(bytes_of(parameters, &Snapshot(halves.collect()), prefix)?);
    }
    if let Some(best) = best {
        tensors.extend(bytes_of(parameters, best, "best/")?);
    }
    let state = serde_json::to_string(state).context("cannot describe the run")?;
    let metadata = HashMap::from([(STATE.to_owned(), state)]);
    Ok(safetensors::serialize(views(&tensors)?, Some(metadata))?)
}

/// Reads a checkpoint of `run`: sets weights and moments, and gives its state and the best weights.
///
/// # Errors
/// If it is damaged, or of another run.
pub(crate) fn read(
    bytes: &[u8],
    run: &str,
    parameters: &Parameters,
    adam: &mut Adam,
) -> Result<(State, Option<Snapshot>)> {
    let (_, metadata) = SafeTensors::read_metadata(bytes)?;
    let state = metadata.metadata().as_ref().and_then(|metadata| metadata.get(STATE));
    let state: State = serde_json::from_str(state.context("it says nothing of its run")?)?;
    ensure!(state.run == run, "it is of a run with other input or flags; without --resume it is replaced");
    let tensors = SafeTensors::deserialize(bytes)?;
    let weights = |prefix: &str| read_weights(parameters, &tensors, prefix);
    parameters.restore(&weights("now/")?)?;
    let (first, second) = (weights("first/")?, weights("second/")?);
    adam.moments =
        first.0.into_iter().zip(second.0).map(|(first, second)| [first, second].concat()).collect();
    adam.step = i32::try_from(state.step)?;
    let best = if state.best.is_some() { Some(weights("best/")?) } else { None };
    Ok((state, best))
}
