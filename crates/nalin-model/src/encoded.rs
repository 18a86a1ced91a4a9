//! Pairs with the answer, as the network reads them: each name and each value is encoded once, however many
//! pairs it is in, so that memory and time go with what is different.

use rayon::prelude::*;
use records::Random;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::network::{Encoder, Row};
use crate::{Ablation, Subject};

/// One example: what is asked, the answer, and its weight in the loss.
#[derive(Clone, Copy, Debug)]
pub struct LabelledSubject<'a> {
    /// What is asked.
    pub subject: Subject<'a>,
    /// Whether name and value do not fit.
    pub negative: bool,
    /// Weight in the loss.
    pub weight: f64,
    /// The repositories that the name and the value are from, which a negative may have from two, as any numbers that
    /// they share with no other.
    pub repos: [u32; 2],
}

/// One example among [`EncodedExamples`].
#[derive(Clone, Copy, Debug)]
pub struct EncodedExample {
    name: u32,
    value: u32,
    /// 1: they do not fit.
    pub label: f32,
    /// Weight in the loss.
    pub weight: f32,
}

/// Examples, encoded.
pub struct EncodedExamples<Encoded> {
    sides: EncodedPairs<Encoded>,
    /// One an example.
    pub all: Vec<EncodedExample>,
}

impl<Encoded: Send> EncodedExamples<Encoded> {
    /// Encodes examples, on the current rayon pool.
    pub fn new<N: Encoder<Encoded = Encoded>>(network: &N, labelled: &[LabelledSubject]) -> Self {
        let subjects: Vec<Subject> = labelled.iter().map(|labelled| labelled.subject).collect();
        let sides = EncodedPairs::new(network, &subjects, network.ablation());
        let example = |(&(name, value), labelled): (&(u32, u32), &LabelledSubject)| EncodedExample {
            name,
            value,
            label: f32::from(u8::from(labelled.negative)),
            weight: labelled.weight as f32,
        };
        let all = sides.pairs.iter().zip(labelled).map(example).collect();
        Self { sides, all }
    }

    /// Examples that are encoded as wholes, which stand at the name's side; at the value's is nothing.
    pub(crate) fn of_wholes(wholes: Vec<Encoded>, labels: impl Iterator<Item = (f32, f32)>) -> Self
    where
        Encoded: Default,
    {
        let example =
            |(at, (label, weight)): (u32, (f32, f32))| EncodedExample { name: at, value: 0, label, weight };
        let all = (0..).zip(labels).map(example).collect();
        Self {
            sides: EncodedPairs { names: wholes, values: vec![Encoded::default()], pairs: Vec::new() },
            all,
        }
    }

    /// Adds negatives that are made of those that are there.
    pub fn extend(&mut self, negatives: &[Negative]) {
        self.all.reserve_exact(negatives.len());
        for negative in negatives {
            let (name, value) =
                (self.all[negative.name_of as usize].name, self.all[negative.value_of as usize].value);
            self.all.push(EncodedExample { name, value, label: 1.0, weight: negative.weight });
        }
    }

    /// What the network reads of an example.
    pub fn row(&self, example: &EncodedExample) -> Row<'_, Encoded> {
        (&self.sides.names[example.name as usize], &self.sides.values[example.value as usize])
    }
}

/// Names and values, each once, and which of them make up each pair.
pub(crate) struct EncodedPairs<Encoded> {
    names: Vec<Encoded>,
    values: Vec<Encoded>,
    pairs: Vec<(u32, u32)>,
}

