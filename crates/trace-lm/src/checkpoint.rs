//! Where a run of training stands, as one file: weights, the optimiser's moments, the best weights so far, and
//! what was measured. A run that goes on from it ends with the same bytes as one that was never interrupted.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use safetensors::tensor::SafeTensors;
use serde::{Deserialize, Serialize};

use crate::adam::Adam;
use crate::model::{bytes_of, read_weights, views, write};
use crate::network::{Decoder, Snapshot};

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
pub(crate) struct Check {
    pub(crate) epoch: usize,
    pub(crate) step: usize,
    pub(crate) rate: f64,
    /// Texts and mean loss a symbol since the check before.
    pub(crate) train: (u64, f64),
    /// Texts, mean loss a symbol, and share of symbols guessed, on the validation part.
    pub(crate) valid: (u64, f64, f64),
}

/// Where the checkpoint of a model's folder lies.
pub(crate) fn path(model: &Path) -> PathBuf {
    model.join("checkpoint.safetensors")
}

/// Writes it.
///
/// # Errors
/// If the disk is full.
pub(crate) fn save(
    model: &Path,
    decoder: &Decoder,
    adam: &Adam,
    best: Option<&Snapshot>,
    state: &State,
) -> Result<()> {
    let parameters = &decoder.parameters;
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
    write(&path(model), &safetensors::serialize(views(&tensors)?, Some(metadata))?)
}

/// Reads the checkpoint of a run, if there is one: its state, and the best weights.
///
/// # Errors
/// If it is damaged, or of another run.
pub(crate) fn load(
    model: &Path,
    run: &str,
    decoder: &Decoder,
    adam: &mut Adam,
) -> Result<Option<(State, Option<Snapshot>)>> {
    let path = path(model);
    if !path.exists() {
        return Ok(None);
    }
    let trouble = || format!("cannot go on from {}", path.display());
    let bytes = fs::read(&path).with_context(trouble)?;
    let (_, metadata) = SafeTensors::read_metadata(&bytes).with_context(trouble)?;
    let state =
        metadata.metadata().as_ref().and_then(|metadata| metadata.get(STATE)).with_context(trouble)?;
    let state: State = serde_json::from_str(state).with_context(trouble)?;
    ensure!(
        state.run == run,
        "{} is of a run with other input or flags; without --resume it is replaced",
        path.display()
    );
    let tensors = SafeTensors::deserialize(&bytes).with_context(trouble)?;
    let weights = |prefix: &str| read_weights(&decoder.parameters, &tensors, prefix).with_context(trouble);
    decoder.parameters.restore(&weights("now/")?)?;
    let (first, second) = (weights("first/")?, weights("second/")?);
    adam.moments =
        first.0.into_iter().zip(second.0).map(|(first, second)| [first, second].concat()).collect();
    adam.step = i32::try_from(state.step).with_context(trouble)?;
    let best = if state.best.is_some() { Some(weights("best/")?) } else { None };
    Ok(Some((state, best)))
}
