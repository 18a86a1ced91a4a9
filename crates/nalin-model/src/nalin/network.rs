//! The published network: GRU and full-width convolution over the value's characters, beside the name's
//! vector and three one-hot features; two linear layers.

use std::sync::Arc;

use anyhow::Result;
use candle_core::Tensor;
use learn::{Bags, DenseId, Init, Parameters, TableId, dropout};
use records::Random;
use serde::{Deserialize, Serialize};

use super::encode::{ALPHABET_SLOTS, Encoding, VALUE_CHARS};
use super::gru::gru;
use super::names::{NAME, NameVectors};
use super::tree::NO_CHARACTER;
use crate::embedding::Embedding;
use crate::network::{Encoder, Network, Pass, Row};
use crate::{Ablation, Subject};

const HIDDEN: usize = 100;
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
    names: NameVectors,
    forward: [DenseId; 3],
    backward: [DenseId; 3],
    convolution: TableId,
    convolution_bias: DenseId,
    hidden: [DenseId; 2],
    out: [DenseId; 2],
    dropout: f64,
}

impl NalinNetwork {
    /// A network with weights drawn as PyTorch draws them, from the seed of `parameters`.
    ///
    /// # Errors
    /// If the device has no room for it, or if the learned vectors of names have not 100 numbers.
    pub fn new(
        config: NalinConfig,
        ablation: Ablation,
        learned: Option<Arc<Embedding>>,
        mut parameters: Parameters,
    ) -> Result<Self> {
        let bound = |inputs: usize| Init::Uniform(1.0 / (inputs as f64).sqrt());
        let inputs = NAME + 3 * HIDDEN + SHAPES + LENGTHS + config.types.len() + 1;
        let mut direction = |name: &str| -> Result<[DenseId; 3]> {
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
        let names = NameVectors::new(learned, config.name_buckets, config.name_seed)?;
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
            dropout: DROPOUT,
        })
    }

    fn direction(&self, slots: [DenseId; 3], characters: &[u8], reverse: bool) -> Result<Tensor> {
        let [input, hidden, bias] = slots.map(|slot| self.parameters.dense(slot));
        Ok(gru(input, hidden, bias, characters, VALUE_CHARS, reverse)?)
    }

    /// Name vectors, and shape, length and type as one-hot rows.
    fn side_inputs(&self, rows: &[Row<Encoding>]) -> Result<(Tensor, Tensor)> {
        let slots = SHAPES + LENGTHS + self.config.types.len() + 1;
        let mut names = vec![0.0_f32; rows.len() * NAME];
        let mut one_hots = vec![0.0_f32; rows.len() * slots];
        for (((of_name, value), name), one_hot) in
            rows.iter().zip(names.chunks_exact_mut(NAME)).zip(one_hots.chunks_exact_mut(slots))
        {
            name[..of_name.name.len()].copy_from_slice(&of_name.name);
            let places = [(value.shape, 0), (value.len, SHAPES), (value.type_, SHAPES + LENGTHS)];
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

impl Encoder for NalinNetwork {
    fn ablation(&self) -> Ablation {
        self.ablation
    }

    fn encode_without(&self, subject: &Subject, hidden: Ablation) -> Encoding {
        Encoding::new(subject, &self.config.types, |name| self.names.of(name), hidden)
    }
}

impl Network for NalinNetwork {
    type Encoded = Encoding;

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    fn forward(&self, rows: &[Row<Encoding>], mut noise: Option<&mut Random>) -> Result<Pass> {
        let parameters = &self.parameters;
        let mut characters = vec![NO_CHARACTER; rows.len() * VALUE_CHARS];
        let mut bags = Bags::default();
        for ((_, row), characters) in rows.iter().zip(characters.chunks_exact_mut(VALUE_CHARS)) {
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
        let hidden = dropout(&inputs, self.dropout, noise.as_deref_mut())?
            .matmul(parameters.dense(self.hidden[0]))?
            .broadcast_add(parameters.dense(self.hidden[1]))?
            .relu()?;
        let logits = dropout(&hidden, self.dropout, noise)?
            .matmul(parameters.dense(self.out[0]))?
            .broadcast_add(parameters.dense(self.out[1]))?
            .squeeze(1)?;
        Ok(Pass { heads: vec![logits], lookups: vec![lookup] })
    }
}

#[cfg(test)]
mod tests {
    use learn::{Device, Parameters};
    use records::{Random, Value};

    use super::{NalinConfig, NalinNetwork};
    use crate::encoded::{EncodedExamples, LabelledSubject};
    use crate::fit::gradients_of;
    use crate::network::Network as _;
    use crate::{Ablation, Subject};

    fn network(ablation: Ablation) -> NalinNetwork {
        let types = (0..10).map(|number| format!("type{number}")).collect();
        let config = NalinConfig { types, name_buckets: 16, name_seed: 0 };
        NalinNetwork::new(config, ablation, None, Parameters::new(&Device::Cpu, 0, "test")).unwrap()
    }

    #[test]
    fn as_many_parameters_as_published() {
        assert_eq!(network(Ablation::default()).parameters().count(), 1_224_001);
    }

    /// Weights that need no file: the same formula stands in `bench/peers/pytorch_nalin.py`.
    fn formula(n: usize, salt: usize, bound: f64) -> Vec<f32> {
        let number = |at: usize| ((at * 7919 + salt * 104_729) % 2003) as f64 / 1001.0 - 1.0;
        (0..n).map(|at| (number(at) * bound) as f32).collect()
    }

    /// Loss, and norm and sum of each gradient, against `bench/peers/pytorch_nalin.py gradients`
    /// (PyTorch 2.15, in double precision).
    #[test]
    fn loss_and_gradients_are_those_of_pytorch() {
        // The name's vector is not part of what is compared: all zeros on both sides.
        let mut network = network(Ablation { name: true, ..Ablation::default() });
        network.dropout = 0.0;
        let shapes: Vec<(String, usize)> = network
            .parameters
            .shapes()
            .map(|(name, shape)| (name.to_owned(), shape.iter().product()))
            .collect();
        for (position, (name, n)) in shapes.iter().enumerate() {
            let (salt, bound) = match name.as_str() {
                "convolution.weight" => (7, 0.05),
                "hidden.weight" => (position + 2, 0.05),
                _ if position < 6 => (position + 1, 0.1),
                _ => (position + 2, 0.1),
            };
            network.parameters.set(name, formula(*n, salt, bound)).unwrap();
        }

        let value = |text: String, shape: Option<&[i64]>, len| Value {
            text,
            type_name: "list".to_owned(),
            len,
            rank: shape.map_or(-1, |shape| shape.len() as i64),
            shape: shape.unwrap_or_default().to_vec(),
            ..Value::default()
        };
        let values = [
            value("17".to_owned(), None, -1),
            value("[0.5, 1.25, 3]".to_owned(), Some(&[3, 1000]), 3),
            value("Hello, w\u{f6}rld: data/in.csv".to_owned() + &"x".repeat(90), Some(&[]), 120),
        ];
        let labelled: Vec<LabelledSubject> = ["type0", "type4", "other"]
            .iter()
            .zip(&values)
            .zip([false, true, true])
            .map(|((type_class, value), negative)| LabelledSubject {
                subject: Subject { name: "", value, type_class },
                negative,
                repos: [0; 2],
                weight: 1.0,
            })
            .collect();
        let encoded = EncodedExamples::new(&network, &labelled);
        let rows: Vec<_> = encoded.all.iter().map(|example| encoded.row(example)).collect();
        let noise = Random::keyed(0, "test", "");
        let (gradients, loss) = gradients_of(&network, &rows, &encoded.all, 3.0, noise).unwrap();
        assert!((loss / 3.0 - 0.674_767).abs() < 1e-5, "{loss}");

        let expected = [
            ("gru.forward.input", 1.489_746e-1, 2.586_780e-3),
            ("gru.forward.hidden", 1.539_572e-1, 4.017_368e-2),
            // Two biases in one: the norm of both, the sum of both.
            ("gru.forward.bias", 1.676_954e-1_f64.hypot(8.642_659e-2), 2.586_780e-3 - 6.167_940e-3),
            ("gru.backward.input", 1.442_875e-1, -9.649_815e-2),
            ("gru.backward.hidden", 1.316_025e-1, 3.031_553e-2),
            ("gru.backward.bias", 1.704_858e-1_f64.hypot(8.748_692e-2), -9.649_815e-2 - 5.007_768e-2),
            ("convolution.bias", 1.401_486e-1, 8.277_240e-2),
            ("hidden.weight", 4.183_230e-1, -1.620_200),
            ("hidden.bias", 1.308_385e-1, -2.641_529e-1),
            ("out.weight", 1.007_412e-1, -7.333_620e-1),
            ("out.bias", 1.871_746e-1, -1.871_746e-1),
            ("convolution.weight", 1.342_545, 8.277_240),
        ];
        for (place, ((name, _), (expected_name, norm, sum))) in shapes.iter().zip(expected).enumerate() {
            let values = gradients.of(&network.parameters, place);
            assert_eq!(name, expected_name);
            let found_norm = values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
            let found_sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
            assert!((found_norm / norm - 1.0).abs() < 1e-4, "{name}: norm {found_norm}, expected {norm}");
            assert!(
                (found_sum - sum).abs() < 1e-4 * norm.max(sum.abs()),
                "{name}: sum {found_sum}, expected {sum}"
            );
        }
    }
}
