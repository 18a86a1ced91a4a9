//! `and` for `or`, and one `not` more or less before a name or a call.

use pysource::{Field, Node, NodeKind, Operator};
use records::BugClass;

use super::search::{Dropped, Search, is_name_or_call};

const CLASS: BugClass = BugClass::BooleanOperator;

pub(super) fn look_at_operation(node: Node<'_>, search: &mut Search<'_>) {
    for part in node.children() {
        match (part.field(), part.operator()) {
            (Field::Op, Some(operator)) => {
                let new = if operator == Operator::And { "or" } else { "and" };
                if let Some(mut place) = search.place(CLASS, part.range()) {
                    place.text(new);
                }
            }
            _ => negate(part, search),
        }
    }
}

pub(super) fn look_at_test(node: Node<'_>, search: &mut Search<'_>) {
    if let Some(test) = node.get(Field::Test) {
        negate(test, search);
    }
}

fn negate(node: Node<'_>, search: &mut Search<'_>) {
    if !search.rules.wants_operator(CLASS, "not ") {
        return;
    }
    if is_name_or_call(node) {
        let start = node.range().start;
        if let Some(mut place) = search.place(CLASS, start..start) {
            place.text("not ");
        }
        return;
    }
    let is_not = node.kind() == NodeKind::UnaryOp && node.operator() == Some(Operator::Not);
    let operand = node.get(Field::Operand).filter(|operand| is_not && is_name_or_call(*operand));
    if operand.is_none() || !search.rules.wants(CLASS) {
        return;
    }
    let start = node.range().start;
    let text = search.code.text();
    let is_followed =
        |end: usize| text[end..].starts_with(|next: char| !next.is_whitespace() && next != '\\');
    let is_whole = text[start..].starts_with("not ") && is_followed(start + 4);
    if (is_whole || !search.drops(Dropped::NotWithoutBlank, 1))
        && let Some(mut place) = search.place(CLASS, start..start + 4)
    {
        place.text("");
    }
}
