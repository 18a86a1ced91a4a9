//! Evidence without tensors, for one pair at a time.

use anyhow::Result;
use pulp::Arch;

use super::judge::Member;
use super::{Evidence, JudgeConfig, NameKeys, Tally, ValueKeys};
use crate::network::Network as _;
use crate::{Ablation, Subject};

/// Facts, and the judge's weights read out of their tensors.
pub(crate) struct QuickEvidence<'m> {
    tally: &'m Tally,
    config: &'m JudgeConfig,
    members: Vec<QuickMember>,
}

/// One perceptron's weights.
struct QuickMember {
    layers: [(Vec<f32>, Vec<f32>); 3],
    straight: Vec<f32>,
}

/// A name's keys, and how many repositories know them.
pub(crate) struct QuickName {
    keys: NameKeys,
    known: Vec<f32>,
}

impl Evidence {
    /// Reads the weights out of their tensors.
    pub(crate) fn quick(&self) -> Result<QuickEvidence<'_>> {
        let read =
            |slot| -> Result<Vec<f32>> { Ok(self.judge.parameters().dense(slot).flatten_all()?.to_vec1()?) };
        let member = |member: &Member| {
            let [first, second, out] =
                member.layers.map(|(weight, bias)| Ok::<_, anyhow::Error>((read(weight)?, read(bias)?)));
            Ok(QuickMember { layers: [first?, second?, out?], straight: read(member.straight)? })
        };
        let members = self.judge.members.iter().map(member).collect::<Result<Vec<_>>>()?;
        Ok(QuickEvidence { tally: &self.tally, config: self.config(), members })
    }
}

impl QuickEvidence<'_> {
    /// What of a value matters for every name.
    pub(crate) fn value(&self, subject: &Subject, hidden: Ablation) -> ValueKeys {
        self.tally.value(subject, hidden)
    }

    /// What of a name matters for every value.
    pub(crate) fn name(&self, keys: NameKeys) -> QuickName {
        let known = self.tally.known(&keys, None);
        QuickName { keys, known }
    }

    /// The mean of a network's logit and the judge's.
    pub(crate) fn blend(&self, logit: f32, name: &QuickName, value: &ValueKeys) -> f32 {
        let input: Vec<f32> = self
            .tally
            .features_of_known(&name.keys, &name.known, value, None)
            .iter()
            .map(|&number| f32::from(number) * super::judge::SCALE)
            .collect();
        let logit_of = |member: &QuickMember| Arch::new().dispatch(|| member.logit(&input));
        let judged: f32 = self.members.iter().map(logit_of).sum();
        self.config.blend(logit, judged / self.members.len() as f32)
    }
}

impl QuickMember {
    /// A logit, compiled for the processor at hand.
    #[inline(always)]
    fn logit(&self, input: &[f32]) -> f32 {
        let [first, second, out] = &self.layers;
        let relu = |mut units: Vec<f32>| {
            units.iter_mut().for_each(|unit| *unit = unit.max(0.0));
            units
        };
        let hidden = relu(layer(second, &relu(layer(first, input))));
        let straight: f32 = input.iter().zip(&self.straight).map(|(input, weight)| input * weight).sum();
        layer(out, &hidden)[0] + straight
    }
}

#[inline(always)]
fn layer((weight, bias): &(Vec<f32>, Vec<f32>), input: &[f32]) -> Vec<f32> {
    let mut units = bias.clone();
    for (input, weights) in
        input.iter().zip(weight.chunks_exact(bias.len())).filter(|(input, _)| **input != 0.0)
    {
        units.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += input * weight);
    }
    units
}
