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

/// Of the names that are tried on a value so many are scored exactly.
const TRIED_EXACTLY: usize = 4;

/// What scores and explains. An answer depends on name, value and model alone.
pub(crate) struct Scorer<'m> {
    pub(crate) model: &'m Model,
    quick: Option<Quick<'m>>,
}

/// A name, ready for the scorer.
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    side: Option<Side>,
}

/// A value, the names that held it, and for each of them the names to try in its place.
pub(crate) struct Question<'a> {
    pub(crate) value: &'a Value,
    pub(crate) type_class: &'a str,
    pub(crate) held: Vec<&'a Name<'a>>,
    pub(crate) tried: Vec<Vec<&'a Name<'a>>>,
}

/// Of one name that held a value.
pub(crate) struct Answer {
    /// The scores without name, value and type.
    pub(crate) without: [f64; 3],
    /// The scores of the names that were tried.
    pub(crate) tried: Vec<f64>,
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

    /// Makes a name ready.
    pub(crate) fn name<'a>(&self, text: &'a str) -> Name<'a> {
        Name { text, side: self.quick.as_ref().map(|quick| quick.name(text, NOTHING)) }
    }

    /// Answers for each question, and in it for each name that held the value.
    pub(crate) fn answers(&self, questions: &[Question]) -> Result<Vec<Vec<Answer>>> {
        match &self.quick {
            Some(quick) => Ok(questions.iter().map(|question| quick_answers(quick, question)).collect()),
            None => self.slow_answers(questions),
        }
    }

    /// Asks the network for all at once.
    fn slow_answers(&self, questions: &[Question]) -> Result<Vec<Vec<Answer>>> {
        let (mut held, mut tried) = (Vec::new(), Vec::new());
        for Question { value, type_class, held: names, tried: others } in questions {
            held.extend(names.iter().map(|name| Subject { name: name.text, value, type_class }));
            tried.extend(others.iter().flatten().map(|name| Subject { name: name.text, value, type_class }));
        }
        let mut without = [const { Vec::new() }; 3];
        for (scores, (_, hidden)) in without.iter_mut().zip(INPUTS) {
            *scores = self.model.scores_without(&held, hidden)?;
        }
        let mut without = (0..held.len()).map(|at| [0, 1, 2].map(|input: usize| without[input][at]));
        let mut tried = self.model.scores(&tried)?.into_iter();
        let mut answer = |others: &Vec<&Name>| Answer {
            without: without.next().expect("there is one for each name that held a value"),
            tried: tried.by_ref().take(others.len()).collect(),
        };
        Ok(questions.iter().map(|question| question.tried.iter().map(&mut answer).collect()).collect())
    }
}

fn quick_answers(quick: &Quick, question: &Question) -> Vec<Answer> {
    let value = |hidden| quick.value(question.value, question.type_class, hidden);
    let [whole, no_value, no_type] = [NOTHING, INPUTS[1].1, INPUTS[2].1].map(value);
    let no_name = quick.score(&quick.name("", INPUTS[0].1), &whole);
    let score = |name: &Name, value: &Side| name.side.as_ref().map_or(1.0, |name| quick.score(name, value));
    let answer = |(name, tried): (&&Name, &Vec<&Name>)| Answer {
        without: [no_name, score(name, &no_value), score(name, &no_type)],
        tried: try_names(quick, tried, &whole),
    };
    question.held.iter().zip(&question.tried).map(answer).collect()
}

/// Scores of names for one value: those that look best at a rough glance exactly, the others as no fit at all.
fn try_names(quick: &Quick, names: &[&Name], value: &Side) -> Vec<f64> {
    let mut rough: Vec<(f64, usize, &Side)> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| name.side.as_ref().map(|side| (quick.rough_score(side, value), at, side)))
        .collect();
    rough.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut scores = vec![1.0; names.len()];
    for (_, at, side) in rough.into_iter().take(TRIED_EXACTLY) {
        scores[at] = quick.score(side, value);
    }
    scores
}
