//! Assignments: any operator for any other, none for one, one for none.

use pysource::{Field, Node, NodeKind};
use records::BugClass;

use super::builtins::NAMES;
use super::search::{Dropped, Search};

const CLASS: BugClass = BugClass::AssignmentOperator;
const AUGMENTED: [&str; 13] =
    ["+=", "-=", "*=", "**=", "/=", "//=", "%=", "@=", "<<=", ">>=", "|=", "&=", "^="];

pub(super) fn look_at_augmented(node: Node<'_>, search: &mut Search<'_>) {
    let Some(operator) = node.get(Field::Op) else { return };
    let rules = search.rules;
    let old = operator.text();
    if !rules.wants_operator(CLASS, old) {
        return;
    }
    let Some(mut place) = search.place(CLASS, operator.range()) else { return };
    let others = AUGMENTED.into_iter().chain(["="]).filter(|new| *new != old);
    others.filter(|new| rules.wants_operator(CLASS, new)).for_each(|new| place.text(new));
}

pub(super) fn look_at_plain(node: Node<'_>, search: &mut Search<'_>) {
    let (code, rules) = (search.code, search.rules);
    let mut targets = node.all(Field::Targets);
    let (Some(target), None) = (targets.next(), targets.next()) else { return };
    let Some(value) = node.get(Field::Value) else { return };
    if !rules.wants(CLASS) || !rules.wants_operator(CLASS, "=") {
        return;
    }
    let new = || AUGMENTED.into_iter().filter(|new| rules.wants_operator(CLASS, new));
    match target.kind() {
        NodeKind::Name if !has_value_before(target, search) => return,
        NodeKind::Tuple | NodeKind::List | NodeKind::Starred
            if search.drops(Dropped::TupleTarget, new().count() as u64) =>
        {
            return;
        }
        _ => {}
    }
    let tokens = code.tree.tokens();
    let first = tokens.partition_point(|token| token.range().start < target.range().end);
    let sign = tokens[first..].iter().find(|token| token.text(code.text()) == "=");
    let Some(sign) = sign.filter(|sign| sign.range().end <= value.range().start) else { return };
    let Some(mut place) = search.place(CLASS, sign.range()) else { return };
    new().for_each(|new| place.text(new));
}

/// Whether a name is bound by a statement on an earlier line, or always: a name of Python's own.
fn has_value_before(target: Node<'_>, search: &Search<'_>) -> bool {
    let code = search.code;
    let Some((scope, variable)) = code.occurrence(target.id) else { return false };
    let is_global = scope.0 > 0 && code.scopes.variable(variable).scope.0 == 0;
    code.first_bound(variable) < code.statement_line(target.id)
        || is_global && NAMES.binary_search(&code.name(variable)).is_ok()
}
