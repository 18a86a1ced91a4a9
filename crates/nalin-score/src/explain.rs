//! Why a name and a value do not fit, in words.
//!
//! Everything that is asked of the model is asked for many findings at once and for equal ones once: to a
//! report of a hundred thousand the same few thousand values come again and again.

use std::collections::BTreeMap;
use std::hash::Hash;

use anyhow::Result;
use filter::ordered_map;
use nalin_model::{Model, Subject, names};
use records::{Alternative, Finding, Record as _, Rule, Value};

use crate::gather::Candidate;
use crate::incoming::Incoming;
use crate::scorer::{INPUTS, Names, Scorer};

/// Frequent names that are tried on a value.
const NAMES_TRIED: usize = 12;
/// Names among which such are looked for that share a word, and how many of them are tried for each word.
const NAMES_KNOWN: usize = 5_000;
const NAMES_AKIN: usize = 3;
/// Names that are suggested at most.
const NAMES_TOLD: usize = 3;
/// A type that the name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.1;
/// Values or pairs that one thread takes at a time.
const PART: usize = 64;

/// Explains candidates, in their order.
pub(crate) fn findings(scorer: &Scorer, candidates: Vec<Candidate>, jobs: usize) -> Result<Vec<Finding>> {
    let subjects = candidates
        .iter()
        .map(|one| (one.record.site.name.as_str(), &one.record.value, one.record.type_class.as_str()));
    let (pairs, pair_of) = distinct(subjects);
    let names = NamesOf::new(scorer, pairs.iter().map(|(_, _, type_class)| *type_class));
    let of_pairs = in_parts(&pairs, jobs, |part| {
        let subject = |&(name, value, type_class): &_| Subject { name, value, type_class };
        let weighed = scorer.without(&part.iter().map(subject).collect::<Vec<_>>())?;
        let akin = |(&(name, value, class), weighed)| Ok((weighed, names.akin(scorer, name, value, class)?));
        part.iter().zip(weighed).map(akin).collect()
    })?;
    let (values, value_of) =
        distinct(candidates.iter().map(|one| (&one.record.value, one.record.type_class.as_str())));
    let of_values = in_parts(&values, jobs, |part| {
        part.iter().map(|&(value, class)| names.fitting(scorer, value, class)).collect()
    })?;
    let explain = |(at, one): (usize, &Candidate)| {
        let (weighed, akin) = &of_pairs[pair_of[at]];
        (*weighed, better_names(&one.record, one.score, akin.iter().chain(&of_values[value_of[at]])))
    };
    let explained: Vec<_> = candidates.iter().enumerate().map(explain).collect();
    let pairs = candidates.into_iter().zip(explained);
    Ok(pairs.map(|(one, (weighed, better))| finding(scorer.model, one, weighed, better)).collect())
}

/// The names to try for each class of types.
struct NamesOf<'a>(BTreeMap<&'a str, ClassNames<'a>>);

struct ClassNames<'a> {
    /// The frequent ones that mostly hold it.
    frequent: Names<'a>,
    /// Such that have a word, for each word.
    by_word: BTreeMap<String, Names<'a>>,
}

impl<'a> NamesOf<'a> {
    fn new(scorer: &Scorer<'a>, classes: impl Iterator<Item = &'a str>) -> Self {
        let mut names = BTreeMap::new();
        for class in classes {
            names.entry(class).or_insert_with(|| {
                let known = scorer.model.statistics.names_of(class, NAMES_KNOWN);
                let mut by_word: BTreeMap<String, Vec<&str>> = BTreeMap::new();
                for name in &known {
                    for word in words(name) {
                        let akin = by_word.entry(word).or_default();
                        if akin.len() < NAMES_AKIN && !akin.contains(name) {
                            akin.push(name);
                        }
                    }
                }
                let by_word = by_word.into_iter().map(|(word, akin)| (word, scorer.names(akin))).collect();
                let frequent = scorer.names(known.into_iter().take(NAMES_TRIED).collect());
                ClassNames { frequent, by_word }
            });
        }
        Self(names)
    }

    /// The names that fit a value best. One more than is told, for the name itself may be among them.
    fn fitting(&self, scorer: &Scorer, value: &Value, class: &str) -> Result<Vec<(&'a str, f64)>> {
        scorer.best(&self.0[class].frequent, value, class, NAMES_TOLD + 1)
    }

    /// The names that share a word with a name, and fit the value best.
    fn akin(&self, scorer: &Scorer, name: &str, value: &Value, class: &str) -> Result<Vec<(&'a str, f64)>> {
        let mut akin = Vec::new();
        for names in words(name).filter_map(|word| self.0[class].by_word.get(&word)) {
            akin.extend(scorer.best(names, value, class, NAMES_AKIN)?);
        }
        akin.sort_by(|a: &(&str, f64), b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(b.0)));
        akin.dedup();
        Ok(akin)
    }
}

