//! How many repositories attest a fact.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Source;
use super::counts::Counts;
use super::keys::{NameKeys, ValueKey, kind_key, value_keys};
use super::look::{LOOKS, ValueLook, look};
use crate::hash::cross;
use crate::{Ablation, Kind, Subject};

/// The weight of what is known of all names against what is known of one: as much as so many repositories.
const PRIOR: f32 = 2.0;
/// Strength of the compression: training packs once, everybody unpacks.
const LEVEL: i32 = 19;
/// Bytes that are compressed by themselves, so that several threads can: whoever unpacks joins them anyway.
const FRAME: usize = 1 << 21;
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

/// What repositories attest of a name, by their runs and by what is written in them, as far as a value is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Custom {
    /// How many know the name, or the words that stand for it; a repository once for each way of knowing.
    pub known: f32,
    /// How many of them for values of this kind.
    pub of_kind: f32,
}

/// Counts of facts, by hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// How many repositories attest each fact, by the hash of its name key and value key.
    facts: Counts,
    /// How often each value key was counted in all, whatever the name.
    totals: FxHashMap<u32, u32>,
    /// Which repositories attest each fact, while training.
    attested: Option<Attested>,
}

/// The repositories that attest each fact, one fact's behind another's.
#[derive(Clone, Debug, PartialEq)]
struct Attested {
    repos: Vec<u32>,
    /// Where those of each fact begin, by its place among the facts, and behind them where the last end.
    starts: Vec<u32>,
}

