//! Which operator a character may be that stands between two values.

use std::collections::BTreeMap;

use records::{HiddenOperator, OperatorAgainst, OperatorFact, Record as _, TraceCheck, TraceText};

use super::arithmetic::binary;
use super::value::Value;

/// Operators of two values.
const OPERATORS: [&str; 22] = [
    "and", "or", "==", "!=", "is", "is not", "<", "<=", ">", ">=", "&", "|", "^", "+", "-", "*", "/", "//",
    "%", "**", "<<", ">>",
];

/// What the straight lines `name = value operator value` of a text in dots say of each operator.
pub fn induce(told: &TraceText) -> TraceCheck {
    let mut found = TraceCheck {
        schema: TraceCheck::SCHEMA.to_owned(),
        id: told.id.clone(),
        path: told.path.clone(),
        repo: told.repo.clone(),
        extra: told.extra.clone(),
        ..TraceCheck::default()
    };
    let of_kind = |kind: &str| -> BTreeMap<&str, &str> {
        let these = told.key.iter().filter(|it| it.kind == kind);
        these.map(|it| (it.glyph.as_str(), it.text.as_str())).collect()
    };
    let (values, operators) = (of_kind("value"), of_kind("operator"));
    let mut facts: BTreeMap<String, Vec<OperatorFact>> = BTreeMap::new();
    let mut steps = Steps { values, state: BTreeMap::new() };
    let mut lines = told.text.lines().peekable();
    while let Some(line) = lines.next() {
        if steps.change(line) {
            continue;
        }
        let asked = steps.asked(line);
        while lines.next_if(|line| steps.change(line)).is_some() {}
        match asked.and_then(|(operator, target, left, right)| {
            let result = steps.state.get(&target)?.clone();
            Some((operator, OperatorFact { left, right, result }))
        }) {
            Some((operator, fact)) => {
                found.checked += 1;
                let known = facts.entry(operator).or_default();
                if !known.contains(&fact) {
                    known.push(fact);
                }
            }
            None => found.passed_over += 1,
        }
    }
    let judged = facts.into_iter().map(|(glyph, facts)| {
        let key = operators.get(glyph.as_str()).copied().unwrap_or_default().to_owned();
        judge(glyph, key, facts)
    });
    found.operators = judged.collect();
    found
}

/// The state of the names while lines go by: characters, and texts of values.
struct Steps<'k> {
    values: BTreeMap<&'k str, &'k str>,
    state: BTreeMap<String, String>,
}

impl Steps<'_> {
    /// Takes a line `.. name = value`; whether it is one.
    fn change(&mut self, line: &str) -> bool {
        let Some(change) = line.trim_start().strip_prefix(".. ") else { return false };
        if let Some((name, value)) = change.split_once(" = ") {
            // A value that the key does not know is as it stands there.
            let value = self.values.get(value).copied().unwrap_or(value).to_owned();
            self.state.insert(name.to_owned(), value);
        } else if let Some(name) = change.strip_prefix("del ") {
            self.state.remove(name);
        }
        true
    }

    /// Of a line `target = left operator right`: operator, target, and the values of both sides.
    fn asked(&self, line: &str) -> Option<(String, String, String, String)> {
        let (target, sides) = line.split_once('=')?;
        let [left, operator, right] = sides.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        let is_sign = operator.starts_with(['(', ')', '[', ']', '{', '}', ',', ':', ';', '.', '=', '#']);
        if is_sign || sides.starts_with('=') {
            return None;
        }
        let value = |word: &str| {
            self.values.get(word).map(|&text| text.to_owned()).or_else(|| self.state.get(word).cloned())
        };
        Some((operator.to_owned(), target.trim().to_owned(), value(left)?, value(right)?))
    }
}

fn judge(glyph: String, key: String, facts: Vec<OperatorFact>) -> HiddenOperator {
    let mut it = HiddenOperator {
        glyph,
        key,
        facts,
        fits: Vec::new(),
        fits_swapped: Vec::new(),
        contradicted: Vec::new(),
    };
    for operator in OPERATORS {
        match it.facts.iter().find_map(|fact| against(operator, fact)) {
            None => it.fits.push(operator.to_owned()),
            Some(against) => it.contradicted.push(against),
        }
        let swapped: Option<Vec<OperatorFact>> = it.facts.iter().map(swap).collect();
        if swapped.is_some_and(|facts| facts.iter().all(|fact| against(operator, fact).is_none())) {
            it.fits_swapped.push(operator.to_owned());
        }
    }
    it
}

/// What a fact says against an operator.
fn against(operator: &str, fact: &OperatorFact) -> Option<OperatorAgainst> {
    let computed = Value::of(&fact.left)
        .zip(Value::of(&fact.right))
        .and_then(|(left, right)| binary(operator, &left, &right));
    let agrees = computed.as_ref().zip(Value::of(&fact.result)).is_some_and(|(a, b)| a.is_same(&b));
    let computed = computed.map_or_else(String::new, |value| value.to_string());
    if agrees {
        None
    } else {
        Some(OperatorAgainst { operator: operator.to_owned(), fact: fact.clone(), computed })
    }
}

/// The fact with `True` and `False` in each other's place; `None` when it is about anything else.
fn swap(fact: &OperatorFact) -> Option<OperatorFact> {
    let other = |text: &str| match text {
        "True" => Some("False".to_owned()),
        "False" => Some("True".to_owned()),
        _ => None,
    };
    Some(OperatorFact { left: other(&fact.left)?, right: other(&fact.right)?, result: other(&fact.result)? })
}

#[cfg(test)]
mod tests {
    use records::{Glyph, TraceCheck, TraceText};

    use super::induce;
    use crate::trace_check::has_contradiction;

    /// Six characters: two values, three names, and what stands between.
    fn six() -> TraceCheck {
        let line = include_str!("../../tests/glyphs.jsonl").lines().next().unwrap();
        induce(&serde_json::from_str::<TraceText>(line).unwrap())
    }

    #[test]
    fn six_characters_are_no_conjunction() {
        let found = six();
        assert_eq!((found.checked, found.passed_over, found.operators.len()), (4, 2, 1));
        let it = &found.operators[0];
        assert_eq!(it.facts.len(), 4);
        assert_eq!(it.fits, ["==", "is"]);
        assert_eq!(it.fits_swapped, ["!=", "is not", "^"]);
        let against: Vec<&str> = it.contradicted.iter().map(|it| it.operator.as_str()).collect();
        assert!(against.contains(&"and") && against.contains(&"or") && against.contains(&"^"), "{against:?}");
        let and = it.contradicted.iter().find(|it| it.operator == "and").unwrap();
        assert_eq!(
            (and.fact.left.as_str(), and.fact.result.as_str(), and.computed.as_str()),
            ("False", "True", "False")
        );
        assert!(!has_contradiction(&found), "something fits, and the key does not say otherwise");
    }

    #[test]
    fn a_key_that_lies_is_found() {
        let mut told: TraceText =
            serde_json::from_str(include_str!("../../tests/glyphs.jsonl").lines().next().unwrap()).unwrap();
        let glyph = six().operators[0].glyph.clone();
        told.key.push(Glyph { glyph, kind: "operator".into(), text: "and".into() });
        assert!(has_contradiction(&induce(&told)));
        told.key.last_mut().unwrap().text = "==".into();
        assert!(!has_contradiction(&induce(&told)));
    }
}
