//! Why a name and a value do not fit, in words.
//!
//! Everything that is asked of the model is asked for many findings at once and for equal ones once: to a
//! report of a hundred thousand the same few thousand values come again and again.

use std::collections::BTreeMap;
use std::hash::Hash;

use anyhow::Result;
use filter::ordered_map;
use nalin_model::{Ablation, Model, Subject};
use records::{Alternative, Finding, Record as _, Rule};

use crate::gather::Candidate;
use crate::incoming::Incoming;

/// Names that are tried on a value.
const NAMES_TRIED: usize = 24;
/// Names that are suggested at most.
const NAMES_TOLD: usize = 3;
/// A type that the name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.1;
/// Values or pairs that one thread takes at a time.
const PART: usize = 64;

/// The inputs that are left out in turn.
const INPUTS: [(&str, Ablation); 3] = {
    let none = Ablation { name: false, value: false, type_: false, len: false, shape: false };
    [
        ("name", Ablation { name: true, ..none }),
        ("value", Ablation { value: true, len: true, shape: true, ..none }),
        ("type", Ablation { type_: true, ..none }),
    ]
};

/// Explains candidates, in their order.
pub(crate) fn findings(model: &Model, candidates: Vec<Candidate>, jobs: usize) -> Result<Vec<Finding>> {
    let (pairs, pair_of) = distinct(
        candidates.iter().map(|one| (&one.record.site.name, &one.record.value, &one.record.type_class)),
    );
    let weighed = in_parts(&pairs, jobs, |part| {
        let subjects: Vec<Subject> =
            part.iter().map(|&(name, value, type_class)| Subject { name, value, type_class }).collect();
        let mut without = Vec::with_capacity(INPUTS.len());
        for (_, hidden) in INPUTS {
            without.push(model.scores_without(&subjects, hidden)?);
        }
        let of_pair = |at| [0, 1, 2].map(|input: usize| without[input][at]);
        Ok((0..part.len()).map(of_pair).collect())
    })?;
    let names = NamesOf::new(model, candidates.iter().map(|one| one.record.type_class.as_str()));
    let (values, value_of) =
        distinct(candidates.iter().map(|one| (&one.record.value, &one.record.type_class)));
    let fitting = in_parts(&values, jobs, |part| {
        let tried: Vec<Subject> = part
            .iter()
            .flat_map(|&(value, type_class)| {
                names.of(type_class).iter().map(move |name| Subject { name, value, type_class })
            })
            .collect();
        let mut scores = model.scores(&tried)?.into_iter();
        let best = |&(_, type_class): &(_, &String)| {
            let mut scored: Vec<(&str, f64)> =
                names.of(type_class).iter().map(|&name| (name, scores.next().unwrap_or(1.0))).collect();
            scored.sort_by(|a, b| a.1.total_cmp(&b.1));
            // One more than is told, for the name itself may be among them.
            scored.truncate(NAMES_TOLD + 1);
            scored
        };
        Ok(part.iter().map(best).collect())
    })?;
    let (weighed, fitting): (Vec<_>, Vec<_>) =
        (pair_of.iter().map(|&at| weighed[at]).collect(), value_of.iter().map(|&at| &fitting[at]).collect());
    let told =
        candidates.iter().zip(&fitting).map(|(one, fitting)| better_names(&one.record, one.score, fitting));
    let told: Vec<_> = told.collect();
    let explained = candidates.into_iter().zip(weighed).zip(told);
    Ok(explained.map(|((one, weighed), better)| finding(model, one, weighed, better)).collect())
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

/// The names to try for each class of types.
struct NamesOf<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> NamesOf<'a> {
    fn new(model: &'a Model, classes: impl Iterator<Item = &'a str>) -> Self {
        let mut names = BTreeMap::new();
        for class in classes {
            names.entry(class).or_insert_with(|| model.statistics.names_of(class, NAMES_TRIED));
        }
        Self(names)
    }

    fn of(&self, class: &str) -> &[&'a str] {
        self.0.get(class).map_or(&[], Vec::as_slice)
    }
}

/// Of the names that fit the value best those that the model finds far more fitting than the one it has.
fn better_names(record: &Incoming, score: f64, fitting: &[(&str, f64)]) -> Vec<Alternative> {
    fitting
        .iter()
        .filter(|(name, other)| *name != record.site.name && *other < score / 2.0)
        .map(|(name, other)| Alternative { text: (*name).to_owned(), share: 1.0 - other })
        .take(NAMES_TOLD)
        .collect()
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
    let message = message(&record, rule, &usual_types, &better_names);
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

fn message(record: &Incoming, rule: Rule, usual: &[Alternative], better_names: &[Alternative]) -> String {
    let name = &record.site.name;
    let value = shorten(&record.value.text);
    let held = format!("`{name}` holds {} {}: {value}", article(&record.type_class), record.type_class);
    match (rule, usual.first(), better_names.first()) {
        (Rule::ValueDoesNotFit, Some(first), _) if first.text == record.type_class => {
            format!("{held}, an unusual value for this name")
        }
        (_, Some(first), _) if first.text != record.type_class => {
            format!("{held}, but such names hold {} in {:.0} % of cases", first.text, first.share * 100.0)
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
