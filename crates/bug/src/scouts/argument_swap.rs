//! Two arguments of a call in each other's place.

use pysource::{Field, Node, NodeKind};
use records::BugClass;

use super::search::{Dropped, Search};
use crate::rewrite::arguments;

pub(super) fn look(node: Node<'_>, search: &mut Search<'_>) {
    if !search.rules.wants(BugClass::ArgumentSwap) {
        return;
    }
    let Some(called) = node.get(Field::Func) else { return };
    let is_swapped =
        |argument: &Node<'_>| argument.field() == Field::Args && argument.kind() != NodeKind::Starred;
    let swapped: Vec<(u32, Node<'_>)> =
        (0..).zip(arguments(node)).filter(|(_, argument)| is_swapped(argument)).collect();
    for (at, (i, one)) in swapped.iter().enumerate() {
        for (j, other) in &swapped[at + 1..] {
            if one.text() == other.text() && search.drops(Dropped::SameArguments, 1) {
                continue;
            }
            search.swap(&called.range(), [*i, *j]);
        }
    }
}