impl<Encoded: Send> EncodedPairs<Encoded> {
    /// Encodes pairs, without what is hidden. Names are one when they read alike, values when they are one in
    /// memory.
    pub(crate) fn new<N: Encoder<Encoded = Encoded>>(
        network: &N,
        subjects: &[Subject],
        hidden: Ablation,
    ) -> Self {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        let (mut name_ids, mut value_ids) = (FxHashMap::default(), FxHashMap::default());
        let pairs = subjects
            .iter()
            .map(|subject| {
                let held = (std::ptr::from_ref(subject.value), subject.type_class);
                let value = number(&mut value_ids, held, || values.push(*subject));
                (number(&mut name_ids, subject.name, || names.push(*subject)), value)
            })
            .collect();
        Self {
            names: names.par_iter().map(|subject| network.encode_name(subject, hidden)).collect(),
            values: values.par_iter().map(|subject| network.encode_value(subject, hidden)).collect(),
            pairs,
        }
    }

    /// What the network reads of each pair.
    pub(crate) fn rows(&self) -> Vec<Row<'_, Encoded>> {
        let row = |&(name, value): &(u32, u32)| (&self.names[name as usize], &self.values[value as usize]);
        self.pairs.iter().map(row).collect()
    }
}

/// The number of a key; `new` is called when it has none yet.
fn number<K: Eq + std::hash::Hash>(numbers: &mut FxHashMap<K, u32>, key: K, new: impl FnOnce()) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(key).or_insert_with(|| {
        new();
        next
    })
}

/// A name beside the value of another pair, both as places among the examples.
pub struct Negative {
    pub(crate) name_of: u32,
    pub(crate) value_of: u32,
    pub(crate) weight: f32,
}

/// Draws `each` negatives for each pair that fits, beside those that are given, so that each name is seen with
/// more of what it does not hold: its value is that of another pair, of a class that the name never held, or of
/// the same class but with another text, in the proportion of the negatives given. Together they weigh as much as
/// those given do.
pub fn more_negatives(labelled: &[LabelledSubject], each: usize, seed: u64) -> Vec<Negative> {
    let (mut names, mut classes) = (FxHashMap::default(), FxHashMap::default());
    let ids: Vec<(u32, u32)> = labelled
        .iter()
        .map(|LabelledSubject { subject, .. }| {
            let name = number(&mut names, subject.name, || {});
            (name, number(&mut classes, subject.type_class, || {}))
        })
        .collect();
    let fitting: Vec<u32> =
        (0..labelled.len() as u32).filter(|&at| !labelled[at as usize].negative).collect();
    let mut held: FxHashSet<(u32, u32)> = FxHashSet::default();
    let mut by_class: Vec<Vec<u32>> = vec![Vec::new(); classes.len()];
    for &at in &fitting {
        held.insert(ids[at as usize]);
        by_class[ids[at as usize].1 as usize].push(at);
    }
    let negatives: Vec<usize> = (0..labelled.len()).filter(|&at| labelled[at].negative).collect();
    let within = negatives.iter().filter(|&&at| held.contains(&ids[at])).count() as f64
        / negatives.len().max(1) as f64;
    let given: f64 = negatives.iter().map(|&at| labelled[at].weight).sum();
    let mut random = Random::keyed(seed, "nalin-model/misfits", "");
    let mut drawn = Vec::with_capacity(fitting.len() * each);
    let mut total = 0.0;
    for &name_of in &fitting {
        let (name, class) = ids[name_of as usize];
        let text = &labelled[name_of as usize].subject.value.text;
        for _ in 0..each {
            let same_class = random.unit() < within;
            let pool = if same_class { &by_class[class as usize] } else { &fitting };
            // A few tries; a name that held every class gets no negative.
            let value_of = (0..20).find_map(|_| {
                let at = pool[random.below(pool.len() as u64) as usize];
                let fits = if same_class {
                    labelled[at as usize].subject.value.text != *text
                } else {
                    !held.contains(&(name, ids[at as usize].1))
                };
                fits.then_some(at)
            });
            if let Some(value_of) = value_of {
                let weight = labelled[name_of as usize].weight;
                total += weight;
                drawn.push(Negative { name_of, value_of, weight: weight as f32 });
            }
        }
    }
    if given <= 0.0 || total <= 0.0 {
        return Vec::new();
    }
    drawn.iter_mut().for_each(|negative| negative.weight *= (given / total) as f32);
    drawn
}
