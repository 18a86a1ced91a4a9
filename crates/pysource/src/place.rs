//! Where code can run first in a block.

use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::{NoPlace, Place};

pub(crate) fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// The place that runs before the value of an expression is computed.
pub(crate) fn guard(expression: &Expr) -> Result<Place, NoPlace> {
    bracketed(expression).map(Place::Guard)
}

/// The place round a value.
pub(crate) fn value(expression: &Expr) -> Result<Place, NoPlace> {
    bracketed(expression).map(Place::Value)
}

/// The range of an expression that may stand in brackets: all but `*x` alone, which the parser takes in
/// places (`return *x`) where Python's compiler does not.
fn bracketed(expression: &Expr) -> Result<Range<usize>, NoPlace> {
    if expression.is_starred_expr() { Err(NoPlace::Invalid) } else { Ok(bytes(expression.range())) }
}

/// The place that runs before anything of these statements does, and once.
pub(crate) fn before(statements: &[Stmt]) -> Result<Place, NoPlace> {
    match statements.first().ok_or(NoPlace::NothingFollows)? {
        Stmt::If(it) => guard(&it.test),
        Stmt::For(it) => guard(&it.iter),
        Stmt::With(it) => guard(&it.items[0].context_expr),
        Stmt::Match(it) => guard(&it.subject),
        Stmt::Try(it) => before(&it.body),
        Stmt::While(_) => Err(NoPlace::BeforeWhile),
        Stmt::FunctionDef(_) | Stmt::ClassDef(_) => Err(NoPlace::BeforeDef),
        Stmt::IpyEscapeCommand(_) => Err(NoPlace::Magic),
        simple if is_magic(simple) => Err(NoPlace::Magic),
        // The parser takes `x = 1; match = 2` for the beginning of a `match` statement, though Python does
        // not; the value is evaluated first all the same.
        Stmt::Assign(it) if begins_with_match(&it.targets[0]) => guard(&it.value),
        Stmt::Expr(it) if begins_with_match(&it.value) => guard(&it.value),
        Stmt::AnnAssign(it) if begins_with_match(&it.target) => Err(NoPlace::SoftKeyword),
        Stmt::AugAssign(it) if begins_with_match(&it.target) => Err(NoPlace::SoftKeyword),
        simple => Ok(Place::Before(simple.start().into())),
    }
}

/// Whether the first token of an expression is the name `match`.
fn begins_with_match(expression: &Expr) -> bool {
    match expression {
        Expr::Name(it) => it.id == "match",
        Expr::Attribute(it) => begins_with_match(&it.value),
        Expr::Subscript(it) => begins_with_match(&it.value),
        Expr::Call(it) => begins_with_match(&it.func),
        Expr::BinOp(it) => begins_with_match(&it.left),
        Expr::Compare(it) => begins_with_match(&it.left),
        Expr::BoolOp(it) => begins_with_match(&it.values[0]),
        Expr::If(it) => begins_with_match(&it.body),
        Expr::Tuple(it) => !it.parenthesized && it.elts.first().is_some_and(begins_with_match),
        _ => false,
    }
}

/// The place that runs first in a function: behind its docstring, which must stay first.
pub(crate) fn function_start(body: &[Stmt]) -> Result<Place, NoPlace> {
    match body.first() {
        Some(first) if is_docstring(first) => Ok(Place::After(first.end().into())),
        _ => before(body),
    }
}

/// Whether a simple statement's line is IPython's to read (`x = !ls`), so that nothing may stand beside it.
pub(crate) fn is_magic(statement: &Stmt) -> bool {
    match statement {
        Stmt::Assign(it) => it.value.is_ipy_escape_command_expr(),
        Stmt::AnnAssign(it) => it.value.as_ref().is_some_and(|value| value.is_ipy_escape_command_expr()),
        Stmt::AugAssign(it) => it.value.is_ipy_escape_command_expr(),
        Stmt::Expr(it) => it.value.is_ipy_escape_command_expr(),
        _ => false,
    }
}

fn is_docstring(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(it) if it.value.is_string_literal_expr())
}
