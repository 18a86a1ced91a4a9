//! A model with its quick form, where its architecture has one.

use std::collections::BTreeMap;

use anyhow::Result;
use nalin_model::{Ablation, Model, Quick, Side, Subject};
use records::Value;

const NOTHING: Ablation = Ablation { name: false, value: false, type_: false, len: false, shape: false };

/// The inputs that are left out in turn, to see what they are worth.
pub(crate) const INPUTS: [(&str, Ablation); 3] = [
    ("name", Ablation { name: true, ..NOTHING }),
    ("value", Ablation { value: true, len: true, shape: true, ..NOTHING }),
    ("type", Ablation { type_: true, ..NOTHING }),
];

/// What scores and explains. An answer depends on name, value and model alone.
pub(crate) struct Scorer<'m> {
    pub(crate) model: &'m Model,
    quick: Option<Quick<'m>>,
}

/// A name, or several, ready for the scorer.
pub(crate) struct Names<'a> {
    names: Vec<&'a str>,
    sides: Vec<Side>,
}

impl<'m> Scorer<'m> {
    pub(crate) fn new(model: &'m Model) -> Result<Self> {
        Ok(Self { model, quick: model.quick()? })
    }

    /// Probabilities that name and value do not fit.
    pub(crate) fn scores(&self, subjects: &[Subject]) -> Result<Vec<f64>> {
        let Some(quick) = &self.quick else { return self.model.scores(subjects) };
        let mut names: BTreeMap<&str, Side> = BTreeMap::new();
        let mut scores = Vec::with_capacity(subjects.len());
        for &Subject { name, value, type_class } in subjects {
            let name = names.entry(name).or_insert_with(|| quick.name(name, NOTHING));
            scores.push(quick.score(name, &quick.value(value, type_class, NOTHING)));
        }
        Ok(scores)
    }

    /// For each subject its scores without the name, the value, and the type.
    pub(crate) fn without(&self, subjects: &[Subject]) -> Result<Vec<[f64; 3]>> {
        let Some(quick) = &self.quick else {
            let mut without = [const { Vec::new() }; 3];
            for (scores, (_, hidden)) in without.iter_mut().zip(INPUTS) {
                *scores = self.model.scores_without(subjects, hidden)?;
            }
            return Ok((0..subjects.len())
                .map(|at| [0, 1, 2].map(|input: usize| without[input][at]))
                .collect());
        };
        let no_name = quick.name("", INPUTS[0].1);
        let score = |&Subject { name, value, type_class }: &Subject| {
            let side = |hidden| quick.value(value, type_class, hidden);
            let name = quick.name(name, NOTHING);
            [
                quick.score(&no_name, &side(NOTHING)),
                quick.score(&name, &side(INPUTS[1].1)),
                quick.score(&name, &side(INPUTS[2].1)),
            ]
        };
        Ok(subjects.iter().map(score).collect())
    }

    /// Makes names ready.
    pub(crate) fn names<'a>(&self, names: Vec<&'a str>) -> Names<'a> {
        let side = |quick: &Quick| names.iter().map(|name| quick.name(name, NOTHING)).collect();
        let sides = self.quick.as_ref().map(side).unwrap_or_default();
        Names { names, sides }
    }

    /// The names that fit a value best, with their scores, the lowest first; at most `most`.
    pub(crate) fn best<'a>(
        &self,
        names: &Names<'a>,
        value: &Value,
        type_class: &str,
        most: usize,
    ) -> Result<Vec<(&'a str, f64)>> {
        let scores = match &self.quick {
            Some(quick) => {
                let value = quick.value(value, type_class, NOTHING);
                names.sides.iter().map(|name| quick.score(name, &value)).collect()
            }
            None => {
                let subject = |&name: &&'a str| Subject { name, value, type_class };
                self.model.scores(&names.names.iter().map(subject).collect::<Vec<_>>())?
            }
        };
        let mut scored: Vec<(&str, f64)> = names.names.iter().copied().zip(scores).collect();
        scored.sort_by(|a, b| a.1.total_cmp(&b.1));
        scored.truncate(most);
        Ok(scored)
    }
}
