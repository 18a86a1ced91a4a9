//! What repositories attest of a pair of name and value, as features for a judge.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use anyhow::Result;

use super::keys::{NameKeys, Source, ValueKey, kind_key, value_keys};
use super::kind::Kind;
use super::subject::{Ablation, Subject};
use super::surface::{SURFACES, ValueSurface, surface_features};
use crate::hash::cross;
use crate::tally::{Observation, Tally};

/// The weight of what is known of all names against what is known of one: as much as so many repositories.
const PRIOR: f32 = 2.0;
/// Steps of a feature in one unit of natural logarithm.
const STEPS: f32 = 16.0;

/// A name and a value, or its type, that belong together somewhere.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// Name and value.
    pub subject: Subject<'a>,
    /// How it is known.
    pub source: Source,
    /// The repository that attests it, as any number that it shares with no other.
    pub repo: u32,
}

impl Observation for Fact<'_> {
    const MAX_SUPPORT: usize = Source::MAX_SUPPORT;

    fn group(&self) -> u32 {
        self.repo
    }

    /// Each key of the name with each key of the value; that the name is known goes with the class.
    fn joint_keys(&self, min_support: usize) -> Vec<u32> {
        let Self { subject, source, .. } = self;
        let of_value = value_keys(subject, Ablation::default());
        let mut keys = Vec::new();
        for name in NameKeys::of(subject.name).all() {
            let kept = |key: &&ValueKey| source.min_support(**key) == min_support;
            for &key in source.value_keys().iter().filter(kept) {
                if key == ValueKey::Class {
                    keys.push(cross(name, *source as u32));
                }
                if let Some(value) = of_value[key as usize] {
                    keys.push(cross(name, cross(value, *source as u32)));
                }
            }
        }
        keys
    }

    /// The keys of the value, and the source.
    fn marginal_keys(&self) -> impl Iterator<Item = u32> {
        let keys = value_keys(&self.subject, Ablation::default());
        let of_source = self.source.value_keys().iter();
        let of_source =
            of_source.filter_map(move |&key| Some(of_source_key(keys[key as usize]?, self.source)));
        of_source.chain([self.source as u32])
    }
}

/// A value's key as one source has it. A joint key crosses it with the name's.
fn of_source_key(key: u32, source: Source) -> u32 {
    cross(key, source as u32)
}

/// What repositories attest of a name, by their runs and by what is written in them, as far as a value is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// How many know the name, or the words that stand for it; a repository once for each way of knowing.
    pub known: f32,
    /// How many of them for values of this kind.
    pub of_kind: f32,
}

/// A tally of names and values.
#[derive(Clone, Debug, PartialEq)]
pub struct PairTally(Tally);

impl PairTally {
    /// Numbers that [`PairTally::features`] makes of a pair.
    pub const FEATURES: usize = features_of(Source::Run)
        + features_of(Source::Assigned)
        + features_of(Source::Given)
        + features_of(Source::Declared)
        + features_of(Source::Used)
        + SURFACES;

    /// Counts facts, on the current rayon pool.
    pub fn of(facts: &[Fact]) -> Self {
        Self(Tally::of(facts))
    }

    /// Forgets which repository attests what, when nothing more is to be learned.
    pub fn forget_repositories(&mut self) {
        self.0.forget_groups();
    }

