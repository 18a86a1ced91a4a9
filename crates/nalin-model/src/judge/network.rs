//! A small perceptron that weighs what is attested.

use anyhow::Result;
use candle_core::Tensor;
use evidence::{FEATURE_SCALE, PairTally};
use learn::{DenseId, Init, Parameters, dropout};
use records::Random;
use serde::{Deserialize, Serialize};

use crate::network::{Network, Pass, Row, SIGNED_ZEROS};

/// Sizes of the judge, and its say.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct JudgeConfig {
    /// Perceptrons, whose mean is the judgement: each has seen the same, from other first weights.
    #[serde(default = "one")]
    pub members: usize,
    /// Units of the hidden layer.
    pub hidden: usize,
    /// Share of the inputs that a step leaves out.
    pub input_dropout: f64,
    /// Share of the hidden units that a step leaves out.
    pub dropout: f64,
    /// Repositories that attest the facts: where they are few, fewer can make a usage.
    #[serde(default)]
    pub repositories: usize,
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
        Self { members: 4, hidden: 64, input_dropout: 0.1, dropout: 0.3, repositories: 0, share: 0.0 }
    }
}

/// Of a model that was saved before there could be several.
fn one() -> usize {
    1
}

/// Perceptrons over [`PairTally::features`].
pub struct Judge {
    pub(super) config: JudgeConfig,
    parameters: Parameters,
    pub(super) members: Vec<Member>,
}

/// Two hidden layers, and a straight way past them.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) layers: [(DenseId, DenseId); 3],
    pub(super) straight: DenseId,
}

impl Member {
    fn new(config: &JudgeConfig, at: usize, parameters: &mut Parameters) -> Result<Self> {
        // The first is named as the only one was.
        let of = if at == 0 { "judge".to_owned() } else { format!("judge{at}") };
        let mut layer = |name: &str, inputs: usize, outputs: usize| -> Result<(DenseId, DenseId)> {
            let bound = Init::Uniform(1.0 / (inputs as f64).sqrt());
            Ok((
                parameters.add_dense(&format!("{of}.{name}.weight"), &[inputs, outputs], bound)?,
                parameters.add_dense(&format!("{of}.{name}.bias"), &[outputs], SIGNED_ZEROS)?,
            ))
        };
        let layers = [
            layer("first", PairTally::FEATURES, config.hidden)?,
            layer("second", config.hidden, config.hidden / 2)?,
            layer("out", config.hidden / 2, 1)?,
        ];
        Ok(Self {
            layers,
            straight: parameters.add_dense(
                &format!("{of}.straight"),
                &[PairTally::FEATURES, 1],
                SIGNED_ZEROS,
            )?,
        })
    }
}

impl Judge {
    /// A judge with weights drawn from the seed of `parameters`.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn new(config: JudgeConfig, mut parameters: Parameters) -> Result<Self> {
        let members = (0..config.members)
            .map(|at| Member::new(&config, at, &mut parameters))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { config, parameters, members })
    }
}

impl Network for Judge {
    type Encoded = Box<[i8]>;

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    fn forward(&self, rows: &[Row<Self::Encoded>], mut noise: Option<&mut Random>) -> Result<Pass> {
        let numbers: Vec<f32> = rows
            .iter()
            .flat_map(|(row, _)| row.iter().map(|&number| f32::from(number) * FEATURE_SCALE))
            .collect();
        let input = Tensor::from_vec(numbers, (rows.len(), PairTally::FEATURES), self.parameters.device())?;
        let apply = |(weight, bias): (DenseId, DenseId), input: &Tensor| {
            input.matmul(self.parameters.dense(weight))?.broadcast_add(self.parameters.dense(bias))
        };
        let mut heads = Vec::with_capacity(self.members.len());
        for &Member { layers: [first, second, out], straight } in &self.members {
            let input = dropout(&input, self.config.input_dropout, noise.as_deref_mut())?;
            let hidden = dropout(&apply(first, &input)?.relu()?, self.config.dropout, noise.as_deref_mut())?;
            let hidden = apply(second, &hidden)?.relu()?;
            let hidden = dropout(&hidden, self.config.dropout, noise.as_deref_mut())?;
            let straight = input.matmul(self.parameters.dense(straight))?;
            heads.push((apply(out, &hidden)? + straight)?.squeeze(1)?);
        }
        Ok(Pass { heads, lookups: Vec::new() })
    }
}
