//! What the model says of findings: its scores without an input, and of other names for the value.
//!
//! Everything that is asked of the model is asked for many findings at once and for equal ones once: to a
//! report of a hundred thousand the same few thousand values come again and again.

use std::collections::BTreeMap;
use std::hash::Hash;

use anyhow::Result;
use filter::ordered_map;
use findings::{Candidate, Reasons, telling_words};
use records::Finding;

use crate::scorer::{Answer, Name, Question, Scorer};

/// Frequent names that are tried on a value.
const NAMES_TRIED: usize = 12;
/// Names among which such are looked for that share a word, and how many of them are tried for each word.
const NAMES_KNOWN: usize = 5_000;
const NAMES_AKIN: usize = 3;
/// Values that one thread takes at a time.
const PART: usize = 64;

/// Explains candidates, in their order.
pub(crate) fn findings(scorer: &Scorer, candidates: Vec<Candidate>, jobs: usize) -> Result<Vec<Finding>> {
    let (values, value_of) =
        distinct(candidates.iter().map(|one| (&one.record.value, one.record.type_class.as_str())));
    let (held, held_of) = distinct(candidates.iter().map(|one| one.record.site.name.as_str()));
    let held: Vec<Name> = held.into_iter().map(Name::new).collect();
    let classes = NamesOf::new(scorer, values.iter().map(|(_, class)| *class));
    let question = |&(value, type_class): &(_, _)| Question { value, type_class, held: Vec::new() };
    let mut questions: Vec<Question> = values.iter().map(question).collect();
    // For each candidate its value's question, and which of the names in it is its own.
    let mut place = Vec::with_capacity(candidates.len());
    for ((&value, &name), one) in value_of.iter().zip(&held_of).zip(&candidates) {
        let (question, name) = (&mut questions[value], &held[name]);
        let known = question.held.iter().position(|(other, _)| other.text == name.text);
        place.push((value, known.unwrap_or(question.held.len())));
        if known.is_none() {
            question.held.push((name, one.record.score));
        }
    }
    let to_try = |name: &str, class: &str| classes.to_try(name, class);
    let answers = in_parts(&questions, jobs, |part| scorer.answers(part, to_try))?;
    let explain = |&(one, &(value, name)): &(&Candidate, &(usize, usize))| {
        let Answer { without, tried } = &answers[value][name];
        Reasons::of(scorer, one, *without, tried)
    };
    let asked: Vec<_> = candidates.iter().zip(&place).collect();
    let explained = in_parts(&asked, jobs, |part| Ok(part.iter().map(explain).collect()))?;
    Ok(candidates.into_iter().zip(explained).map(|(one, why)| one.into_finding(why)).collect())
}

/// The names to try for each class of types.
struct NamesOf<'a>(BTreeMap<&'a str, ClassNames<'a>>);

struct ClassNames<'a> {
    /// Names that mostly hold it, the frequent ones first.
    names: Vec<Name<'a>>,
    /// The places of those that have a word, for each word.
    by_word: BTreeMap<String, Vec<usize>>,
}

impl<'a> NamesOf<'a> {
    fn new(scorer: &Scorer<'a>, classes: impl Iterator<Item = &'a str>) -> Self {
        let mut names = BTreeMap::new();
        for class in classes {
            names.entry(class).or_insert_with(|| ClassNames::new(scorer, class));
        }
        Self(names)
    }

    /// The frequent names, and behind them those that share a word with a name.
    fn to_try(&self, name: &str, class: &str) -> Vec<&Name<'a>> {
        let ClassNames { names, by_word } = &self.0[class];
        let akin = telling_words(name).filter_map(|word| by_word.get(&word)).flatten().map(|&at| &names[at]);
        names.iter().take(NAMES_TRIED).chain(akin).collect()
    }
}

impl<'a> ClassNames<'a> {
    fn new(scorer: &Scorer<'a>, class: &str) -> Self {
        let names = scorer.model.statistics.names_of(class, NAMES_KNOWN);
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            for word in telling_words(name) {
                let akin = by_word.entry(word).or_default();
                if akin.len() < NAMES_AKIN && !akin.contains(&at) {
                    akin.push(at);
                }
            }
        }
        Self { names: names.into_iter().map(Name::new).collect(), by_word }
    }
}

/// The distinct items, in the order of their first appearance, and for each item its place among them.
fn distinct<T: Hash + Eq + Copy>(items: impl Iterator<Item = T>) -> (Vec<T>, Vec<usize>) {
    let mut places = rustc_hash::FxHashMap::default();
    let mut found = Vec::new();
    let place = |item| {
        *places.entry(item).or_insert_with(|| {
            found.push(item);
            found.len() - 1
        })
    };
    let of = items.map(place).collect();
    (found, of)
}

/// Applies `work` to parts of the items on `jobs` threads; one result an item, in their order.
fn in_parts<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&[T]) -> Result<Vec<R>> + Sync,
) -> Result<Vec<R>> {
    let mut results = Vec::with_capacity(items.len());
    ordered_map(items.chunks(PART).map(Ok), jobs, work, |part, _| {
        results.extend(part);
        Ok(())
    })?;
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::distinct;

    #[test]
    fn equal_items_are_asked_once() {
        assert_eq!(distinct([7, 3, 7, 7].into_iter()), (vec![7, 3], vec![0, 1, 0, 0]));
    }
}