    /// The counts as bytes, for a model's folder.
    ///
    /// # Errors
    /// If there is no memory to compress them in.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.0.to_bytes()
    }

    /// Reads what [`PairTally::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are damaged.
    pub fn of_bytes(packed: &[u8]) -> Result<Self> {
        Tally::of_bytes(packed).map(Self)
    }

    /// What of a value matters for every name, without what is hidden.
    pub fn value_keys(&self, subject: &Subject, hidden: Ablation) -> ValueKeys {
        let keys = value_keys(subject, hidden);
        let of = |source: Source| {
            let all = self.0.marginal(source as u32) as f32;
            let base_rate = |key: u32| (self.0.marginal(key) as f32 + 0.5) / (all + 1.0);
            let rated = |key: u32| RatedKey::of(key, base_rate(key));
            let of_source = |&key: &ValueKey| Some(rated(of_source_key(keys[key as usize]?, source)));
            source.value_keys().iter().map(of_source).collect()
        };
        ValueKeys(Source::ALL.map(of), ValueSurface::of(subject, hidden))
    }

    /// What is attested of a pair, in sixteenths: for every source, for every key of the name its support, the
    /// logarithm of how many know it, and for every key of the value the pointwise mutual information of the two, the
    /// logarithm of how much more often it goes with this name than with any (as far as so few can tell); the
    /// logarithm of the base rates of the value's keys; then the surface features. What is hidden or unknown is 0.
    /// The repositories `except` are left out.
    pub fn features(&self, name: &NameKeys, value: &ValueKeys, except: &[u32]) -> Box<[i8]> {
        self.features_of_supported(name, &self.support(name, except), value, except)
    }

    /// What is attested of a name, or of its last words where it is hardly known, if so many know it as
    /// [`NameKeys::CLOSEST`] demands.
    pub fn usage(&self, subject: &Subject) -> Option<Usage> {
        let (name, kind) = (NameKeys::of(subject.name), Kind::of(subject));
        // That nothing is held is never written down as a fact.
        let sources = if kind == Kind::Nothing { &Source::ALL[..1] } else { &Source::ALL[..] };
        let sum = |key: &dyn Fn(u32) -> u32| {
            sources.iter().map(|source| self.0.joint(key(*source as u32), &[])).sum::<f32>()
        };
        NameKeys::CLOSEST.into_iter().find_map(|(slot, least)| {
            let name = name.single[slot];
            let known = sum(&|source| cross(name, source));
            let of_kind = sum(&|source| cross(name, cross(kind_key(kind), source)));
            (known >= least).then_some(Usage { known, of_kind })
        })
    }

    /// The support of a name: for every source, for every key.
    pub fn support(&self, name: &NameKeys, except: &[u32]) -> Vec<Support> {
        let keys = |source| name.single.iter().chain(&name.words).map(move |&key| cross(key, source as u32));
        Source::ALL.into_iter().flat_map(keys).map(|key| Support::of(self.0.joint(key, except))).collect()
    }

    /// As [`PairTally::features`], where it was asked before what [`PairTally::support`] says.
    pub fn features_of_supported(
        &self,
        name: &NameKeys,
        support: &[Support],
        value: &ValueKeys,
        except: &[u32],
    ) -> Box<[i8]> {
        let (mut numbers, mut words) = (Vec::with_capacity(Self::FEATURES), Vec::new());
        let joint = self.joint(name, support, value, except);
        let (mut joint, mut support) = (&joint[..], support.iter());
        for (source, keys) in Source::ALL.into_iter().zip(&value.0) {
            let mut of_name_key = |out: &mut Vec<f32>| {
                let support = support.next().expect("one for every source and key");
                out.push(support.log_n);
                let of_key;
                (of_key, joint) = joint.split_at(keys.len());
                out.extend(
                    keys.iter()
                        .zip(of_key)
                        .map(|(key, &n)| key.map_or(0.0, |key| support.mutual_information(key, n))),
                );
            };
            let end = numbers.len() + features_of(source);
            name.single.iter().for_each(|_| of_name_key(&mut numbers));
            words.clear();
            name.words.iter().for_each(|_| of_name_key(&mut words));
            let width = 1 + keys.len();
            for at in 0..width {
                let of_words = words.chunks_exact(width).map(|word| word[at]);
                numbers.push(of_words.clone().reduce(f32::max).unwrap_or(0.0));
                numbers.push(of_words.sum::<f32>() / name.words.len().max(1) as f32);
            }
            // A name that is hidden has no keys at all, and leaves its places empty.
            numbers.resize(end - keys.len(), 0.0);
            numbers.extend(keys.iter().map(|key| key.map_or(0.0, |key| key.log_base_rate)));
        }
        // Rounded to the nearest.
        let step = |number: f32| (number * STEPS + 0.5_f32.copysign(number)).clamp(-127.0, 127.0) as i8;
        numbers.into_iter().map(step).chain(surface_features(&name.surface, &value.1)).collect()
    }

    /// How many repositories attest a pair: for every source, key of the name and key of the value. They are asked for
    /// many at a time, so that their cache misses overlap.
    fn joint(&self, name: &NameKeys, support: &[Support], value: &ValueKeys, except: &[u32]) -> Vec<f32> {
        let name_keys = || name.single.iter().chain(&name.words);
        let mut counts = vec![0.0; name_keys().count() * value.0.iter().map(Vec::len).sum::<usize>()];
        let mut ask = |wanted: &dyn Fn(&Support, &[f32]) -> Range<usize>| {
            let (mut left, mut support) = (&mut counts[..], support.iter());
            for keys in &value.0 {
                for (&name_key, support) in name_keys().zip(support.by_ref()) {
                    let of_key;
                    (of_key, left) = left.split_at_mut(keys.len());
                    for at in wanted(support, of_key) {
                        of_key[at] =
                            keys[at].map_or(0.0, |key| self.0.joint(cross(name_key, key.key), except));
                    }
                }
            }
        };
        // Class and kind where somebody knows the name; and only of a class that somebody attests the details,
        // all of which name it.
        const DETAILS: usize = 2;
        ask(&|support, _| 0..if support.n > 0.0 { DETAILS } else { 0 });
        ask(&|_, of_key| DETAILS..if of_key[0] > 0.0 { of_key.len() } else { DETAILS });
        counts
    }
}

/// How many repositories know a name from one source, by one of its keys.
pub struct Support {
    n: f32,
    /// The number as a feature.
    log_n: f32,
    /// The mutual information with a value's key that none of them attests.
    with_none: f32,
}

impl Support {
    fn of(n: f32) -> Self {
        Self { n, log_n: n.ln_1p(), with_none: (PRIOR / (n + PRIOR)).ln() }
    }

