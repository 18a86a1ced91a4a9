//! The files of a model's folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use trace_model::{Device, Model};

/// Reads a model's folder.
///
/// # Errors
/// If it is none, or damaged.
pub(crate) fn read_model(folder: &Path, device: &Device) -> Result<Model> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    Model::of_files(&read, device).with_context(|| format!("{} is no model of trace-lm", folder.display()))
}

/// Writes a model's folder, the weights last: without them it is no model. Its checkpoint is taken away.
///
/// # Errors
/// If the disk is full.
pub(crate) fn write_model(folder: &Path, model: &Model) -> Result<()> {
    for (name, bytes) in model.files()? {
        write(&folder.join(name), &bytes)?;
    }
    match fs::remove_file(checkpoint_path(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            bail!("cannot remove the checkpoint: {error}")
        }
        _ => Ok(()),
    }
}

/// Where the checkpoint of a model's folder lies.
pub(crate) fn checkpoint_path(folder: &Path) -> PathBuf {
    folder.join("checkpoint.safetensors")
}

/// Writes a file that is whole or absent.
///
/// # Errors
/// If the disk is full.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = filter::Output::create(path)?;
    output.write(bytes)?;
    output.finish()
}
