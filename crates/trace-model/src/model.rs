//! A trained model, and the files of its folder: `config.json` and `model.safetensors`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use learn::{Device, weights};
use serde::{Deserialize, Serialize};

use crate::network::{Decoder, Sizes};
use crate::text::Style;

const SCHEMA: &str = "trace_lm/1";
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";

/// What a model is, beside its weights: `config.json`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct ModelConfig {
    /// `"trace_lm/1"`.
    pub schema: String,
    /// How its texts are made of traces.
    pub style: Style,
    /// Its sizes.
    pub sizes: Sizes,
    /// The seed of weights, order and split.
    pub seed: u64,
    /// The step whose weights were kept.
    pub step: usize,
    /// Symbols that it had read by the end of training.
    pub symbols: u64,
}

impl ModelConfig {
    /// Of a model that has not learned anything yet.
    pub fn new(style: Style, sizes: Sizes, seed: u64) -> Self {
        Self { schema: SCHEMA.to_owned(), style, sizes, seed, step: 0, symbols: 0 }
    }
}

/// A model that can be asked.
pub struct Model {
    /// Everything but the weights.
    pub config: ModelConfig,
    /// The network.
    pub decoder: Decoder,
}

impl Model {
    /// Reads a model by its files, which `read` gives by name.
    ///
    /// # Errors
    /// If it is none, or damaged, and whatever `read` fails with.
    pub fn of_files(read: &dyn Fn(&str) -> Result<Vec<u8>>, device: &Device) -> Result<Self> {
        let config: ModelConfig = serde_json::from_slice(&read(CONFIG)?).context(CONFIG)?;
        ensure!(
            config.schema == SCHEMA,
            "{CONFIG} has the schema {}, and this program reads {SCHEMA}: train the model anew",
            config.schema
        );
        let mut decoder = Decoder::new(&config.sizes, config.seed, device)?;
        weights::set(&read(WEIGHTS)?, [&mut decoder.parameters]).context(WEIGHTS)?;
        Ok(Self { config, decoder })
    }

    /// The files of the model's folder by name; the weights are last, as without them it is no model.
    ///
    /// # Errors
    /// If the device fails.
    pub fn files(&self) -> Result<BTreeMap<&'static str, Vec<u8>>> {
        let mut config = serde_json::to_vec_pretty(&self.config).context("cannot describe the model")?;
        config.push(b'\n');
        let weights = weights::to_bytes([&self.decoder.parameters])?;
        Ok(BTreeMap::from([(CONFIG, config), (WEIGHTS, weights)]))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use learn::Device;

    use super::{Model, ModelConfig};
    use crate::data::Sequence;
    use crate::network::{Decoder, Sizes};
    use crate::predict::predictions;
    use crate::text::Style;

    #[test]
    fn what_is_written_predicts_the_same_when_read() {
        let sizes = Sizes { layers: 2, width: 16, heads: 2, hidden: 24, context: 32 };
        let new = |seed| Decoder::new(&sizes, seed, &Device::Cpu).unwrap();
        let text = [Sequence { symbols: (40..60).collect(), from: 1 }];
        let expected = predictions(&new(1), &text).unwrap();
        assert!(
            expected == predictions(&new(1), &text).unwrap()
                && expected != predictions(&new(2), &text).unwrap()
        );

        // The configuration's seed is another: the weights must be those of the file.
        let config = ModelConfig::new(Style::default(), sizes.clone(), 2);
        let mut files = Model { config: config.clone(), decoder: new(1) }.files().unwrap();
        let read = |files: &std::collections::BTreeMap<&str, Vec<u8>>| {
            Model::of_files(&|name| files.get(name).cloned().context("no such file"), &Device::Cpu)
        };
        let model = read(&files).unwrap();
        assert_eq!(model.config, config);
        assert!(predictions(&model.decoder, &text).unwrap() == expected);

        files.insert("model.safetensors", b"damaged".to_vec());
        assert!(read(&files).is_err());
        let older =
            String::from_utf8(files["config.json"].clone()).unwrap().replace("trace_lm/1", "trace_lm/0");
        files.insert("config.json", older.into_bytes());
        let refusal = format!("{:#}", read(&files).err().unwrap());
        assert!(refusal.contains("trace_lm/0") && refusal.contains("train the model anew"), "{refusal}");
    }
}