    /// Pointwise mutual information of name and value, smoothed by the prior: the logarithm of how much more often
    /// the key goes with this name than with any, if `n` attest it.
    fn mutual_information(&self, RatedKey { base_rate, .. }: RatedKey, n: f32) -> f32 {
        // Of a name that nobody knows nothing follows: the logarithm is 0. Most keys are attested by nobody.
        if n > 0.0 && self.n > 0.0 {
            ((n + PRIOR * base_rate) / (self.n + PRIOR) / base_rate).ln()
        } else {
            self.with_none
        }
    }
}

/// A value's keys for each source.
#[derive(Hash)]
pub struct ValueKeys([Vec<Option<RatedKey>>; Source::ALL.len()], ValueSurface);

/// A key of a value, with the share of all values that have it.
#[derive(Clone, Copy)]
struct RatedKey {
    key: u32,
    base_rate: f32,
    /// The share as a feature.
    log_base_rate: f32,
}

impl Hash for RatedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl RatedKey {
    fn of(key: u32, base_rate: f32) -> Self {
        Self { key, base_rate, log_base_rate: base_rate.ln() / 2.0 }
    }
}

/// Keys of a name: singles, and the largest and the mean of its words. Each has its support and one number for each
/// key of the value; each of these has its base rate.
const fn features_of(source: Source) -> usize {
    let keys = source.value_keys().len();
    (NameKeys::SINGLE + 2) * (1 + keys) + keys
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{Fact, NameKeys, PairTally, Source, Usage};
    use crate::{Ablation, Subject};

    #[test]
    fn repositories_count_once_and_the_own_not_at_all() {
        let value = Value { text: "3".to_owned(), text_chars: 1, ..Value::default() };
        let subject = |name, type_class| Subject { name, value: &value, type_class };
        let fact = |name, class, source, repo| Fact { subject: subject(name, class), source, repo };
        let facts = [
            fact("row_count", "int", Source::Run, 1),
            fact("row_count", "int", Source::Run, 1),
            fact("row_count", "int", Source::Run, 2),
            fact("title", "str", Source::Run, 2),
            fact("title", "str", Source::Declared, 3),
            fact("title", "str", Source::Declared, 4),
            fact("label", "str", Source::Declared, 3),
        ];
        let tally = PairTally::of(&facts);
        let of = |tally: &PairTally, name, class, own: &[u32]| {
            let value = tally.value_keys(&subject(name, class), Ablation::default());
            tally.features(&NameKeys::of(name), &value, own)
        };
        let features = |name, class, own: &[u32]| of(&tally, name, class, own);
        // The first feature: how many know the name.
        let known = |n: f32| (n.ln_1p() * 16.0).round() as i8;
        assert_eq!(features("row_count", "int", &[])[0], known(2.0));
        assert_eq!(features("row_count", "int", &[1])[0], known(1.0));
        assert_eq!(features("row_count", "int", &[9])[0], known(2.0));
        assert_eq!(features("row_count", "int", &[1, 2])[0], 0, "a negative has two that may not testify");
        assert_eq!(features("row_count", "int", &[1, 1])[0], known(1.0), "and nobody counts twice");
        // The second: how well the class goes with it.
        assert!(features("row_count", "int", &[])[1] > 0 && features("row_count", "str", &[])[1] < 0);
        assert!(features("word_count", "int", &[])[0] == 0, "a name that nobody knows");
        let width = 1 + Source::Run.value_keys().len();
        assert!(features("word_count", "int", &[])[2 * width] > 0, "but its last word is known");
        assert_eq!(features("title", "str", &[]).len(), PairTally::FEATURES);
        let value = tally.value_keys(&subject("title", "str"), Ablation::default());
        let slots = NameKeys::SINGLE * width;
        assert_eq!(tally.features(&NameKeys::hidden(), &value, &[])[..slots], vec![0; slots]);
        assert_eq!(of(&PairTally::of(&[]), "title", "str", &[])[1], 0);

        let run = |name, repo| fact(name, "int", Source::Run, repo);
        let agreed: Vec<Fact> = (0..4).map(|repo| run("row_count", repo)).chain([run("title", 9)]).collect();
        let declared =
            [fact("row_count", "int", Source::Declared, 4), fact("row_count", "int", Source::Declared, 5)];
        let known = PairTally::of(&[&agreed[..], &declared].concat());
        let usage = |name, class| known.usage(&subject(name, class));
        let of_six = |of_kind| Some(Usage { known: 6.0, of_kind });
        assert_eq!([usage("row_count", "int"), usage("row_count", "str")], [of_six(6.0), of_six(0.0)]);
        assert_eq!(usage("row_count", "float"), of_six(6.0), "of the kind of whole numbers");
        assert_eq!(usage("row_count", "NoneType"), None, "in runs alone, and four are not enough");
        assert_eq!([usage("title", "int"), usage("unknown", "int")], [None, None]);

        let packed = tally.to_bytes().unwrap();
        let read = PairTally::of_bytes(&packed).unwrap();
        assert_eq!(of(&read, "row_count", "str", &[]), features("row_count", "str", &[]));
        assert_eq!(read.to_bytes().unwrap(), packed);
        for damaged in [&packed[..packed.len() - 1], b"", b"what is this"] {
            assert!(PairTally::of_bytes(damaged).is_err());
        }
    }
}
