//! Why a name and a value do not fit, in words.

use anyhow::Result;
use nalin_model::{Model, Subject};
use records::{Alternative, Finding, Record as _, Rule, id_of};

use crate::incoming::Incoming;

/// Names that are tried on the value.
const NAMES_TRIED: usize = 64;
/// A type that the name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.1;

/// Makes a finding: what the name usually holds, which names would fit better, and the rule.
pub(crate) fn finding(model: &Model, record: Incoming, score: f64) -> Result<Finding> {
    let usual_types = model.statistics.usual_types(&record.site.name);
    let better_names = better_names(model, &record, score)?;
    let rule = rule(&record.type_class, &usual_types, &better_names);
    let message = message(&record, rule, &usual_types, &better_names);
    let fingerprint = id_of([&record.path, &record.site.name, &record.site.text, rule.code()]);
    Ok(Finding {
        schema: Finding::SCHEMA.to_owned(),
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
        better_names,
    })
}

/// Where the type is usual for the name, it is the value that is odd; where it is not, the name misleads
/// if other names are at home with such a value.
fn rule(type_class: &str, usual: &[Alternative], better_names: &[Alternative]) -> Rule {
    let is_usual = usual.iter().any(|one| one.text == type_class && one.share >= USUAL_SHARE);
    if is_usual || better_names.is_empty() { Rule::ValueDoesNotFit } else { Rule::MisleadingName }
}

/// Names with values of this class that the model finds far more fitting than the one it has.
fn better_names(model: &Model, record: &Incoming, score: f64) -> Result<Vec<Alternative>> {
    let tried = model.statistics.names_of(&record.type_class, NAMES_TRIED);
    let subjects: Vec<Subject> = tried.iter().map(|name| Subject { name, ..record.subject() }).collect();
    let mut fitting: Vec<Alternative> = tried
        .iter()
        .zip(model.scores(&subjects)?)
        .filter(|(name, other)| **name != record.site.name && *other < score / 2.0)
        .map(|(name, other)| Alternative { text: (*name).to_owned(), share: 1.0 - other })
        .collect();
    fitting.sort_by(|a, b| b.share.total_cmp(&a.share));
    fitting.truncate(3);
    Ok(fitting)
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

    use super::{rule, shorten};

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
}
