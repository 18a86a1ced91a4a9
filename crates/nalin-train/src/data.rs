//! The examples, as much of them as learning needs: every text and every value once.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use anyhow::Result;
use evaluation::split;
use nalin_model::{Embedding, LabelledSubject, Source, Subject};
use records::{Example, Origin, Split, Value, id_of};
use rustc_hash::FxHashMap;

use crate::cli::Args;

/// One example without its place in the notebook.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CompactExample {
    /// Hash of the pair's id, which its negatives share.
    pair: u64,
    pub(crate) notebook: u32,
    pub(crate) repo: u32,
    /// The repository that the value is from: another where a negative has it from there.
    value_repo: u32,
    name: u32,
    type_class: u32,
    value: u32,
    pub(crate) negative: bool,
    pub(crate) origin: Origin,
    pub(crate) split: Split,
    weight: f64,
}

/// A pair that is only written down, without its place; texts and value as places in [`Data`].
pub(crate) struct Written {
    pub(crate) name: u32,
    pub(crate) type_class: u32,
    pub(crate) value: u32,
    pub(crate) source: Source,
    pub(crate) repo: u32,
    /// Whether its repository is validated with.
    pub(crate) validated: bool,
}

/// All examples, in the order of input.
#[derive(Default)]
pub(crate) struct Data {
    examples: Vec<CompactExample>,
    pub(crate) texts: Texts,
    pub(crate) values: Vec<Value>,
    /// Pairs that are only written down.
    pub(crate) written: Vec<Written>,
    /// Vectors of names that were learned elsewhere.
    pub(crate) embedding: Option<Arc<Embedding>>,
    /// A hash of the input, byte for byte.
    pub(crate) digest: String,
}

/// Gives equal texts the same number.
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) all: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, u32>,
}

impl Texts {
    pub(crate) fn number(&mut self, text: &str) -> Result<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Ok(*number);
        }
        let number = u32::try_from(self.all.len())?;
        let text: Arc<str> = text.into();
        self.all.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        Ok(number)
    }
}

impl Data {
    /// Reads all examples.
    pub(crate) fn read(args: &Args, stage: &mut filter::Stage) -> Result<Self> {
        let mut data = Self::default();
        // By hash: the values themselves lie in `data` already.
        let mut known: FxHashMap<u128, u32> = FxHashMap::default();
        let mut donors: Vec<u64> = Vec::new();
        let input = stage.input(args.inputs.clone());
        let look = |line: &filter::Line| {
            let example: Example = line.parse()?;
            let half = |salt: u64| u128::from(hash((salt, &example.value)));
            Ok((id_of([&line.bytes]), half(0) << 64 | half(1), example))
        };
        stage.fold_lines(input, look, |(digest, value, example), _| {
            data.digest = id_of([&data.digest, &digest]);
            donors.push(hash(Some(&example.donor)));
            data.add(example, value, &mut known)
        })?;
        data.find_donors(&donors);
        data.examples.shrink_to_fit();
        data.values.shrink_to_fit();
        Ok(data)
    }

    fn add(&mut self, example: Example, value: u128, known: &mut FxHashMap<u128, u32>) -> Result<()> {
        let next = u32::try_from(self.values.len())?;
        let number = *known.entry(value).or_insert(next);
        if number == next {
            self.values.push(example.value);
        }
        let repo = self.texts.number(&example.repo)?;
        self.examples.push(CompactExample {
            // A pair and the negatives made for it share the beginning of their id.
            pair: hash(example.id.split('-').next()),
            notebook: self.texts.number(&example.notebook)?,
            repo,
            value_repo: repo,
            name: self.texts.number(&example.site.name)?,
            type_class: self.texts.number(&example.type_class)?,
            value: number,
            negative: example.label > 0,
            origin: example.origin,
            split: example.split,
            weight: example.weight,
        });
        Ok(())
    }

