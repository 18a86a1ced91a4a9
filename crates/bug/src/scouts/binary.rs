//! Operators between two values: any of thirteen for any other.

use pysource::{Field, Node, NodeKind};
use records::BugClass;

use super::search::{Dropped, Search};

pub(super) const OPERATORS: [&str; 13] =
    ["+", "-", "*", "**", "/", "//", "%", "@", "<<", ">>", "|", "&", "^"];

pub(super) fn look(node: Node<'_>, search: &mut Search<'_>) {
    let Some(operator) = node.get(Field::Op) else { return };
    let rules = search.rules;
    let old = operator.text();
    let class = BugClass::BinaryOperator;
    if !rules.wants(class) || !rules.wants_operator(class, old) {
        return;
    }
    let is_other = |new: &&str| *new != old && rules.wants_operator(class, new);
    // A complex number is the one sum that is a pattern.
    let mut above = node.parent();
    while above.is_some_and(|node| matches!(node.kind(), NodeKind::BinOp | NodeKind::UnaryOp)) {
        above = above.and_then(Node::parent);
    }
    let is_pattern = above
        .is_some_and(|node| node.kind() == NodeKind::MatchValue || node.kind() == NodeKind::MatchMapping);
    let new = OPERATORS.iter().copied().filter(is_other);
    let fits = |new: &&str| !is_pattern || ["+", "-"].contains(new);
    let n_lost = new.clone().filter(|new| !fits(new)).count() as u64;
    let is_dropped = n_lost > 0 && search.drops(Dropped::Pattern, n_lost);
    let Some(mut place) = search.place(class, operator.range()) else { return };
    new.filter(|new| !is_dropped || fits(new)).for_each(|new| place.text(new));
}
