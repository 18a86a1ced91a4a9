//! What is known of a step beside its text, to tell figures apart.

use crate::frames::Frames;

/// A step of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What the source line does: an operator, `literal`, `copy`, `several` operators, `other`; `question`; `""`: not
    /// a line.
    pub operator: &'static str,
    /// Steps since the farthest of the variables was written that the line reads; `None` when it reads none.
    pub distance: Option<u32>,
    /// Most digits of a whole number that it changed, 0 when it changed none.
    pub digits: u32,
    /// Whether each change is the value that was written last before.
    pub is_copied: bool,
    /// What it calculates, when that is two whole numbers and an operator.
    pub operation: Option<Operation>,
}

/// Two whole numbers and the operator between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// On the left of it.
    pub left: i128,
    /// The operator, as the program has it.
    pub operator: &'static str,
    /// On the right of it.
    pub right: i128,
}

/// Operators that figures are told apart by, as they stand between two spaces.
const OPERATORS: [&str; 15] =
    ["+", "-", "*", "//", "%", "<", ">", "<=", ">=", "==", "!=", "and", "or", "in", "not"];

const LITERALS: [&str; 3] = ["True", "False", "None"];
const QUOTES: [char; 2] = ['\'', '"'];

/// What is known of a line of source that makes these changes, before it is run.
pub(crate) fn of(source: &str, changes: &[(&str, &str)], now: u32, frames: &mut Frames) -> Step {
    let digits = |value: &str| if is_whole(value) { value.trim_start_matches('-').len() } else { 0 };
    let last = frames.last();
    Step {
        operator: operator(source),
        distance: frames.distance(reads(source), now),
        digits: changes.iter().map(|(_, value)| digits(value)).max().unwrap_or(0) as u32,
        is_copied: changes.iter().all(|(_, value)| *value == last),
        operation: operation(source, frames),
    }
}

/// Whether the text is that of an `int`.
fn is_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is that of an `int` or a `float`.
fn is_number(value: &str) -> bool {
    let number = value.strip_prefix('-').unwrap_or(value);
    number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok()
}

/// What a line of source does.
fn operator(source: &str) -> &'static str {
    let mut found = source.split(' ').filter_map(|word| {
        let stem = stem(word).unwrap_or(word);
        OPERATORS.into_iter().find(|operator| *operator == stem)
    });
    let (first, second) = (found.next(), found.next());
    let value = source.split_once(" = ").map_or("", |(_, value)| value);
    match (first, second) {
        (Some(_), Some(_)) => "several",
        (Some(one), None) if !source.starts_with("for ") => one,
        _ if value.is_empty() => "other",
        _ if LITERALS.contains(&value) || is_number(value) => "literal",
        _ if value.bytes().all(|byte| byte.is_ascii_alphabetic()) => "copy",
        _ if value.starts_with(QUOTES) && value.matches(QUOTES).count() == 2 && value.ends_with(QUOTES) => {
            "literal"
        }
        _ => "other",
    }
}

/// The operator of `+=` and its like.
fn stem(word: &str) -> Option<&str> {
    word.strip_suffix('=').filter(|stem| !stem.is_empty() && !["=", "<", ">", "!"].contains(stem))
}

/// The words of a line whose values it may read.
fn reads(source: &str) -> impl Iterator<Item = &str> {
    let value = source.split_once(" = ").map_or(source, |(_, value)| value);
    value.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The calculation of `a = b + 1` or `a += 1`.
fn operation(source: &str, frames: &mut Frames) -> Option<Operation> {
    let words: Vec<&str> = source.split(' ').collect();
    let (left, operator, right) = match words[..] {
        [_, "=", left, operator, right] => (left, operator, right),
        [name, operator, right] => (name, stem(operator)?, right),
        _ => return None,
    };
    let operator = OPERATORS.into_iter().find(|known| *known == operator)?;
    let mut number = |word: &str| word.parse().ok().or_else(|| frames.value(word)?.parse().ok());
    Some(Operation { left: number(left)?, operator, right: number(right)? })
}

#[cfg(test)]
mod tests {
    use super::operator;

    #[test]
    fn operators_by_their_lines() {
        let lines = [
            "a = -3",
            "a = 'x'",
            "a = True",
            "a = b",
            "a //= 2",
            "a = b <= c",
            "a = b + c - d",
            "a = f(b)",
            "for i in x:",
        ];
        let expected = ["literal", "literal", "literal", "copy", "//", "<=", "several", "other", "other"];
        assert_eq!(lines.map(operator), expected);
    }
}
