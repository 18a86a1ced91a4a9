//! The published network: GRU and full-width convolution over the value's characters, beside the name's
//! vector and three one-hot features; two linear layers.

use anyhow::Result;
use candle_core::Tensor;
use records::Random;
use serde::{Deserialize, Serialize};

use super::encode::{ALPHABET_SLOTS, Encoding, VALUE_CHARS};
use super::gru::gru;
use super::tree::NO_CHARACTER;
use crate::network::{Network, Pass, dropout};
use crate::parameters::{Bags, Parameters, Slot};
use crate::{Ablation, Subject};

const HIDDEN: usize = 100;
const NAME: usize = 100;
const SHAPES: usize = 101;
const LENGTHS: usize = 100;
const HEAD: usize = 150;
const DROPOUT: f64 = 0.5;

/// What the published network needs to know beside its weights.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct NalinConfig {
    /// The most frequent type classes of the training positives, ten in the paper.
    pub types: Vec<String>,
    /// Buckets of the name's n-grams.
    pub name_buckets: u32,
    /// Seed of the n-grams' vectors.
    pub name_seed: u64,
}

/// The published network.
pub struct NalinNetwork {
    config: NalinConfig,
    ablation: Ablation,
    parameters: Parameters,
    /// A fixed vector for every bucket of n-grams, (buckets, 100): where no trained embedding is given, a
    /// name is the mean of its n-grams' random vectors, so that names with common parts lie together.
    names: Vec<f32>,
    forward: [Slot; 3],
    backward: [Slot; 3],
    convolution: Slot,
    convolution_bias: Slot,
    hidden: [Slot; 2],
    out: [Slot; 2],
}

impl NalinNetwork {
    /// A network with weights drawn as PyTorch draws them, from the seed of `parameters`.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn new(config: NalinConfig, ablation: Ablation, mut parameters: Parameters) -> Result<Self> {
        let bound = |inputs: usize| 1.0 / (inputs as f64).sqrt();
        let inputs = NAME + 3 * HIDDEN + SHAPES + LENGTHS + config.types.len() + 1;
        let mut direction = |name: &str| -> Result<[Slot; 3]> {
            let mut weight = |part: &str, shape: &[usize]| {
                parameters.add_dense(&format!("{name}.{part}"), shape, bound(HIDDEN))
            };
            Ok([
                weight("input", &[ALPHABET_SLOTS, 3 * HIDDEN])?,
                weight("hidden", &[3 * HIDDEN, HIDDEN])?,
                weight("bias", &[2, 3 * HIDDEN])?,
            ])
        };
        let (forward, backward) = (direction("gru.forward")?, direction("gru.backward")?);
        // A kernel as wide as the text has one position: each (position, character) owns a row of weights.
        let wide = bound(ALPHABET_SLOTS * VALUE_CHARS);
        let convolution =
            parameters.add_table("convolution.weight", VALUE_CHARS * ALPHABET_SLOTS, HIDDEN, wide);
        parameters.step_every_row(convolution);
        let convolution_bias = parameters.add_dense("convolution.bias", &[HIDDEN], wide)?;
        let hidden = [
            parameters.add_dense("hidden.weight", &[inputs, HEAD], bound(inputs))?,
            parameters.add_dense("hidden.bias", &[HEAD], bound(inputs))?,
        ];
        let out = [
            parameters.add_dense("out.weight", &[HEAD, 1], bound(HEAD))?,
            parameters.add_dense("out.bias", &[1], bound(HEAD))?,
        ];
        let mut random = Random::keyed(config.name_seed, "nalin-model/names", "");
        let names = (0..config.name_buckets as usize * NAME).map(|_| random.normal() as f32).collect();
        Ok(Self {
            config,
            ablation,
            parameters,
            names,
            forward,
            backward,
            convolution,
            convolution_bias,
            hidden,
            out,
        })
    }

    fn direction(&self, slots: [Slot; 3], characters: &[u8], reverse: bool) -> Result<Tensor> {
        let [input, hidden, bias] = slots.map(|slot| self.parameters.dense(slot));
        Ok(gru(input, hidden, bias, characters, VALUE_CHARS, reverse)?)
    }

    /// Name vectors, and shape, length and type as one-hot rows.
    fn side_inputs(&self, rows: &[&Encoding]) -> Result<(Tensor, Tensor)> {
        let slots = SHAPES + LENGTHS + self.config.types.len() + 1;
        let mut names = vec![0.0_f32; rows.len() * NAME];
        let mut one_hots = vec![0.0_f32; rows.len() * slots];
        for ((row, name), one_hot) in
            rows.iter().zip(names.chunks_exact_mut(NAME)).zip(one_hots.chunks_exact_mut(slots))
        {
            for &bucket in &row.name {
                let vector = &self.names[bucket as usize * NAME..(bucket as usize + 1) * NAME];
                name.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value / row.name.len() as f32);
            }
            let places = [(row.shape, 0), (row.len, SHAPES), (row.type_, SHAPES + LENGTHS)];
            for (slot, start) in places {
                if let Some(slot) = slot {
                    one_hot[start + usize::from(slot)] = 1.0;
                }
            }
        }
        let device = self.parameters.device();
        Ok((
            Tensor::from_vec(names, (rows.len(), NAME), device)?,
            Tensor::from_vec(one_hots, (rows.len(), slots), device)?,
        ))
    }
}

