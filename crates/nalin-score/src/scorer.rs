//! A model with its quick form, where its architecture has one.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use anyhow::Result;
use findings::{Knowledge, Usual};
use nalin_model::{Ablation, Model, Quick, Subject, Tower, Usage};
use records::Value;
use rustc_hash::FxHashMap;

const NOTHING: Ablation = Ablation { name: false, value: false, type_: false, len: false, shape: false };

/// What hides each of the [`findings::INPUTS`].
const HIDDEN: [Ablation; 3] = [
    Ablation { name: true, ..NOTHING },
    Ablation { value: true, len: true, shape: true, ..NOTHING },
    Ablation { type_: true, ..NOTHING },
];

/// Names that are kept ready, about a kilobyte each.
const NAMES_READY: usize = 1 << 14;

/// Of the names that are tried on a value so many are scored exactly.
const TRIED_EXACTLY: usize = 4;

/// What scores and explains. An answer depends on name, value and model alone.
pub(crate) struct Scorer<'m> {
    pub(crate) model: &'m Model,
    quick: Option<Quick<'m>>,
    /// No name at all.
    nameless: OnceLock<Tower>,
    /// Names that came up, ready: most come again.
    names: RwLock<FxHashMap<Box<str>, Arc<Tower>>>,
}

/// A name, made ready for the scorer when it is first asked for.
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    tower: OnceLock<Tower>,
}

impl<'a> Name<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, tower: OnceLock::new() }
    }

    fn tower(&self, quick: &Quick) -> &Tower {
        self.tower.get_or_init(|| quick.name(self.text, NOTHING))
    }
}

/// A value, and the names that held it, with the score that each has.
pub(crate) struct Question<'a> {
    pub(crate) value: &'a Value,
    pub(crate) type_class: &'a str,
    pub(crate) held: Vec<(&'a Name<'a>, f64)>,
}

/// Of one name that held a value.
pub(crate) struct Answer<'a> {
    /// The scores without name, value and type.
    pub(crate) without: [f64; 3],
    /// The names that were tried in its place and may fit, with their scores.
    pub(crate) tried: Vec<(&'a str, f64)>,
}

impl<'m> Scorer<'m> {
    pub(crate) fn new(model: &'m Model) -> Result<Self> {
        Ok(Self { model, quick: model.quick()?, nameless: OnceLock::new(), names: RwLock::default() })
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
    fn ready(&self, quick: &Quick, name: &str) -> Arc<Tower> {
        if let Some(tower) = self.names.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(tower);
        }
        let tower = Arc::new(quick.name(name, NOTHING));
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        // However long the stream is, memory stays as it is.
        if names.len() >= NAMES_READY {
            names.clear();
        }
        names.insert(name.into(), Arc::clone(&tower));
        tower
    }

    /// Answers for each question, and in it for each name that held the value; `to_try` says which names to try in
    /// place of a name that holds a class of types.
    pub(crate) fn answers<'a>(
        &self,
        questions: &[Question],
        to_try: impl Fn(&str, &str) -> Vec<&'a Name<'a>>,
    ) -> Result<Vec<Vec<Answer<'a>>>> {
        let Some(quick) = &self.quick else { return self.slow_answers(questions, to_try) };
        let nameless = self.nameless.get_or_init(|| quick.name("", HIDDEN[0]));
        let answers = |question| quick_answers(quick, nameless, question, &to_try);
        Ok(questions.iter().map(answers).collect())
    }

    /// Asks the network for all at once.
    fn slow_answers<'a>(
        &self,
        questions: &[Question],
        to_try: impl Fn(&str, &str) -> Vec<&'a Name<'a>>,
    ) -> Result<Vec<Vec<Answer<'a>>>> {
        let (mut held, mut tried, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for &Question { value, type_class, held: ref by } in questions {
            for (name, _) in by {
                held.push(Subject { name: name.text, value, type_class });
                let others = to_try(name.text, type_class);
                tried.extend(others.iter().map(|name| Subject { name: name.text, value, type_class }));
                names.push(others);
            }
        }
        let mut without = [const { Vec::new() }; 3];
        for (scores, hidden) in without.iter_mut().zip(HIDDEN) {
            *scores = self.model.scores_without(&held, hidden)?;
        }
        let mut scores = self.model.scores(&tried)?.into_iter();
        let mut answers = names.iter().enumerate().map(|(at, names)| Answer {
            without: [0, 1, 2].map(|input: usize| without[input][at]),
            tried: names.iter().map(|name| name.text).zip(scores.by_ref()).collect(),
        });
        let of = |question: &Question| answers.by_ref().take(question.held.len()).collect();
        Ok(questions.iter().map(of).collect())
    }
}

impl Knowledge for Scorer<'_> {
    fn usual(&self, name: &str) -> Usual {
        let statistics = &self.model.statistics;
        let (seen, word) = statistics.seen(name).unwrap_or_default();
        Usual {
            types: statistics.usual_types(name),
            values: statistics.usual_values(name).to_vec(),
            seen,
            word,
        }
    }

    fn knows_class(&self, class: &str) -> bool {
        self.model.statistics.knows_class(class)
    }

    fn knows_usage(&self) -> bool {
        self.model.knows_usage()
    }

    fn usage(&self, subject: &Subject) -> Option<Usage> {
        self.model.usage(subject)
    }
}

fn quick_answers<'a>(
    quick: &Quick,
    nameless: &Tower,
    question: &Question,
    to_try: impl Fn(&str, &str) -> Vec<&'a Name<'a>>,
) -> Vec<Answer<'a>> {
    let value = |hidden| quick.value(question.value, question.type_class, hidden);
    let [whole, no_value, no_type] = [NOTHING, HIDDEN[1], HIDDEN[2]].map(value);
    let no_name = quick.score(nameless, &whole);
    let score = |name: &Name, value: &Tower| quick.score(name.tower(quick), value);
    let answer = |&(name, held): &(&Name, f64)| Answer {
        without: [no_name, score(name, &no_value), score(name, &no_type)],
        tried: try_names(quick, &to_try(name.text, question.type_class), &whole, held),
    };
    question.held.iter().map(answer).collect()
}

/// Of names that are tried on a value those that look best at a rough glance, and better than the one that holds it is
/// scored, with their exact scores.
fn try_names<'a>(quick: &Quick, names: &[&'a Name<'a>], value: &Tower, held: f64) -> Vec<(&'a str, f64)> {
    let look = |(at, name): (usize, &&Name)| (quick.rough_score(name.tower(quick), value), at);
    let mut rough: Vec<(f64, usize)> = names.iter().enumerate().map(look).collect();
    rough.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let best = rough.into_iter().take(TRIED_EXACTLY).filter(|(score, _)| *score < held);
    best.map(|(_, at)| (names[at].text, quick.score(names[at].tower(quick), value))).collect()
}
