//! The network over bags without tensors, for a scorer that puts many names to many values: what a name or
//! a value contributes on its own is summed up once, and a pair costs its crosses and one small product.

use anyhow::Result;
use evaluation::Calibration;
use evidence::hash::cross;
use evidence::{Ablation, NameKeys, Subject};
use learn::kernels::{Arch, vectorized};
use learn::{DenseId, TableId};
use records::Value;

use super::{BagsNetwork, root};
use crate::embedding::Embedding;
use crate::features::{Features, featurise};
use crate::judge::{Evidence, QuickEvidence, QuickName, QuickValue};

/// A network over bags, ready for pairs in any combination.
pub struct Quick<'m> {
    network: &'m BagsNetwork,
    calibration: Calibration,
    wide: Option<Wide<'m>>,
    deep: Option<Deep<'m>>,
    evidence: Option<QuickEvidence<'m>>,
    arch: Arch,
}

struct Wide<'m> {
    table: &'m [f32],
    mask: u32,
    bias: f32,
}

struct Deep<'m> {
    width: usize,
    names: &'m [f32],
    /// Learned vectors of names, and the weights that turn them into embeddings.
    learned: Option<(&'m Embedding, Vec<f32>)>,
    values: &'m [f32],
    weight: Vec<f32>,
    bias: Vec<f32>,
    out: Vec<f32>,
    out_bias: f32,
}

/// What a name, or a value, brings into every pair.
pub struct Tower {
    features: Vec<u32>,
    alone: f32,
    embedding: Vec<f32>,
    hidden: Vec<f32>,
    keys: Keys,
}

/// Under which keys a tower is attested.
enum Keys {
    None,
    Name(QuickName),
    Value(QuickValue),
}

impl BagsNetwork {
    /// Reads the weights out of their tensors.
    pub(crate) fn quick<'m>(
        &'m self,
        evidence: Option<&'m Evidence>,
        calibration: Calibration,
    ) -> Result<Quick<'m>> {
        let parameters = &self.parameters;
        let dense =
            |id: DenseId| Ok::<Vec<f32>, anyhow::Error>(parameters.dense(id).flatten_all()?.to_vec1()?);
        let table = |id: TableId| parameters.table(id);
        let wide = match self.wide {
            Some((id, bias)) => {
                Some(Wide { table: table(id), mask: self.config.wide_rows as u32 - 1, bias: dense(bias)?[0] })
            }
            None => None,
        };
        let deep = match &self.deep {
            Some(deep) => Some(Deep {
                width: self.config.width,
                names: table(deep.names),
                learned: match &deep.learned {
                    Some((learned, project)) => Some((&**learned, dense(*project)?)),
                    None => None,
                },
                values: table(deep.values),
                weight: dense(deep.hidden.0)?,
                bias: dense(deep.hidden.1)?,
                out: dense(deep.out[0])?,
                out_bias: dense(deep.out[1])?[0],
            }),
            None => None,
        };
        let evidence = evidence.map(Evidence::quick).transpose()?;
        Ok(Quick { network: self, calibration, wide, deep, evidence, arch: Arch::new() })
    }
}

impl Quick<'_> {
    /// What a name brings, without the inputs that are hidden.
    pub fn name(&self, name: &str, hidden: Ablation) -> Tower {
        let (nothing, hidden) = (Value::default(), self.network.ablation.and(hidden));
        let features = featurise(&Subject { name, value: &nothing, type_class: "" }, hidden);
        let mut tower = Tower::new(features.name.to_vec());
        if let Some(wide) = &self.wide {
            tower.alone = tower.features.iter().map(|&name| wide.at(name, 0)).sum();
        }
        if let Some(deep) = &self.deep {
            tower.embedding = deep.sum(deep.names, &features.name);
            if let Some((learned, project)) = deep.learned.as_ref().filter(|_| !hidden.name) {
                for (number, weights) in
                    learned.of_words(name).into_iter().zip(project.chunks_exact(deep.width))
                {
                    tower.embedding.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += number * weight);
                }
            }
            tower.hidden = deep.bias.clone();
            deep.add(0, tower.embedding.iter().copied(), &mut tower.hidden);
        }
        if let Some(evidence) = &self.evidence {
            let keys = if hidden.name { NameKeys::hidden() } else { NameKeys::of(name) };
            tower.keys = Keys::Name(evidence.name(keys));
        }
        tower
    }

    /// What a value brings, without the inputs that are hidden.
    pub fn value(&self, value: &Value, type_class: &str, hidden: Ablation) -> Tower {
        let hidden = Ablation { name: true, ..self.network.ablation.and(hidden) };
        let subject = Subject { name: "", value, type_class };
        let Features { value, value_key, numbers, .. } = featurise(&subject, hidden);
        let mut tower = Tower::new(value[..usize::from(value_key)].to_vec());
        if let Some(wide) = &self.wide {
            tower.alone = tower.features.iter().map(|&value| wide.at(0, value)).sum();
        }
        if let Some(deep) = &self.deep {
            tower.embedding = deep.sum(deep.values, &value);
            tower.hidden = vec![0.0; deep.bias.len()];
            deep.add(deep.width, tower.embedding.iter().copied(), &mut tower.hidden);
            deep.add(3 * deep.width, numbers.into_iter(), &mut tower.hidden);
        }
        if let Some(evidence) = &self.evidence {
            tower.keys = Keys::Value(evidence.value(&subject, hidden));
        }
        tower
    }

    /// The probability that they do not fit: that of [`crate::Model::scores`], but for the last digits.
    pub fn score(&self, name: &Tower, value: &Tower) -> f64 {
        let mut logit = self.logit(name, value);
        if let (Some(evidence), Keys::Name(name), Keys::Value(value)) =
            (&self.evidence, &name.keys, &value.keys)
        {
            logit = evidence.blend(logit, name, value);
        }
        self.calibration.apply(logit)
    }

    /// As [`Quick::score`] by the network's opinion alone, which costs a fraction: to find out who is worth
    /// a closer look.
    pub fn rough_score(&self, name: &Tower, value: &Tower) -> f64 {
        self.calibration.apply(self.logit(name, value))
    }

    /// The network's opinion, compiled for the processor at hand.
    fn logit(&self, name: &Tower, value: &Tower) -> f32 {
        vectorized(
            self.arch,
            #[inline(always)]
            || self.network(name, value),
        )
    }

    #[inline(always)]
    fn network(&self, name: &Tower, value: &Tower) -> f32 {
        let (mut sum, mut heads) = (0.0, 0);
        if let Some(wide) = &self.wide {
            let crosses = wide.crosses(&name.features, &value.features);
            let n = name.features.len() * (value.features.len() + 1) + value.features.len();
            sum += (crosses + name.alone + value.alone) * root(n) + wide.bias;
            heads += 1;
        }
        if let Some(deep) = &self.deep {
            let mut hidden: Vec<f32> = name.hidden.iter().zip(&value.hidden).map(|(a, b)| a + b).collect();
            let product = name.embedding.iter().zip(&value.embedding).map(|(a, b)| a * b);
            deep.add(2 * deep.width, product, &mut hidden);
            let out: f32 = hidden.iter().zip(&deep.out).map(|(unit, weight)| unit.max(0.0) * weight).sum();
            sum += out + deep.out_bias;
            heads += 1;
        }
        sum / heads.max(1) as f32
    }
}

