//! Programs in which one operator is hidden.

use crate::program::Program;
use crate::statements::Statement;
use crate::tokens::{Kind, Token};

/// What stands in the place of the operator.
pub const HIDDEN: &str = "▢";

/// The operators of a statement that stand between two values.
pub fn between<'s, 't>(statement: &'s Statement<'t>) -> Vec<&'s Token<'t>> {
    let pairs = statement.tokens.windows(2);
    let is_value = |token: &Token<'_>| {
        matches!(token.kind, Kind::Name | Kind::Value | Kind::Text) || matches!(token.text, ")" | "]" | "}")
    };
    // What `in` means in a `for` is no question, nor what `*` means before a parameter.
    let may_ask = !matches!(statement.keyword(), "for" | "def" | "import" | "from" | "lambda");
    let found = pairs.filter(|pair| pair[1].kind == Kind::Operator && is_value(&pair[0]) && may_ask);
    found.map(|pair| &pair[1]).filter(|token| !matches!(token.text, "is" | "not" | "in")).collect()
}

/// The program with the operator hidden, and the operator; of `+=` the `=` stays.
pub fn hide(program: &Program, operator: &Token<'_>) -> (Program, String) {
    let is_assignment = operator.text.ends_with('=') && !matches!(operator.text, "==" | "!=" | "<=" | ">=");
    let plain = if is_assignment { &operator.text[..operator.text.len() - 1] } else { operator.text };
    let mut trace = program.trace.clone();
    let range = operator.range.start..operator.range.start + plain.len();
    trace.code.replace_range(range, HIDDEN);
    (Program { trace, events: program.events.clone() }, plain.to_owned())
}