impl Network for NalinNetwork {
    type Row = Encoding;

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    fn encode(&self, subject: &Subject) -> Encoding {
        Encoding::new(subject, &self.config.types, self.config.name_buckets, self.ablation)
    }

    fn forward(&self, rows: &[&Encoding], mut noise: Option<&mut Random>) -> Result<Pass> {
        let parameters = &self.parameters;
        let mut characters = vec![NO_CHARACTER; rows.len() * VALUE_CHARS];
        let mut bags = Bags::default();
        for (row, characters) in rows.iter().zip(characters.chunks_exact_mut(VALUE_CHARS)) {
            characters[..row.value.len()].copy_from_slice(&row.value);
            let place = |(at, &slot): (usize, &u8)| (at * ALPHABET_SLOTS + usize::from(slot)) as u32;
            bags.push(row.value.iter().enumerate().map(place), |_| 1.0);
        }
        let forward = self.direction(self.forward, &characters, false)?;
        let backward = self.direction(self.backward, &characters, true)?;
        let lookup = parameters.look_up(self.convolution, bags, noise.is_some())?;
        let convolution = lookup.leaf.broadcast_add(parameters.dense(self.convolution_bias))?.relu()?;
        let (names, one_hots) = self.side_inputs(rows)?;
        let inputs = Tensor::cat(&[&names, &forward, &backward, &convolution, &one_hots], 1)?;
        let hidden = dropout(&inputs, DROPOUT, noise.as_deref_mut())?
            .matmul(parameters.dense(self.hidden[0]))?
            .broadcast_add(parameters.dense(self.hidden[1]))?
            .relu()?;
        let logits = dropout(&hidden, DROPOUT, noise)?
            .matmul(parameters.dense(self.out[0]))?
            .broadcast_add(parameters.dense(self.out[1]))?
            .squeeze(1)?;
        Ok(Pass { logits, lookups: vec![lookup] })
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::{NalinConfig, NalinNetwork};
    use crate::Ablation;
    use crate::network::Network as _;
    use crate::parameters::Parameters;

    #[test]
    fn as_many_parameters_as_published() {
        let types = (0..10).map(|number| format!("type{number}")).collect();
        let config = NalinConfig { types, name_buckets: 16, name_seed: 0 };
        let network =
            NalinNetwork::new(config, Ablation::default(), Parameters::new(&Device::Cpu, 0)).unwrap();
        assert_eq!(network.parameters().count(), 1_224_001);
    }
}