impl Tower {
    fn new(features: Vec<u32>) -> Self {
        Self { features, alone: 0.0, embedding: Vec::new(), hidden: Vec::new(), keys: Keys::None }
    }
}

impl Wide<'_> {
    /// The sum of the weights of all crosses.
    #[inline(always)]
    fn crosses(&self, names: &[u32], values: &[u32]) -> f32 {
        // First where they are, many at a time; then what is there, in order.
        let mut places = vec![0; values.len()];
        let of = |&name: &u32| {
            places.iter_mut().zip(values).for_each(|(place, &value)| *place = cross(name, value) & self.mask);
            places.iter().map(|&place| self.table[place as usize]).sum::<f32>()
        };
        names.iter().map(of).sum()
    }

    fn at(&self, name: u32, value: u32) -> f32 {
        self.table[(cross(name, value) & self.mask) as usize]
    }
}

impl Deep<'_> {
    /// The scaled sum of the rows that features own.
    fn sum(&self, table: &[f32], features: &[u32]) -> Vec<f32> {
        let mask = (table.len() / self.width) as u32 - 1;
        let mut sums = vec![0.0; self.width];
        for feature in features {
            let row = (feature & mask) as usize * self.width;
            sums.iter_mut().zip(&table[row..row + self.width]).for_each(|(sum, value)| *sum += value);
        }
        let scale = root(features.len());
        sums.iter_mut().for_each(|sum| *sum *= scale);
        sums
    }

    /// Adds inputs, the first of them at a row of the hidden layer's weights.
    #[inline(always)]
    fn add(&self, row: usize, inputs: impl Iterator<Item = f32>, hidden: &mut [f32]) {
        let units = hidden.len();
        for (input, weights) in inputs.zip(self.weight[row * units..].chunks_exact(units)) {
            hidden.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += input * weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use records::Value;

    use crate::model::Body;
    use crate::network::Network as _;
    use crate::{Ablation, BagsConfig, Config, Design, Model, Statistics, Subject};

    #[test]
    fn it_answers_as_the_network_does() {
        let value = Value {
            type_name: "numpy.ndarray".to_owned(),
            shape: vec![2, 3],
            rank: 2,
            size: 6,
            len: 2,
            text: "[[1 2 3]\n [4 5 6]]".to_owned(),
            ..Value::default()
        };
        let subject = Subject { name: "row_counts", value: &value, type_class: "ndarray" };
        let none = Ablation::default();
        let type_ = Ablation { type_: true, ..none };
        for bags in [
            BagsConfig { init: 0.5, ..BagsConfig::standard() },
            BagsConfig { wide_rows: 0, ..BagsConfig::standard() },
        ] {
            let config = Config::new("default", Design::Bags(bags), none, 7);
            let mut model = Model::new(config, Statistics::default(), None, &Device::Cpu).unwrap();
            let Body::Bags(network) = &mut model.body else { panic!("it is a network over bags") };
            // A table that has learned nothing is full of zeros.
            let (name, shape) = network
                .parameters()
                .shapes()
                .find(|(_, shape)| shape.len() == 2 && shape[0] >= 4096)
                .unwrap();
            let name = name.to_owned();
            let n = shape.iter().product();
            let weights = (0..n).map(|at: usize| (at * 37 % 101) as f32 / 100.0 - 0.5).collect();
            network.parameters_mut().set(&name, weights).unwrap();
            let quick = model.quick().unwrap().unwrap();
            for hidden in [
                none,
                type_,
                Ablation { name: true, ..none },
                Ablation { value: true, len: true, shape: true, ..none },
            ] {
                let expected = model.scores_without(&[subject], hidden).unwrap()[0];
                let score =
                    quick.score(&quick.name(subject.name, hidden), &quick.value(&value, "ndarray", hidden));
                assert!((score - expected).abs() < 1e-5, "{score} {expected} {hidden:?}");
            }
        }
    }
}
