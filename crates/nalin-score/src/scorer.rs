//! A model with its quick form, where its architecture has one.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use anyhow::Result;
use nalin_model::{Ablation, Model, Quick, Side, Subject};
use records::Value;
use rustc_hash::FxHashMap;

const NOTHING: Ablation = Ablation { name: false, value: false, type_: false, len: false, shape: false };

/// The inputs that are left out in turn, to see what they are worth.
pub(crate) const INPUTS: [(&str, Ablation); 3] = [
    ("name", Ablation { name: true, ..NOTHING }),
    ("value", Ablation { value: true, len: true, shape: true, ..NOTHING }),
    ("type", Ablation { type_: true, ..NOTHING }),
];

/// Names that are kept ready, about a kilobyte each.
const NAMES_READY: usize = 1 << 14;

/// Of the names that are tried on a value so many are scored exactly.
const TRIED_EXACTLY: usize = 4;

/// What scores and explains. An answer depends on name, value and model alone.
pub(crate) struct Scorer<'m> {
    pub(crate) model: &'m Model,
    quick: Option<Quick<'m>>,
    /// Names that came up, ready: most come again.
    names: RwLock<FxHashMap<Box<str>, Arc<Side>>>,
}

/// A name, made ready for the scorer when it is first asked for.
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    side: OnceLock<Side>,
}

impl<'a> Name<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, side: OnceLock::new() }
    }

    fn side(&self, quick: &Quick) -> &Side {
        self.side.get_or_init(|| quick.name(self.text, NOTHING))
    }
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
        Ok(Self { model, quick: model.quick()?, names: RwLock::default() })
    }

    /// Probabilities that name and value do not fit.
    pub(crate) fn scores(&self, subjects: &[Subject]) -> Result<Vec<f64>> {
        let Some(quick) = &self.quick else { return self.model.scores(subjects) };
        let score = |&Subject { name, value, type_class }: &Subject| {
            quick.score(&self.ready(quick, name), &quick.value(value, type_class, NOTHING))
        };
        Ok(subjects.iter().map(score).collect())
    }

    /// A name, made ready unless it is.
    fn ready(&self, quick: &Quick, name: &str) -> Arc<Side> {
        if let Some(side) = self.names.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(side);
        }
        let side = Arc::new(quick.name(name, NOTHING));
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        // However long the stream is, memory stays as it is.
        if names.len() >= NAMES_READY {
            names.clear();
        }
        names.insert(name.into(), Arc::clone(&side));
        side
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
    let score = |name: &Name, value: &Side| quick.score(name.side(quick), value);
    let answer = |(name, tried): (&&Name, &Vec<&Name>)| Answer {
        without: [no_name, score(name, &no_value), score(name, &no_type)],
        tried: try_names(quick, tried, &whole),
    };
    question.held.iter().zip(&question.tried).map(answer).collect()
}

/// Scores of names for one value: those that look best at a rough glance exactly, the others as no fit at all.
fn try_names(quick: &Quick, names: &[&Name], value: &Side) -> Vec<f64> {
    let look = |(at, name): (usize, &&Name)| (quick.rough_score(name.side(quick), value), at);
    let mut rough: Vec<(f64, usize)> = names.iter().enumerate().map(look).collect();
    rough.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut scores = vec![1.0; names.len()];
    for (_, at) in rough.into_iter().take(TRIED_EXACTLY) {
        scores[at] = quick.score(names[at].side(quick), value);
    }
    scores
}
