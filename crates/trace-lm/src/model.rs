//! A model on disk: `config.json` and `model.safetensors` in a folder.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use candle_core::Device;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::network::{Decoder, Parameters, Sizes, Snapshot};
use crate::text::Style;

const SCHEMA: &str = "trace_lm/1";

/// What a model is, beside its weights.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Config {
    /// `"trace_lm/1"`.
    pub(crate) schema: String,
    /// How its texts are made of traces.
    pub(crate) style: Style,
    /// Its sizes.
    pub(crate) sizes: Sizes,
    /// The seed of weights, order and split.
    pub(crate) seed: u64,
    /// The step whose weights were kept.
    pub(crate) step: usize,
    /// Symbols that it had read by the end of training.
    pub(crate) symbols: u64,
}

impl Config {
    pub(crate) fn new(style: Style, sizes: Sizes, seed: u64) -> Self {
        Self { schema: SCHEMA.to_owned(), style, sizes, seed, step: 0, symbols: 0 }
    }
}

/// A model.
pub(crate) struct Model {
    pub(crate) config: Config,
    pub(crate) decoder: Decoder,
}

impl Model {
    /// Reads a model's folder.
    ///
    /// # Errors
    /// If it is none, or damaged.
    pub(crate) fn read(folder: &Path, device: &Device) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let trouble = || format!("{} is no model of trace-lm", folder.display());
        let config: Config = serde_json::from_slice(&read("config.json")?).with_context(trouble)?;
        ensure!(config.schema == SCHEMA, "{}: its schema is {}", trouble(), config.schema);
        let decoder = Decoder::new(&config.sizes, config.seed, device)?;
        let bytes = read("model.safetensors")?;
        let tensors = SafeTensors::deserialize(&bytes).with_context(trouble)?;
        decoder
            .parameters
            .restore(&read_weights(&decoder.parameters, &tensors, "").with_context(trouble)?)?;
        Ok(Self { config, decoder })
    }

    /// Writes the folder's files, the weights last: without them it is no model.
    ///
    /// # Errors
    /// If the disk is full.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let mut config = serde_json::to_vec_pretty(&self.config).context("cannot describe the model")?;
        config.push(b'\n');
        write(&folder.join("config.json"), &config)?;
        let weights = bytes_of(&self.decoder.parameters, &self.decoder.parameters.snapshot()?, "")?;
        write(&folder.join("model.safetensors"), &safetensors::serialize(views(&weights)?, None)?)
    }
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

/// Weights as bytes, under their names behind a prefix.
pub(crate) type Bytes = Vec<(String, Vec<usize>, Vec<u8>)>;

pub(crate) fn bytes_of(parameters: &Parameters, weights: &Snapshot, prefix: &str) -> Result<Bytes> {
    let named = parameters.names().zip(&weights.0);
    Ok(named
        .map(|((name, shape), values)| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (format!("{prefix}{name}"), shape.to_vec(), bytes)
        })
        .collect())
}

pub(crate) fn views(weights: &Bytes) -> Result<Vec<(&str, TensorView<'_>)>> {
    weights
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect()
}

/// The weights of a file under their names behind a prefix.
///
/// # Errors
/// If one is missing or of another shape.
pub(crate) fn read_weights(parameters: &Parameters, tensors: &SafeTensors, prefix: &str) -> Result<Snapshot> {
    let weight = |(name, shape): (&str, &[usize])| {
        let tensor = tensors.tensor(&format!("{prefix}{name}"))?;
        if tensor.shape() != shape || tensor.dtype() != Dtype::F32 {
            bail!("the weights {name} are of another shape");
        }
        Ok(numbers(tensor.data()))
    };
    Ok(Snapshot(parameters.names().map(weight).collect::<Result<_>>()?))
}

/// Numbers of bytes.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}

/// A device by its name.
///
/// # Errors
/// If this is a build without the feature `cuda`, or there is no driver.
pub(crate) fn device(name: &str) -> Result<Device> {
    if name == "cuda" { gpu() } else { Ok(Device::Cpu) }
}

#[cfg(feature = "cuda")]
fn gpu() -> Result<Device> {
    // Without a driver candle does not fail but panics.
    let has_driver = Path::new("/proc/driver/nvidia/version").exists();
    ensure!(has_driver, "there is no NVIDIA driver on this machine");
    Ok(Device::new_cuda(0)?)
}

#[cfg(not(feature = "cuda"))]
fn gpu() -> Result<Device> {
    bail!("this build computes on the CPU alone; docs/cuda.md says how to build for a GPU")
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::{Config, Model};
    use crate::data::Sequence;
    use crate::network::{Decoder, Sizes};
    use crate::text::Style;
    use crate::train::expectations;

    #[test]
    fn what_is_written_thinks_the_same_when_read() {
        let sizes = Sizes { layers: 2, width: 16, heads: 2, hidden: 24, context: 32 };
        let new = |seed| Decoder::new(&sizes, seed, &Device::Cpu).unwrap();
        let text = [Sequence { symbols: (40..60).collect(), from: 1 }];
        let expected = expectations(&new(1), &text).unwrap();
        assert!(
            expected == expectations(&new(1), &text).unwrap()
                && expected != expectations(&new(2), &text).unwrap()
        );

        let folder = tempfile::tempdir().unwrap();
        // The configuration's seed is another: the weights must be those of the file.
        let config = Config::new(Style::default(), sizes.clone(), 2);
        Model { config: config.clone(), decoder: new(1) }.write(folder.path()).unwrap();
        let read = Model::read(folder.path(), &Device::Cpu).unwrap();
        assert_eq!(read.config, config);
        assert!(expectations(&read.decoder, &text).unwrap() == expected);

        std::fs::write(folder.path().join("model.safetensors"), b"damaged").unwrap();
        assert!(Model::read(folder.path(), &Device::Cpu).is_err());
    }
}
