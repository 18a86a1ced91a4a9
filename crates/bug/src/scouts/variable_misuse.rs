//! Another variable of the same scope, if both have a value by then.
//!
//! By then means: bound by a statement that begins on an earlier line. Names of a comprehension, and names from
//! outside in one, are never bound so in its own scope: they have no candidates, as published.

use pysource::{Field, Node, NodeKind, ScopeKind};
use records::BugClass;

use super::search::Search;

pub(super) fn look(node: Node<'_>, search: &mut Search<'_>) {
    let code = search.code;
    let is_handler = node.parent().is_some_and(|above| above.kind() == NodeKind::ExceptHandler);
    if node.kind() == NodeKind::Identifier && !(is_handler && node.field() == Field::Name)
        || node.name() == Some("self")
        || node.is_delete()
        || !search.rules.wants(BugClass::VariableMisuse)
    {
        return;
    }
    let Some((scope, variable)) = code.occurrence(node.id) else { return };
    let kind = code.scopes.scope(scope).kind;
    let is_searched = kind == ScopeKind::Function || search.is_cells && kind == ScopeKind::Module;
    let line = code.statement_line(node.id);
    let has_value = |variable| code.first_bound(variable) < line;
    if !is_searched
        || code.scopes.variable(variable).scope != scope
        || !has_value(variable)
        || is_in_parameters(node)
    {
        return;
    }
    let Some(mut place) = search.place(BugClass::VariableMisuse, node.range()) else { return };
    for other in code.locals(scope) {
        if *other != variable && has_value(*other) && code.name(*other) != "self" {
            place.variable(code.name(*other));
        }
    }
}

fn is_in_parameters(node: Node<'_>) -> bool {
    let mut above = node.parent();
    while let Some(node) = above.filter(|node| !node.is_statement()) {
        if node.kind() == NodeKind::Parameters {
            return true;
        }
        above = node.parent();
    }
    false
}
