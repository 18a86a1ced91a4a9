//! The examples, as much of them as learning needs.

use std::collections::BTreeSet;

use anyhow::Result;
use nalin_model::{Known, Subject};
use records::{Example, Origin, Split, Value, id_of};

use crate::cli::Args;

/// One example without its place in the notebook.
pub(crate) struct Lesson {
    pub(crate) id: String,
    pub(crate) notebook: String,
    pub(crate) repo: String,
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) type_class: String,
    pub(crate) misfit: bool,
    pub(crate) origin: Origin,
    pub(crate) split: Split,
    pub(crate) weight: f64,
}

impl From<Example> for Lesson {
    fn from(example: Example) -> Self {
        Self {
            id: example.id,
            notebook: example.notebook,
            repo: example.repo,
            name: example.site.name,
            value: example.value,
            type_class: example.type_class,
            misfit: example.label > 0,
            origin: example.origin,
            split: example.split,
            weight: example.weight,
        }
    }
}

impl Lesson {
    fn known(&self) -> Known<'_> {
        let subject = Subject { name: &self.name, value: &self.value, type_class: &self.type_class };
        Known { subject, misfit: self.misfit, weight: self.weight }
    }
}

/// All examples, in the order of input.
pub(crate) struct Data(Vec<Lesson>);

impl Data {
    /// Reads all examples.
    pub(crate) fn read(args: &Args, stage: &mut filter::Stage) -> Result<Self> {
        let mut lessons = Vec::new();
        let input = stage.input(args.inputs.clone());
        let look = |line: &filter::Line| Ok(Lesson::from(line.parse::<Example>()?));
        stage.fold_lines(input, look, |lesson, _| {
            lessons.push(lesson);
            Ok(())
        })?;
        Ok(Self(lessons))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The examples of one part.
    pub(crate) fn lessons(&self, split: Split) -> impl Iterator<Item = &Lesson> {
        self.0.iter().filter(move |lesson| lesson.split == split)
    }

    /// The same, as the model wants them.
    pub(crate) fn part(&self, split: Split) -> Vec<Known<'_>> {
        self.lessons(split).map(Lesson::known).collect()
    }

    /// When there is no validation part, takes a tenth of the training part's repositories for it; of its
    /// notebooks when there are fewer than ten repositories, of its examples when there are fewer than
    /// ten notebooks. Returns what was shared out. Fewer than ten examples stay together.
    pub(crate) fn hold_out(&mut self, seed: u64) -> Option<&'static str> {
        if self.lessons(Split::Valid).next().is_some() {
            return None;
        }
        type Unit = fn(&Lesson) -> &str;
        // A pair and the negatives made for it share the beginning of their id, and stay together.
        let pair: Unit = |lesson| lesson.id.split('-').next().unwrap_or_default();
        let units: [(&'static str, Unit); 3] = [
            ("repositories", |lesson| &lesson.repo),
            ("notebooks", |lesson| &lesson.notebook),
            ("pairs", pair),
        ];
        for (name, unit) in units {
            let train: BTreeSet<String> =
                self.lessons(Split::Train).map(|lesson| unit(lesson).to_owned()).collect();
            if train.len() < 10 {
                continue;
            }
            let seed = seed.to_string();
            // Not a tenth by chance but exactly: those with the lowest hashes.
            let mut hashed: Vec<(String, String)> =
                train.into_iter().map(|unit| (id_of([seed.as_str(), &unit]), unit)).collect();
            hashed.sort_unstable();
            let held: BTreeSet<String> =
                hashed.iter().take(hashed.len() / 10).map(|(_, unit)| unit.clone()).collect();
            for lesson in &mut self.0 {
                if lesson.split == Split::Train && held.contains(unit(lesson)) {
                    lesson.split = Split::Valid;
                }
            }
            return Some(name);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use records::{Origin, Split, Value};

    use super::{Data, Lesson};

    fn data(repos: usize, notebooks: usize, n: usize) -> Data {
        let lesson = |number: usize| Lesson {
            id: format!("{number}-0"),
            notebook: (number % notebooks).to_string(),
            repo: (number % repos).to_string(),
            name: String::new(),
            value: Value::default(),
            type_class: String::new(),
            misfit: false,
            origin: Origin::Positive,
            split: Split::Train,
            weight: 1.0,
        };
        Data((0..n).map(lesson).collect())
    }

    #[test]
    fn what_is_held_out_is_whole() {
        for (repos, notebooks, n, unit, held) in [
            (20, 40, 400, Some("repositories"), 40),
            (3, 40, 400, Some("notebooks"), 40),
            (1, 1, 50, Some("pairs"), 5),
            (1, 1, 9, None, 0),
        ] {
            let mut data = data(repos, notebooks, n);
            assert_eq!(data.hold_out(42), unit);
            assert_eq!(data.part(Split::Valid).len(), held);
            assert_eq!(data.part(Split::Train).len(), n - held);
            if unit == Some("repositories") {
                let valid: Vec<_> = data.lessons(Split::Valid).map(|lesson| lesson.repo.clone()).collect();
                assert!(data.lessons(Split::Train).all(|lesson| !valid.contains(&lesson.repo)));
            }
        }
    }
}