    /// Says of each negative where its value is from, by the hash of its donor's id; of a donor that is not among the
    /// examples nothing is known.
    fn find_donors(&mut self, donors: &[u64]) {
        let of_pair = |example: &CompactExample| (!example.negative).then_some((example.pair, example.repo));
        let repos: FxHashMap<u64, u32> = self.examples.iter().filter_map(of_pair).collect();
        for (example, donor) in self.examples.iter_mut().zip(donors).filter(|(example, _)| example.negative) {
            example.value_repo = *repos.get(donor).unwrap_or(&example.repo);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// The examples of one part.
    pub(crate) fn examples(&self, split: Split) -> impl Iterator<Item = &CompactExample> {
        self.examples.iter().filter(move |example| example.split == split)
    }

    /// The same, as the model wants them.
    pub(crate) fn part(&self, split: Split) -> Vec<LabelledSubject<'_>> {
        let text = |number: u32| &*self.texts.all[number as usize];
        let known = |example: &CompactExample| LabelledSubject {
            subject: Subject {
                name: text(example.name),
                value: &self.values[example.value as usize],
                type_class: text(example.type_class),
            },
            negative: example.negative,
            weight: example.weight,
            repos: [example.repo, example.value_repo],
        };
        self.examples(split).map(known).collect()
    }

    /// When there is no validation part, takes a tenth of the training part's repositories for it; of its
    /// notebooks when there are fewer than ten repositories, of its examples when there are fewer than
    /// ten notebooks. Returns what was shared out. Fewer than ten examples stay together.
    pub(crate) fn hold_out(&mut self, seed: u64) -> Option<&'static str> {
        if self.examples(Split::Valid).next().is_some() {
            return None;
        }
        let Self { examples, texts, .. } = self;
        let text = |number: u32| texts.all[number as usize].to_string();
        type Unit<'a> = &'a dyn Fn(&CompactExample) -> String;
        let units: [(&'static str, Unit); 3] = [
            ("repositories", &|example| text(example.repo)),
            ("notebooks", &|example| text(example.notebook)),
            ("pairs", &|example| format!("{:016x}", example.pair)),
        ];
        for (name, unit) in units {
            let train: BTreeSet<String> =
                examples.iter().filter(|example| example.split == Split::Train).map(unit).collect();
            if train.len() < 10 {
                continue;
            }
            let held = split::hold_out(train, 0.1, seed);
            for example in examples.iter_mut().filter(|example| example.split == Split::Train) {
                if held.contains(&unit(example)) {
                    example.split = Split::Valid;
                }
            }
            return Some(name);
        }
        None
    }
}

/// Hashes to 64 bits that are the same in every run of one build.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use records::{Origin, Split};

    use super::{CompactExample, Data};

    fn data(repos: u32, notebooks: u32, n: u32) -> Data {
        let mut data = Data { values: vec![records::Value::default()], ..Data::default() };
        for number in 0..n {
            data.examples.push(CompactExample {
                pair: number.into(),
                notebook: data.texts.number(&(number % notebooks).to_string()).unwrap(),
                repo: data.texts.number(&(number % repos).to_string()).unwrap(),
                value_repo: 0,
                name: 0,
                type_class: 0,
                value: 0,
                negative: false,
                origin: Origin::Positive,
                split: Split::Train,
                weight: 1.0,
            });
        }
        data
    }

    #[test]
    fn a_negative_has_its_value_from_its_donors_repository() {
        let mut data = data(3, 3, 4);
        // The last is a negative of the first pair's name, with the value of the second or of nobody.
        data.examples[3].negative = true;
        for (donor, from) in [(1, 1), (77, 3)] {
            data.find_donors(&[0, 0, 0, donor]);
            let repos: Vec<[u32; 2]> = data.part(Split::Train).iter().map(|known| known.repos).collect();
            assert_eq!(repos[3], [data.examples[3].repo, data.examples[from].repo]);
        }
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
            assert_eq!(data.part(Split::Train).len(), n as usize - held);
            if unit == Some("repositories") {
                let valid: Vec<_> = data.examples(Split::Valid).map(|example| example.repo).collect();
                assert!(data.examples(Split::Train).all(|example| !valid.contains(&example.repo)));
            }
        }
    }
}