/// The words of a name that say something.
fn words(name: &str) -> impl Iterator<Item = String> {
    names::words(name).into_iter().filter(|word| word.chars().count() > 2)
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

/// Of names that fit the value those that the model finds far more fitting than the one it has.
fn better_names<'a>(
    record: &Incoming,
    score: f64,
    fitting: impl Iterator<Item = &'a (&'a str, f64)>,
) -> Vec<Alternative> {
    let mut better: Vec<Alternative> = Vec::new();
    for (name, other) in fitting {
        let is_told = *name == record.site.name || better.iter().any(|one| one.text == *name);
        if *other < score / 2.0 && !is_told && better.len() < NAMES_TOLD {
            better.push(Alternative { text: (*name).to_owned(), share: 1.0 - other });
        }
    }
    better
}

/// Makes a finding: what the name usually holds, what weighed most, which names would fit better, the rule.
fn finding(
    model: &Model,
    candidate: Candidate,
    without: [f64; 3],
    better_names: Vec<Alternative>,
) -> Finding {
    let Candidate { record, score, fingerprint } = candidate;
    let usual_types = model.statistics.usual_types(&record.site.name);
    let usual_values = model.statistics.usual_values(&record.site.name).to_vec();
    let mut weighed: Vec<Alternative> = INPUTS
        .iter()
        .zip(without)
        .map(|((input, _), without)| Alternative { text: (*input).to_owned(), share: score - without })
        .collect();
    weighed.sort_by(|a, b| b.share.total_cmp(&a.share));
    let rule = rule(&record.type_class, &usual_types, &better_names);
    let seen = model.statistics.seen(&record.site.name);
    let message = message(&record, rule, &usual_types, seen, &better_names);
    Finding {
        schema: Finding::SCHEMA.to_owned(),
        id: record.id,
        fingerprint,
        rule,
        score,
        message,
        notebook: record.notebook,
        path: record.path,
        repo: record.repo,
        site: record.site,
        value: record.value,
        type_class: record.type_class,
        usual_types,
        usual_values,
        weighed,
        better_names,
    }
}

/// Where the type is usual for the name, it is the value that is odd; where it is not, the name misleads
/// if other names are at home with such a value.
fn rule(type_class: &str, usual: &[Alternative], better_names: &[Alternative]) -> Rule {
    let is_usual = usual.iter().any(|one| one.text == type_class && one.share >= USUAL_SHARE);
    if is_usual || better_names.is_empty() { Rule::ValueDoesNotFit } else { Rule::MisleadingName }
}

fn message(
    record: &Incoming,
    rule: Rule,
    usual: &[Alternative],
    seen: Option<(u32, Option<String>)>,
    better_names: &[Alternative],
) -> String {
    let name = &record.site.name;
    let value = shorten(&record.value.text);
    let held = format!("`{name}` holds {} {}: {value}", article(&record.type_class), record.type_class);
    match (rule, usual.first(), better_names.first()) {
        (Rule::ValueDoesNotFit, Some(first), _) if first.text == record.type_class => {
            format!("{held}, an unusual value for this name")
        }
        (_, Some(first), _) if first.text != record.type_class => {
            let share = format!("{} in {:.0} % of cases", first.text, first.share * 100.0);
            match seen {
                Some((n, Some(word))) => format!("{held}, but names with `{word}` hold {share} ({n} seen)"),
                Some((n, None)) => format!("{held}, but elsewhere it holds {share} ({n} seen)"),
                None => held,
            }
        }
        (_, _, Some(better)) => format!("{held}, which would fit a name like `{}` better", better.text),
        _ => format!("{held}, which does not fit the name"),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// The value on one line, at most 40 characters.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 { line } else { line.chars().take(39).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use records::{Alternative, Rule};

    use super::{distinct, rule, shorten};

    #[test]
    fn which_rule() {
        let one = |text: &str, share| vec![Alternative { text: text.to_owned(), share }];
        let none = Vec::new();
        assert_eq!(rule("str", &one("int", 0.9), &one("title", 0.8)), Rule::MisleadingName);
        assert_eq!(rule("int", &one("int", 0.9), &one("title", 0.8)), Rule::ValueDoesNotFit);
        assert_eq!(rule("str", &one("int", 0.9), &none), Rule::ValueDoesNotFit);
    }

    #[test]
    fn values_fit_a_line() {
        assert_eq!(shorten("[1\n 2]"), "[1 2]");
        assert_eq!(shorten(&"ä".repeat(50)), "ä".repeat(39) + "…");
    }

    #[test]
    fn equal_items_are_asked_once() {
        assert_eq!(distinct([7, 3, 7, 7].into_iter()), (vec![7, 3], vec![0, 1, 0, 0]));
    }
}
