//! The default network and the linear baseline: bags of hashed features.
//!
//! Wide: one weight for each (feature of the name, feature that sums up the value), which remembers what
//! was seen. Deep: an embedding of the name and one of the value, their product, which says how well the
//! one goes with the other, and a small perceptron over all, which carries over to names never seen.
//! The linear baseline is the wide part alone.

mod quick;

use std::sync::Arc;

use anyhow::Result;
use candle_core::Tensor;
use evidence::hash::cross;
use learn::{Bags, DenseId, Init, Parameters, TableId, dropout};
use records::Random;
use serde::{Deserialize, Serialize};

use crate::embedding::Embedding;
use crate::features::{Features, NUMBERS, featurise};
use crate::network::{Encoder, Network, Pass, Row, SIGNED_ZEROS};
use crate::{Ablation, Subject};

pub use quick::{Quick, Tower};

/// Sizes of a network over bags.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct BagsConfig {
    /// Rows of the table of name features, a power of two.
    pub name_rows: usize,
    /// Rows of the table of value features, a power of two.
    pub value_rows: usize,
    /// Rows of the wide table, a power of two; 0: no wide part.
    pub wide_rows: usize,
    /// Width of the embeddings; 0: no deep part.
    pub width: usize,
    /// Units of the hidden layer.
    pub hidden: usize,
    /// Share of the hidden units, and of the embeddings' elements, that a step leaves out.
    pub dropout: f64,
    /// Share of the name's features that a step leaves out, so that no single one is relied upon.
    pub name_dropout: f64,
    /// Bound of the embeddings' first values: small, so that features never met say next to nothing.
    pub init: f64,
    /// The deep part's learning rate as a share of the wide part's.
    pub deep_pace: f64,
}

impl BagsConfig {
    /// The default network.
    pub fn standard() -> Self {
        Self {
            name_rows: 1 << 13,
            value_rows: 1 << 12,
            wide_rows: 1 << 18,
            width: 32,
            hidden: 64,
            dropout: 0.5,
            name_dropout: 0.4,
            init: 0.05,
            deep_pace: 0.1,
        }
    }

    /// The linear baseline.
    pub fn linear() -> Self {
        Self { width: 0, ..Self::standard() }
    }
}

/// The network over bags.
pub struct BagsNetwork {
    config: BagsConfig,
    ablation: Ablation,
    parameters: Parameters,
    /// Weights of the crosses, and a bias.
    wide: Option<(TableId, DenseId)>,
    deep: Option<Deep>,
}

struct Deep {
    names: TableId,
    /// Learned vectors of names, and the weights that turn them into embeddings.
    learned: Option<(Arc<Embedding>, DenseId)>,
    values: TableId,
    hidden: (DenseId, DenseId),
    out: [DenseId; 2],
}

impl BagsNetwork {
    /// A network with weights drawn from the seed of `parameters`; its deep part adds to the embedding of a name
    /// what it makes of the name's vector in `learned`.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn new(
        config: BagsConfig,
        ablation: Ablation,
        learned: Option<Arc<Embedding>>,
        mut parameters: Parameters,
    ) -> Result<Self> {
        let wide = if config.wide_rows > 0 {
            let table = parameters.add_table("wide", config.wide_rows, 1, SIGNED_ZEROS);
            Some((table, parameters.add_dense("bias", &[1], SIGNED_ZEROS)?))
        } else {
            None
        };
        parameters.set_rate_factor(config.deep_pace);
        let deep = if config.width > 0 { Some(Deep::new(&config, learned, &mut parameters)?) } else { None };
        Ok(Self { config, ablation, parameters, wide, deep })
    }

    /// Crosses of the name's features with those that sum up the value, and each side alone.
    fn crosses(&self, (name, value): Row<Features>, rows: &mut Bags) {
        let mask = self.config.wide_rows as u32 - 1;
        let key = &value.value[..usize::from(value.value_key)];
        let mixed = |name| key.iter().map(move |&value| cross(name, value) & mask);
        let names =
            name.name.iter().flat_map(|&name| std::iter::once(cross(name, 0) & mask).chain(mixed(name)));
        rows.push(mixed(0).chain(names), root);
    }
}

/// Keeps sums over bags of different sizes of one magnitude.
fn root(n: usize) -> f32 {
    1.0 / (n.max(1) as f32).sqrt()
}