impl Attested {
    fn of(&self, place: usize) -> &[u32] {
        &self.repos[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

impl Tally {
    /// Numbers that [`Tally::features`] makes of a pair.
    pub const FEATURES: usize = features_of(Source::Run)
        + features_of(Source::Assigned)
        + features_of(Source::Given)
        + features_of(Source::Declared)
        + features_of(Source::Used)
        + LOOKS;

    /// Counts facts.
    pub fn of(facts: &[Fact]) -> Self {
        let mut attested: Vec<(u32, u32)> = Vec::new();
        for least in 1..=Source::LEAST {
            let observed = |fact| observed(fact, |source, key| source.least(key) == least);
            let mut found: Vec<(u32, u32)> = facts.par_iter().flat_map_iter(observed).collect();
            found.par_sort_unstable();
            found.dedup();
            attested.extend(found.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() >= least).flatten());
        }
        attested.par_sort_unstable();
        let (mut counted, mut starts) = (Vec::new(), vec![0]);
        for group in attested.chunk_by(|one, other| one.0 == other.0) {
            counted.push((group[0].0, group.len().min(usize::from(u16::MAX)) as u16));
            starts.push(starts[starts.len() - 1] + group.len() as u32);
        }
        let attested = Attested { repos: attested.into_iter().map(|(_, repo)| repo).collect(), starts };
        let mut totals = FxHashMap::default();
        for fact in facts {
            let keys = value_keys(&fact.subject, Ablation::default());
            for key in keys_of(fact.source, &keys).flatten() {
                *totals.entry(key).or_default() += 1;
            }
            *totals.entry(fact.source as u32).or_default() += 1;
        }
        // What was seen once is as common as what never was.
        totals.retain(|_, n| *n > 1);
        Self { facts: Counts::of(counted.into_iter()), totals, attested: Some(attested) }
    }

    /// Forgets which repository attests what, when nothing more is to be learned.
    pub fn forget_repositories(&mut self) {
        self.attested = None;
    }

    /// How many repositories attest a fact, without those that are given.
    fn count(&self, fact: u32, own: &[u32]) -> f32 {
        let n = self.facts.get(fact);
        let (false, Some(attested)) = (n == 0 || own.is_empty(), &self.attested) else { return n as f32 };
        let repos = self.facts.place(fact).map_or(&[][..], |place| attested.of(place));
        let attests =
            |&(at, repo): &(usize, &u32)| !own[..at].contains(repo) && repos.binary_search(repo).is_ok();
        (n - own.iter().enumerate().filter(attests).count() as u32) as f32
    }

    /// What of a value matters for every name, without what is hidden.
    pub fn value(&self, subject: &Subject, hidden: Ablation) -> ValueKeys {
        let keys = value_keys(subject, hidden);
        let of = |source: Source| {
            let all = self.totals.get(&(source as u32)).copied().unwrap_or(0) as f32;
            let share = |key: u32| (self.totals.get(&key).copied().unwrap_or(0) as f32 + 0.5) / (all + 1.0);
            keys_of(source, &keys).map(|key| key.map(|key| AskedKey::of(key, share(key)))).collect()
        };
        ValueKeys(Source::ALL.map(of), ValueLook::of(subject, hidden))
    }

    /// What is attested of a pair, in sixteenths: for every source, for every slot of the name how many know
    /// it (logarithm), and for every key of the value how much more often it goes with this name than with
    /// any (logarithm, as far as so few can tell); how common the value's keys are; then how both look. What is
    /// hidden or unknown is 0. The repositories `own` are left out.
    pub fn features(&self, name: &NameKeys, value: &ValueKeys, own: &[u32]) -> Box<[i8]> {
        self.features_of_known(name, &self.known(name, own), value, own)
    }

    /// What is attested of a name, or of its last words where it is hardly known, if so many know it as
    /// [`NameKeys::CLOSEST`] demands.
    pub(super) fn custom(&self, subject: &Subject) -> Option<Custom> {
        let (name, kind) = (NameKeys::of(subject.name), Kind::of(subject));
        // That nothing is held is never written down as a fact.
        let sources = if kind == Kind::Nothing { &Source::ALL[..1] } else { &Source::ALL[..] };
        let sum = |key: &dyn Fn(u32) -> u32| {
            sources.iter().map(|source| self.count(key(*source as u32), &[])).sum::<f32>()
        };
        NameKeys::CLOSEST.into_iter().find_map(|(slot, least)| {
            let name = name.single[slot];
            let known = sum(&|source| cross(name, source));
            let of_kind = sum(&|source| cross(name, cross(kind_key(kind), source)));
            (known >= least).then_some(Custom { known, of_kind })
        })
    }

    /// What is known of a name: for every source, for every slot.
    pub(super) fn known(&self, name: &NameKeys, own: &[u32]) -> Vec<Renown> {
        let keys = |source| name.single.iter().chain(&name.words).map(move |&key| cross(key, source as u32));
        Source::ALL.into_iter().flat_map(keys).map(|fact| Renown::of(self.count(fact, own))).collect()
    }

    /// As [`Tally::features`], where it was asked before what [`Tally::known`] says.
    pub(super) fn features_of_known(
        &self,
        name: &NameKeys,
        known: &[Renown],
        value: &ValueKeys,
        own: &[u32],
    ) -> Box<[i8]> {
        let (mut numbers, mut words) = (Vec::with_capacity(Self::FEATURES), Vec::new());
        let counts = self.counts(name, known, value, own);
        let (mut counts, mut known) = (&counts[..], known.iter());
        for (source, keys) in Source::ALL.into_iter().zip(&value.0) {
            let mut slot = |out: &mut Vec<f32>| {
                let known = known.next().expect("one for every source and slot");
                out.push(known.told);
                let of_slot;
                (of_slot, counts) = counts.split_at(keys.len());
                out.extend(
                    keys.iter().zip(of_slot).map(|(key, &n)| key.map_or(0.0, |key| known.says(key, n))),
                );
            };
            let end = numbers.len() + features_of(source);
            name.single.iter().for_each(|_| slot(&mut numbers));
            words.clear();
            name.words.iter().for_each(|_| slot(&mut words));
            let width = 1 + keys.len();
            for at in 0..width {
                let of_words = words.chunks_exact(width).map(|word| word[at]);
                numbers.push(of_words.clone().reduce(f32::max).unwrap_or(0.0));
                numbers.push(of_words.sum::<f32>() / name.words.len().max(1) as f32);
            }
            // A name that is hidden has no keys at all, and leaves its places empty.
            numbers.resize(end - keys.len(), 0.0);
            numbers.extend(keys.iter().map(|key| key.map_or(0.0, |key| key.common)));
        }
        // Rounded to the nearest.
        let step = |number: f32| (number * STEPS + 0.5_f32.copysign(number)).clamp(-127.0, 127.0) as i8;
        numbers.into_iter().map(step).chain(look(&name.look, &value.1)).collect()
    }

    /// How many repositories attest a pair: for every source, slot and key. They are asked for many at a time,
    /// because what waits for memory had better wait together.
    fn counts(&self, name: &NameKeys, known: &[Renown], value: &ValueKeys, own: &[u32]) -> Vec<f32> {
        let slots = || name.single.iter().chain(&name.words);
        let mut counts = vec![0.0; slots().count() * value.0.iter().map(Vec::len).sum::<usize>()];
        let mut ask = |wanted: &dyn Fn(&Renown, &[f32]) -> Range<usize>| {
            let (mut left, mut known) = (&mut counts[..], known.iter());
            for keys in &value.0 {
                for (&slot, known) in slots().zip(known.by_ref()) {
                    let of_slot;
                    (of_slot, left) = left.split_at_mut(keys.len());
                    for at in wanted(known, of_slot) {
                        of_slot[at] = keys[at].map_or(0.0, |key| self.count(cross(slot, key.key), own));
                    }
                }
            }
        };
        // Class and kind where somebody knows the name; and only of a class that somebody attests the details,
        // all of which name it.
        const DETAILS: usize = 2;
        ask(&|known, _| 0..if known.n > 0.0 { DETAILS } else { 0 });
        ask(&|_, of_slot| DETAILS..if of_slot[0] > 0.0 { of_slot.len() } else { DETAILS });
        counts
    }

    /// The counts as bytes, for a model's folder.
    ///
    /// # Errors
    /// If there is no memory to compress them in.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.facts.len() * 4);
        // All lowest bytes of the differences, which are noise, then what is above them, then all counts: like stands
        // beside like, and packs well.
        let mut totals: Vec<(u32, u32)> = self.totals.iter().map(|(&key, &n)| (key, n)).collect();
        totals.sort_unstable();
        put(self.facts.len() as u32, &mut bytes);
        put(totals.len() as u32, &mut bytes);
        let differences = || {
            let before = std::iter::once(0).chain(self.facts.iter().map(|(fact, _)| fact));
            self.facts.iter().zip(before).map(|((fact, _), before)| fact - before)
        };
        bytes.extend(differences().map(|difference| difference as u8));
        differences().for_each(|difference| put(difference >> 8, &mut bytes));
        self.facts.iter().for_each(|(_, n)| put(n, &mut bytes));
        totals.iter().for_each(|&(key, _)| bytes.extend(key.to_le_bytes()));
        totals.iter().for_each(|&(_, n)| put(n, &mut bytes));
        let frames = bytes.par_chunks(FRAME).map(|part| zstd::encode_all(part, LEVEL));
        Ok(frames.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// Reads what [`Tally::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are damaged.
    pub fn of_bytes(packed: &[u8]) -> Result<Self> {
        let bytes = zstd::decode_all(packed)?;
        let mut rest = &bytes[..];
        let (n, n_totals) = (take(&mut rest)? as usize, take(&mut rest)? as usize);
        ensure!(n <= bytes.len() && n_totals <= bytes.len(), "it ends early");
        let low;
        (low, rest) = rest.split_at_checked(n).context("it ends early")?;
        let mut last = 0_u32;
        let mut facts = Vec::with_capacity(n);
        for &low in low {
            let high = take(&mut rest)?.checked_mul(256).context("a number is too large")?;
            last = last.checked_add(high | u32::from(low)).context("facts are out of order")?;
            facts.push((last, 0));
        }
        for (_, n) in &mut facts {
            *n = u16::try_from(take(&mut rest)?)?;
        }
        let keys;
        (keys, rest) = rest.split_at_checked(4 * n_totals).context("it ends early")?;
        let mut totals = FxHashMap::with_capacity_and_hasher(n_totals, FxBuildHasher);
        for &key in keys.as_chunks().0 {
            totals.insert(u32::from_le_bytes(key), take(&mut rest)?);
        }
        Ok(Self { facts: Counts::of(facts.into_iter()), totals, attested: None })
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow (LEB128).
fn put(mut number: u32, bytes: &mut Vec<u8>) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[inline]
fn take(bytes: &mut &[u8]) -> Result<u32> {
    // Most are small, and there are two million.
    if let [number @ ..128, rest @ ..] = *bytes {
        *bytes = rest;
        return Ok(u32::from(*number));
    }
    let (mut number, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().context("it ends early")?;
        *bytes = rest;
        ensure!(shift < 32, "a number is too long");
        number |= u32::from(byte & 127) << shift;
        shift += 7;
        if *byte < 128 {
            return Ok(number);
        }
    }
}

/// How many know a name from one source, by one of its keys.
pub(super) struct Renown {
    n: f32,
    /// The number as a feature.
    told: f32,
    /// The feature of a value's key that none of them attests.
    unheard: f32,
}

impl Renown {
    fn of(n: f32) -> Self {
        Self { n, told: n.ln_1p(), unheard: (PRIOR / (n + PRIOR)).ln() }
    }

    /// How much more often the key goes with this name than with any, if `n` attest it.
    fn says(&self, AskedKey { share, .. }: AskedKey, n: f32) -> f32 {
        // Of a name that nobody knows nothing follows: the logarithm is 0. Most keys are attested by nobody.
        if n > 0.0 && self.n > 0.0 {
            ((n + PRIOR * share) / (self.n + PRIOR) / share).ln()
        } else {
            self.unheard
        }
    }
}

/// A value's keys for each source.
#[derive(Hash)]
pub struct ValueKeys([Vec<Option<AskedKey>>; Source::ALL.len()], ValueLook);

/// A key of a value, with the share of all values that have it.
#[derive(Clone, Copy)]
struct AskedKey {
    key: u32,
    share: f32,
    /// The share as a feature.
    common: f32,
}

impl Hash for AskedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl AskedKey {
    fn of(key: u32, share: f32) -> Self {
        Self { key, share, common: share.ln() / 2.0 }
    }
}

/// Slots of a name: singles, and the largest and the mean of its words. Each has the number of those who
/// know it and one number for each key of the value; each key has its share.
const fn features_of(source: Source) -> usize {
    let keys = match source {
        Source::Run => 7,
        Source::Assigned | Source::Given => 4,
        Source::Declared | Source::Used => 2,
    };
    (NameKeys::SINGLE + 2) * (1 + keys) + keys
}

/// A value's keys for a source. A fact's hash crosses them with the name's.
fn keys_of(source: Source, keys: &[Option<u32>]) -> impl Iterator<Item = Option<u32>> {
    source.value_keys().iter().map(move |&key| Some(cross(keys[key as usize]?, source as u32)))
}

/// What one fact attests under the keys that are selected; that the name is known goes with the class.
fn observed(fact: &Fact, select: impl Fn(Source, ValueKey) -> bool) -> Vec<(u32, u32)> {
    let Fact { subject, source, repo } = fact;
    let keys = value_keys(subject, Ablation::default());
    let mut observed = Vec::new();
    for name in NameKeys::of(subject.name).all() {
        for &which in source.value_keys().iter().filter(|which| select(*source, **which)) {
            if which == ValueKey::Class {
                observed.push((cross(name, *source as u32), *repo));
            }
            if let Some(key) = keys[which as usize] {
                observed.push((cross(name, cross(key, *source as u32)), *repo));
            }
        }
    }
    observed
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{Custom, Fact, NameKeys, Source, Tally};
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
        let tally = Tally::of(&facts);
        let of = |tally: &Tally, name, class, own: &[u32]| {
            let value = tally.value(&subject(name, class), Ablation::default());
            tally.features(&NameKeys::of(name), &value, own)
        };
        let features = |name, class, own: &[u32]| of(&tally, name, class, own);
        // The first feature: how many know the name.
        let known = |n: f32| (n.ln_1p() * 16.0).round() as i8;
        assert_eq!(features("row_count", "int", &[])[0], known(2.0));
        assert_eq!(features("row_count", "int", &[1])[0], known(1.0));
        assert_eq!(features("row_count", "int", &[9])[0], known(2.0));
        assert_eq!(features("row_count", "int", &[1, 2])[0], 0, "a misfit has two that may not testify");
        assert_eq!(features("row_count", "int", &[1, 1])[0], known(1.0), "and nobody counts twice");
        // The second: how well the class goes with it.
        assert!(features("row_count", "int", &[])[1] > 0 && features("row_count", "str", &[])[1] < 0);
        assert!(features("word_count", "int", &[])[0] == 0, "a name that nobody knows");
        let width = 1 + Source::Run.value_keys().len();
        assert!(features("word_count", "int", &[])[2 * width] > 0, "but its last word is known");
        assert_eq!(features("title", "str", &[]).len(), Tally::FEATURES);
        let value = tally.value(&subject("title", "str"), Ablation::default());
        let slots = NameKeys::SINGLE * width;
        assert_eq!(tally.features(&NameKeys::hidden(), &value, &[])[..slots], vec![0; slots]);
        assert_eq!(of(&Tally::of(&[]), "title", "str", &[])[1], 0);

        let run = |name, repo| fact(name, "int", Source::Run, repo);
        let agreed: Vec<Fact> = (0..4).map(|repo| run("row_count", repo)).chain([run("title", 9)]).collect();
        let declared =
            [fact("row_count", "int", Source::Declared, 4), fact("row_count", "int", Source::Declared, 5)];
        let known = Tally::of(&[&agreed[..], &declared].concat());
        let custom = |name, class| known.custom(&subject(name, class));
        let of_six = |of_kind| Some(Custom { known: 6.0, of_kind });
        assert_eq!([custom("row_count", "int"), custom("row_count", "str")], [of_six(6.0), of_six(0.0)]);
        assert_eq!(custom("row_count", "float"), of_six(6.0), "of the kind of whole numbers");
        assert_eq!(custom("row_count", "NoneType"), None, "in runs alone, and four are not enough");
        assert_eq!([custom("title", "int"), custom("unknown", "int")], [None, None]);

        let packed = tally.to_bytes().unwrap();
        let read = Tally::of_bytes(&packed).unwrap();
        assert_eq!(of(&read, "row_count", "str", &[]), features("row_count", "str", &[]));
        assert_eq!(read.to_bytes().unwrap(), packed);
        for damaged in [&packed[..packed.len() - 1], b"", b"what is this"] {
            assert!(Tally::of_bytes(damaged).is_err());
        }
    }
}
