//! The names in the target of an assignment, a loop or a `with`.

use ruff_python_ast::{Expr, Identifier, Pattern};

use crate::Shape;

/// A part of a target that is bound.
pub(crate) enum Target<'a> {
    /// A name.
    Name(&'a ruff_python_ast::ExprName, Shape),
    /// An attribute.
    Attribute(&'a ruff_python_ast::ExprAttribute, Shape),
    /// An item.
    Subscript(&'a ruff_python_ast::ExprSubscript, Shape),
}

/// Calls `take` with every part, from left to right, which is the order in which Python binds them.
pub(crate) fn each<'a>(expression: &'a Expr, shape: Shape, take: &mut impl FnMut(Target<'a>)) {
    match expression {
        Expr::Name(it) => take(Target::Name(it, shape)),
        Expr::Attribute(it) => take(Target::Attribute(it, shape)),
        Expr::Subscript(it) => take(Target::Subscript(it, shape)),
        Expr::Starred(it) => each(&it.value, Shape::Nested, take),
        Expr::List(it) => it.elts.iter().for_each(|element| each(element, Shape::Nested, take)),
        Expr::Tuple(it) => {
            let inner = if shape == Shape::Whole { Shape::Element } else { Shape::Nested };
            it.elts.iter().for_each(|element| each(element, inner, take));
        }
        // A tree without errors has no other targets.
        _ => {}
    }
}

/// Calls `take` with every name that a pattern binds, from left to right.
pub(crate) fn captures<'a>(pattern: &'a Pattern, take: &mut impl FnMut(&'a Identifier)) {
    match pattern {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        Pattern::MatchSequence(it) => it.patterns.iter().for_each(|inner| captures(inner, take)),
        Pattern::MatchOr(it) => it.patterns.iter().for_each(|inner| captures(inner, take)),
        Pattern::MatchMapping(it) => {
            it.patterns.iter().for_each(|inner| captures(inner, take));
            it.rest.iter().for_each(take);
        }
        Pattern::MatchClass(it) => {
            it.arguments.patterns.iter().for_each(|inner| captures(inner, take));
            it.arguments.keywords.iter().for_each(|keyword| captures(&keyword.pattern, take));
        }
        Pattern::MatchStar(it) => it.name.iter().for_each(take),
        Pattern::MatchAs(it) => {
            it.pattern.iter().for_each(|inner| captures(inner, take));
            it.name.iter().for_each(take);
        }
    }
}