impl Deep {
    fn new(
        config: &BagsConfig,
        learned: Option<Arc<Embedding>>,
        parameters: &mut Parameters,
    ) -> Result<Self> {
        let inputs = 3 * config.width + NUMBERS;
        let (small, bound) = (Init::Uniform(config.init), Init::Uniform(1.0 / (inputs as f64).sqrt()));
        let learned = match learned {
            Some(learned) => {
                let shape = [learned.width(), config.width];
                let project = parameters.add_dense("learned.weight", &shape, small)?;
                Some((learned, project))
            }
            None => None,
        };
        Ok(Self {
            learned,
            names: parameters.add_table("names", config.name_rows, config.width, small),
            values: parameters.add_table("values", config.value_rows, config.width, small),
            hidden: (
                parameters.add_dense("hidden.weight", &[inputs, config.hidden], bound)?,
                parameters.add_dense("hidden.bias", &[config.hidden], bound)?,
            ),
            out: [
                parameters.add_dense(
                    "out.weight",
                    &[config.hidden, 1],
                    Init::Uniform(1.0 / (config.hidden as f64).sqrt()),
                )?,
                parameters.add_dense("out.bias", &[1], SIGNED_ZEROS)?,
            ],
        })
    }
}

impl Encoder for BagsNetwork {
    fn ablation(&self) -> Ablation {
        self.ablation
    }

    fn encode_without(&self, subject: &Subject, hidden: Ablation) -> Features {
        let mut features = featurise(subject, hidden);
        if let Some(Deep { learned: Some((learned, _)), .. }) = &self.deep
            && !hidden.name
        {
            features.vector = learned.of_words(subject.name).into();
        }
        features
    }
}

impl Network for BagsNetwork {
    type Encoded = Features;

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    fn forward(&self, rows: &[Row<Features>], mut noise: Option<&mut Random>) -> Result<Pass> {
        let parameters = &self.parameters;
        let learn = noise.is_some();
        let dropped: Vec<Vec<bool>> = rows
            .iter()
            .map(|(name, _)| match noise.as_deref_mut() {
                Some(noise) => name.name.iter().map(|_| noise.unit() < self.config.name_dropout).collect(),
                None => vec![false; name.name.len()],
            })
            .collect();
        let mut lookups = Vec::new();
        let mut heads = Vec::new();
        if let Some((wide, bias)) = self.wide {
            let mut bags = Bags::default();
            rows.iter().for_each(|row| self.crosses(*row, &mut bags));
            let lookup = parameters.look_up(wide, bags, learn)?;
            heads.push(lookup.leaf.broadcast_add(parameters.dense(bias))?.squeeze(1)?);
            lookups.push(lookup);
        }
        if let Some(deep) = &self.deep {
            let (mut names, mut values) = (Bags::default(), Bags::default());
            let mut numbers = Vec::with_capacity(rows.len() * NUMBERS);
            for ((name, value), dropped) in rows.iter().zip(&dropped) {
                let kept = name.name.iter().zip(dropped).filter(|(_, dropped)| !**dropped);
                names.push(kept.map(|(name, _)| name & (self.config.name_rows as u32 - 1)), root);
                values
                    .push(value.value.iter().map(|value| value & (self.config.value_rows as u32 - 1)), root);
                numbers.extend_from_slice(&value.numbers);
            }
            let names = parameters.look_up(deep.names, names, learn)?;
            let values = parameters.look_up(deep.values, values, learn)?;
            let mut name = names.leaf.clone();
            if let Some((learned, project)) = &deep.learned {
                let mut vectors = vec![0.0; rows.len() * learned.width()];
                for ((name, _), vector) in rows.iter().zip(vectors.chunks_exact_mut(learned.width())) {
                    vector[..name.vector.len()].copy_from_slice(&name.vector);
                }
                let vectors = Tensor::from_vec(vectors, (rows.len(), learned.width()), parameters.device())?;
                name = (name + vectors.matmul(parameters.dense(*project))?)?;
            }
            let name = dropout(&name, self.config.dropout, noise.as_deref_mut())?;
            let value = dropout(&values.leaf, self.config.dropout, noise.as_deref_mut())?;
            let numbers = Tensor::from_vec(numbers, (rows.len(), NUMBERS), parameters.device())?;
            let hidden = Tensor::cat(&[&name, &value, &(&name * &value)?, &numbers], 1)?
                .matmul(parameters.dense(deep.hidden.0))?
                .broadcast_add(parameters.dense(deep.hidden.1))?
                .relu()?;
            let hidden = dropout(&hidden, self.config.dropout, noise)?;
            let [weight, bias] = deep.out.map(|slot| parameters.dense(slot));
            heads.push(hidden.matmul(weight)?.broadcast_add(bias)?.squeeze(1)?);
            lookups.extend([names, values]);
        }
        Ok(Pass { heads, lookups })
    }
}
