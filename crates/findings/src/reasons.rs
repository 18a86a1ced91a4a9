//! Why a name and a value do not fit, in words: the rule, the message, what weighed most, better names.

use evidence::names;
use records::{Alternative, Evidence, Finding, HeldValue, Record as _, Scored};

use crate::knowledge::LEAST_SEEN;
use crate::{Candidate, Knowledge, Usual};

/// The value does not fit the name.
pub const VALUE_DOES_NOT_FIT: &str = "NAL001";
/// The name does not fit the value: another fits far better.
pub const MISLEADING_NAME: &str = "NAL002";

/// The inputs of a judge that are left out in turn, to see what they are worth.
pub const INPUTS: [&str; 3] = ["name", "value", "type"];

/// Names that are suggested at most.
const NAMES_TOLD: usize = 3;
/// A type that the name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.1;

/// What a finding says beside what was recorded.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// Code of the rule that was broken.
    pub rule: &'static str,
    /// One sentence.
    pub message: String,
    /// What the name usually holds, values that are typical of it, by how much the score falls without an input
    /// (the largest fall first), names that would fit the value better.
    pub evidence: Vec<Evidence>,
}

impl Candidate {
    /// The finding, with the reasons for it.
    pub fn into_finding(self, reasons: Reasons) -> Finding {
        let Self { record, fingerprint } = self;
        Finding {
            schema: Finding::SCHEMA.to_owned(),
            id: record.id,
            fingerprint,
            rule: reasons.rule.to_owned(),
            score: record.score,
            message: reasons.message,
            head: record.head,
            place: record.site,
            evidence: reasons.evidence,
            fix: Vec::new(),
            value: vec![HeldValue { value: record.value, type_class: record.type_class }],
        }
    }
}

impl Reasons {
    /// What the name usually holds, what weighed most, which names would fit better, the rule. `without` are the
    /// scores without each of the [`INPUTS`]; `tried` are other names for the value, with their scores.
    pub fn of(
        knowledge: &impl Knowledge,
        candidate: &Candidate,
        without: [f64; 3],
        tried: &[(&str, f64)],
    ) -> Self {
        let record = &candidate.record;
        let usual = knowledge.usual(&record.site.name);
        let input = |(input, without): (&str, f64)| Alternative {
            text: input.to_owned(),
            share: record.score - without,
        };
        let mut weighed: Vec<Alternative> = INPUTS.into_iter().zip(without).map(input).collect();
        weighed.sort_by(|a, b| b.share.total_cmp(&a.share));
        let better_names = better_names(record, tried);
        let rule = rule(&record.type_class, &usual.types, &better_names);
        let message = message(record, rule, &usual, &better_names);
        let shares = |kind: &'static str, all: Vec<Alternative>| {
            all.into_iter().map(move |Alternative { text, share }| Evidence {
                kind: kind.to_owned(),
                text,
                share,
            })
        };
        let value = |text| Evidence { kind: "usual_value".to_owned(), text, share: 0.0 };
        let evidence = shares("usual_type", usual.types)
            .chain(usual.values.into_iter().map(value))
            .chain(shares("weighed", weighed))
            .chain(shares("better_name", better_names));
        Self { rule, message, evidence: evidence.collect() }
    }
}

/// The words of a name that say something.
pub fn telling_words(name: &str) -> impl Iterator<Item = String> {
    names::words(name).into_iter().filter(|word| word.chars().count() > 2)
}

/// Of the names that were tried those that the model finds far more fitting than the one it has: first such
/// as share a word with it.
fn better_names(record: &Scored, tried: &[(&str, f64)]) -> Vec<Alternative> {
    let name = &record.site.name;
    let own: Vec<String> = telling_words(name).collect();
    let mut fitting: Vec<(bool, &str, f64)> = tried
        .iter()
        .filter(|(other, other_score)| *other_score < record.score / 2.0 && other != name)
        .map(|&(other, score)| (!telling_words(other).any(|word| own.contains(&word)), other, score))
        .collect();
    fitting.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)).then_with(|| a.1.cmp(b.1)));
    fitting.dedup_by_key(|(_, name, _)| *name);
    let told = fitting.into_iter().take(NAMES_TOLD);
    told.map(|(_, name, score)| Alternative { text: name.to_owned(), share: 1.0 - score }).collect()
}

/// Where the type is usual for the name, it is the value that is odd; where it is not, the name misleads
/// if other names are at home with such a value.
fn rule(type_class: &str, usual: &[Alternative], better_names: &[Alternative]) -> &'static str {
    let is_usual = usual.iter().any(|one| one.text == type_class && one.share >= USUAL_SHARE);
    if is_usual || better_names.is_empty() { VALUE_DOES_NOT_FIT } else { MISLEADING_NAME }
}

fn message(record: &Scored, rule: &str, usual: &Usual, better_names: &[Alternative]) -> String {
    let name = &record.site.name;
    let value = shorten(&record.value.text);
    let held = format!("`{name}` holds {} {}: {value}", article(&record.type_class), record.type_class);
    match (rule, usual.types.first(), better_names.first()) {
        (VALUE_DOES_NOT_FIT, Some(first), _) if first.text == record.type_class => {
            format!("{held}, an unusual value for this name")
        }
        // What was seen once or twice is no custom that could be broken.
        (_, Some(first), _) if first.text != record.type_class && usual.seen >= LEAST_SEEN => {
            let (n, share) = (usual.seen, format!("{} in {:.0} % of cases", first.text, first.share * 100.0));
            match &usual.word {
                Some(word) => format!("{held}, but names with `{word}` hold {share} ({n} seen)"),
                None => format!("{held}, but elsewhere it holds {share} ({n} seen)"),
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
    use records::Alternative;

    use super::{MISLEADING_NAME, VALUE_DOES_NOT_FIT, rule, shorten};

    #[test]
    fn which_rule() {
        let one = |text: &str, share| vec![Alternative { text: text.to_owned(), share }];
        let none = Vec::new();
        assert_eq!(rule("str", &one("int", 0.9), &one("title", 0.8)), MISLEADING_NAME);
        assert_eq!(rule("int", &one("int", 0.9), &one("title", 0.8)), VALUE_DOES_NOT_FIT);
        assert_eq!(rule("str", &one("int", 0.9), &none), VALUE_DOES_NOT_FIT);
    }

    #[test]
    fn values_fit_a_line() {
        assert_eq!(shorten("[1\n 2]"), "[1 2]");
        assert_eq!(shorten(&"ä".repeat(50)), "ä".repeat(39) + "…");
    }
}
