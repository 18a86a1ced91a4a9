//! Evidence without tensors, for one pair at a time.

use std::hash::BuildHasher as _;

use anyhow::Result;
use evidence::{Ablation, FEATURE_SCALE, NameKeys, PairTally, Subject, Support, ValueKeys};
use learn::kernels::{Arch, vectorized};
use rustc_hash::FxBuildHasher;

use super::cache::Cache;
use super::{Evidence, JudgeConfig};
use crate::network::Network as _;

/// Units whose sums are made at a time, because so many stay in registers.
const TILE: usize = 32;

/// Facts, and the judge's weights read out of their tensors.
pub(crate) struct QuickEvidence<'m> {
    tally: &'m PairTally,
    config: &'m JudgeConfig,
    /// The first layers of all perceptrons, as one.
    first: Layer,
    members: Vec<QuickMember>,
    /// The mean of the straight ways past them.
    straight: Vec<f32>,
    judged: Cache,
}

/// What is behind one perceptron's first layer.
struct QuickMember {
    second: Layer,
    out: (Vec<f32>, f32),
}

/// A layer's weights, a row an input, and its bias.
type Weights = (Vec<f32>, Vec<f32>);

/// A layer's weights and bias, padded with units of nothing to whole tiles.
struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// A name's keys, and their support.
pub(crate) struct QuickName {
    keys: NameKeys,
    support: Vec<Support>,
    id: u64,
}

/// A value's keys.
pub(crate) struct QuickValue {
    keys: ValueKeys,
    id: u64,
}

impl Evidence {
    /// Reads the weights out of their tensors.
    pub(crate) fn quick(&self) -> Result<QuickEvidence<'_>> {
        let read =
            |slot| -> Result<Vec<f32>> { Ok(self.judge.parameters().dense(slot).flatten_all()?.to_vec1()?) };
        let members = &self.judge.members;
        let layers = |at: usize| -> Result<Vec<Weights>> {
            members
                .iter()
                .map(|member| Ok((read(member.layers[at].0)?, read(member.layers[at].1)?)))
                .collect()
        };
        let straight = members.iter().map(|member| read(member.straight)).collect::<Result<Vec<_>>>()?;
        let member = |(second, (out, bias)): (Weights, Weights)| QuickMember {
            second: Layer::beside(&[second]),
            out: (out, bias[0]),
        };
        Ok(QuickEvidence {
            tally: &self.tally,
            config: self.config(),
            first: Layer::beside(&layers(0)?),
            members: layers(1)?.into_iter().zip(layers(2)?).map(member).collect(),
            straight: (0..PairTally::FEATURES)
                .map(|at| straight.iter().map(|of| of[at]).sum::<f32>() / members.len() as f32)
                .collect(),
            judged: Cache::new(),
        })
    }
}

impl QuickEvidence<'_> {
    /// What of a value matters for every name.
    pub(crate) fn value(&self, subject: &Subject, hidden: Ablation) -> QuickValue {
        let keys = self.tally.value_keys(subject, hidden);
        let id = FxBuildHasher.hash_one(&keys);
        QuickValue { keys, id }
    }

    /// What of a name matters for every value.
    pub(crate) fn name(&self, keys: NameKeys) -> QuickName {
        let support = self.tally.support(&keys, &[]);
        let id = FxBuildHasher.hash_one(&keys);
        QuickName { keys, support, id }
    }

    /// The mean of a network's logit and the judge's.
    pub(crate) fn blend(&self, logit: f32, name: &QuickName, value: &QuickValue) -> f32 {
        let judge = || {
            let features = self.tally.features_of_supported(&name.keys, &name.support, &value.keys, &[]);
            vectorized(
                Arch::new(),
                #[inline(always)]
                || self.judge(&features),
            )
        };
        self.config.blend(logit, self.judged.get(FxBuildHasher.hash_one((name.id, value.id)), judge))
    }

    /// The judge's logit, compiled for the processor at hand.
    #[inline(always)]
    fn judge(&self, features: &[i8]) -> f32 {
        let inputs: Vec<(usize, f32)> = features
            .iter()
            .enumerate()
            .filter(|(_, number)| **number != 0)
            .map(|(at, &number)| (at, f32::from(number) * FEATURE_SCALE))
            .collect();
        let hidden = self.first.apply(&inputs);
        let units = hidden.len() / self.members.len();
        let of = |(member, hidden): (&QuickMember, &[f32])| {
            let above_zero = hidden.iter().copied().enumerate().filter(|(_, unit)| *unit > 0.0);
            let units = member.second.apply(&above_zero.collect::<Vec<_>>());
            let out = units.iter().zip(&member.out.0).map(|(unit, weight)| unit.max(0.0) * weight);
            out.sum::<f32>() + member.out.1
        };
        let judged: f32 = self.members.iter().zip(hidden.chunks_exact(units)).map(of).sum();
        let straight: f32 = inputs.iter().map(|&(at, input)| input * self.straight[at]).sum();
        judged / self.members.len() as f32 + straight
    }
}

impl Layer {
    /// Layers that have the same inputs, as one whose units stand one behind the other.
    fn beside(layers: &[Weights]) -> Self {
        let bias: Vec<f32> = layers.iter().flat_map(|(_, bias)| bias).copied().collect();
        let inputs = layers.first().map_or(0, |(weights, bias)| weights.len() / bias.len());
        let padded = bias.len().next_multiple_of(TILE);
        let mut weights = Vec::with_capacity(inputs * padded);
        for input in 0..inputs {
            for (of, bias) in layers {
                weights.extend_from_slice(&of[input * bias.len()..(input + 1) * bias.len()]);
            }
            weights.resize((input + 1) * padded, 0.0);
        }
        Self { weights, bias }
    }

    /// The units, of inputs with their places.
    #[inline(always)]
    fn apply(&self, inputs: &[(usize, f32)]) -> Vec<f32> {
        let width = self.bias.len().next_multiple_of(TILE);
        let mut units = self.bias.clone();
        units.resize(width, 0.0);
        for (tile, units) in units.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
            let mut sums = *units;
            for &(at, input) in inputs {
                let weights = &self.weights[at * width + tile * TILE..][..TILE];
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * weight);
            }
            *units = sums;
        }
        units.truncate(self.bias.len());
        units
    }
}
