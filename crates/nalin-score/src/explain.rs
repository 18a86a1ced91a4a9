//! Why a name and a value do not fit, in words.
//!
//! Everything that is asked of the model is asked for many findings at once and for equal ones once: to a
//! report of a hundred thousand the same few thousand values come again and again.

use std::collections::BTreeMap;
use std::hash::Hash;

use anyhow::Result;
use filter::ordered_map;
use nalin_model::{Model, names};
use records::{Alternative, Finding, Record as _, Rule};

use crate::gather::Candidate;
use crate::incoming::Incoming;
use crate::scorer::{Answer, INPUTS, Name, Question, Scorer};

/// Frequent names that are tried on a value.
const NAMES_TRIED: usize = 12;
/// Names among which such are looked for that share a word, and how many of them are tried for each word.
const NAMES_KNOWN: usize = 5_000;
const NAMES_AKIN: usize = 3;
/// Names that are suggested at most.
const NAMES_TOLD: usize = 3;
/// A type that the name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.1;
/// A name that was seen less often has no custom to speak of.
const LEAST_SEEN: u32 = 3;
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
            question.held.push((name, one.score));
        }
    }
    let to_try = |name: &str, class: &str| classes.to_try(name, class);
    let answers = in_parts(&questions, jobs, |part| scorer.answers(part, to_try))?;
    let explain = |&(one, &(value, name)): &(&Candidate, &(usize, usize))| {
        let Answer { without, tried } = &answers[value][name];
        explanation(scorer.model, one, *without, better_names(&one.record, one.score, tried))
    };
    let asked: Vec<_> = candidates.iter().zip(&place).collect();
    let explained = in_parts(&asked, jobs, |part| Ok(part.iter().map(explain).collect()))?;
    Ok(candidates.into_iter().zip(explained).map(|(one, why)| finding(one, why)).collect())
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
        let akin = words(name).filter_map(|word| by_word.get(&word)).flatten().map(|&at| &names[at]);
        names.iter().take(NAMES_TRIED).chain(akin).collect()
    }
}

impl<'a> ClassNames<'a> {
    fn new(scorer: &Scorer<'a>, class: &str) -> Self {
        let names = scorer.model.statistics.names_of(class, NAMES_KNOWN);
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            for word in words(name) {
                let akin = by_word.entry(word).or_default();
                if akin.len() < NAMES_AKIN && !akin.contains(&at) {
                    akin.push(at);
                }
            }
        }
        Self { names: names.into_iter().map(Name::new).collect(), by_word }
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

/// Of the names that were tried those that the model finds far more fitting than the one it has: first such
/// as share a word with it.
fn better_names(record: &Incoming, score: f64, tried: &[(&str, f64)]) -> Vec<Alternative> {
    let name = &record.site.name;
    let own: Vec<String> = words(name).collect();
    let mut fitting: Vec<(bool, &str, f64)> = tried
        .iter()
        .filter(|(other, other_score)| *other_score < score / 2.0 && other != name)
        .map(|&(other, score)| (!words(other).any(|word| own.contains(&word)), other, score))
        .collect();
    fitting.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)).then_with(|| a.1.cmp(b.1)));
    fitting.dedup_by_key(|(_, name, _)| *name);
    let told = fitting.into_iter().take(NAMES_TOLD);
    told.map(|(_, name, score)| Alternative { text: name.to_owned(), share: 1.0 - score }).collect()
}

/// What a finding says beside what was recorded.
struct Explanation {
    rule: Rule,
    message: String,
    usual_types: Vec<Alternative>,
    usual_values: Vec<String>,
    weighed: Vec<Alternative>,
    better_names: Vec<Alternative>,
}

/// What the name usually holds, what weighed most, which names would fit better, the rule.
fn explanation(
    model: &Model,
    Candidate { record, score, .. }: &Candidate,
    without: [f64; 3],
    better_names: Vec<Alternative>,
) -> Explanation {
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
    let message = message(record, rule, &usual_types, seen, &better_names);
    Explanation { rule, message, usual_types, usual_values, weighed, better_names }
}

fn finding(candidate: Candidate, explanation: Explanation) -> Finding {
    let Candidate { record, score, fingerprint } = candidate;
    let Explanation { rule, message, usual_types, usual_values, weighed, better_names } = explanation;
    Finding {
        schema: Finding::SCHEMA.to_owned(),
        id: record.id,
        fingerprint,
        rule,
        score,
        message,
        head: record.head,
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
        // What was seen once or twice is no custom that could be broken.
        (_, Some(first), _)
            if first.text != record.type_class && seen.as_ref().is_some_and(|(n, _)| *n >= LEAST_SEEN) =>
        {
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
