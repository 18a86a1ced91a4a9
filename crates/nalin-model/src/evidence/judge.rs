//! A small perceptron that weighs what is attested.

use anyhow::Result;
use candle_core::Tensor;
use records::Random;
use serde::{Deserialize, Serialize};

use super::Tally;
use crate::network::{Network, Pass, Row, dropout};
use crate::parameters::{Parameters, Slot};

/// Sixteenths of a unit that become 1.
pub(super) const SCALE: f32 = 1.0 / 32.0;

/// Sizes of the judge, and its say.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct JudgeConfig {
    /// Units of the hidden layer.
    pub hidden: usize,
    /// Share of the inputs that a step leaves out.
    pub input_dropout: f64,
    /// Share of the hidden units that a step leaves out.
    pub dropout: f64,
    /// Share of the judge in the answer; the rest is the network's. Chosen on the validation part, none
    /// without one.
    pub share: f32,
}

impl JudgeConfig {
    /// The mean of a network's logit and the judge's, by the judge's share.
    pub fn blend(&self, network: f32, judged: f32) -> f32 {
        network * (1.0 - self.share) + judged * self.share
    }
}

impl Default for JudgeConfig {
    fn default() -> Self {
        Self { hidden: 64, input_dropout: 0.1, dropout: 0.3, share: 0.0 }
    }
}

/// Two hidden layers over [`Tally::features`], and a straight way past them.
pub struct Judge {
    pub(super) config: JudgeConfig,
    parameters: Parameters,
    pub(super) layers: [(Slot, Slot); 3],
    pub(super) straight: Slot,
}

impl Judge {
    /// A judge with weights drawn from the seed of `parameters`.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn new(config: JudgeConfig, mut parameters: Parameters) -> Result<Self> {
        let mut layer = |name: &str, inputs: usize, outputs: usize| -> Result<(Slot, Slot)> {
            let bound = 1.0 / (inputs as f64).sqrt();
            Ok((
                parameters.add_dense(&format!("judge.{name}.weight"), &[inputs, outputs], bound)?,
                parameters.add_dense(&format!("judge.{name}.bias"), &[outputs], 0.0)?,
            ))
        };
        let layers = [
            layer("first", Tally::FEATURES, config.hidden)?,
            layer("second", config.hidden, config.hidden / 2)?,
            layer("out", config.hidden / 2, 1)?,
        ];
        let straight = parameters.add_dense("judge.straight", &[Tally::FEATURES, 1], 0.0)?;
        Ok(Self { config, parameters, layers, straight })
    }
}

impl Network for Judge {
    type Side = Box<[i8]>;

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    fn forward(&self, rows: &[Row<Self::Side>], mut noise: Option<&mut Random>) -> Result<Pass> {
        let numbers: Vec<f32> =
            rows.iter().flat_map(|(row, _)| row.iter().map(|&number| f32::from(number) * SCALE)).collect();
        let input = Tensor::from_vec(numbers, (rows.len(), Tally::FEATURES), self.parameters.device())?;
        let input = dropout(&input, self.config.input_dropout, noise.as_deref_mut())?;
        let apply = |(weight, bias): (Slot, Slot), input: &Tensor| {
            input.matmul(self.parameters.dense(weight))?.broadcast_add(self.parameters.dense(bias))
        };
        let [first, second, out] = self.layers;
        let hidden = dropout(&apply(first, &input)?.relu()?, self.config.dropout, noise.as_deref_mut())?;
        let hidden = dropout(&apply(second, &hidden)?.relu()?, self.config.dropout, noise)?;
        let straight = input.matmul(self.parameters.dense(self.straight))?;
        Ok(Pass { heads: vec![(apply(out, &hidden)? + straight)?.squeeze(1)?], lookups: Vec::new() })
    }
}
