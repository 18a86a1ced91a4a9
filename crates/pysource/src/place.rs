//! Where code can run first in a block.

use std::ops::Range;

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use crate::{NoPlace, Place};

pub(crate) fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// So many definitions are passed over at most: a script of nothing else must not take for ever.
const MAX_PASSED: usize = 100;

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

/// The place that runs before anything of these statements does, and once: functions at their head whose
/// definition runs nothing are passed over.
pub(crate) fn before(statements: &[Stmt]) -> Result<Place, NoPlace> {
    let rest = &statements[defined_first(statements).count()..];
    match rest.first().ok_or(NoPlace::NothingFollows)? {
        Stmt::If(it) => guard(&it.test),
        Stmt::For(it) => guard(&it.iter),
        Stmt::With(it) => guard(&it.items[0].context_expr),
        Stmt::Match(it) => guard(&it.subject),
        Stmt::Try(it) => before(&it.body),
        Stmt::While(_) => Err(NoPlace::BeforeWhile),
        Stmt::ClassDef(it) => first_base(it).map_or(Err(NoPlace::BeforeDef), guard),
        Stmt::FunctionDef(_) => Err(NoPlace::BeforeDef),
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

/// The names of the functions at the head of a block whose definition runs no code: undecorated, with
/// nothing but names and literals for defaults and annotations.
pub(crate) fn defined_first(statements: &[Stmt]) -> impl Iterator<Item = &str> {
    statements.iter().take(MAX_PASSED).map_while(|statement| match statement {
        Stmt::FunctionDef(it) if runs_nothing(it) => Some(it.name.as_str()),
        _ => None,
    })
}

fn runs_nothing(it: &StmtFunctionDef) -> bool {
    let defaults = it.parameters.iter_non_variadic_params().filter_map(|parameter| parameter.default());
    let annotations = it.parameters.iter().filter_map(|parameter| parameter.annotation());
    it.decorator_list.is_empty()
        && it.type_params.is_none()
        && defaults.chain(annotations).chain(it.returns.as_deref()).all(is_inert)
}

fn is_inert(expression: &Expr) -> bool {
    match expression {
        Expr::UnaryOp(it) => it.operand.is_number_literal_expr(),
        Expr::Tuple(it) => it.elts.iter().all(is_inert),
        other => other.is_name_expr() || other.is_literal_expr(),
    }
}

/// What a class without decorators evaluates first: its first base or keyword.
pub(crate) fn first_base(it: &StmtClassDef) -> Option<&Expr> {
    let arguments =
        it.arguments.as_deref().filter(|_| it.decorator_list.is_empty() && it.type_params.is_none())?;
    match (arguments.args.first(), arguments.keywords.first()) {
        (Some(base), _) => Some(base).filter(|base| !base.is_starred_expr()),
        (None, keyword) => keyword.filter(|keyword| keyword.arg.is_some()).map(|keyword| &keyword.value),
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
