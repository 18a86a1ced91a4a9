//! Whole numbers from -2 to 2, and truth values.

use pysource::{Field, Literal, Node, NodeKind, Operator};
use records::BugClass;

use super::search::{Dropped, Search};

const CLASS: BugClass = BugClass::Literal;
const NUMBERS: [&str; 5] = ["-2", "-1", "0", "1", "2"];

/// A number, or a minus before one.
pub(super) fn look_at_number(node: Node<'_>, search: &mut Search<'_>) {
    if !search.rules.wants(CLASS) || !is_free(node) {
        return;
    }
    let (number, sign) = match node.kind() {
        NodeKind::UnaryOp if node.operator() == Some(Operator::USub) => (node.get(Field::Operand), -1),
        NodeKind::Number => (Some(node), 1),
        _ => return,
    };
    let Some(Literal::Int(Some(value @ 0..=2))) = number.and_then(Node::literal) else { return };
    let old = sign * *value as i64;
    let (before, behind) = search.around(&node.range());
    for new in NUMBERS {
        if new == NUMBERS[(old + 2) as usize] {
            continue;
        }
        let joins = before.is_some_and(is_of_word) && !new.starts_with('-');
        // `0or x` begins like a number in base eight.
        let is_base = new == "0" && behind.is_some_and(|next| "oObBxX".contains(next));
        if (joins || is_base) && search.drops(Dropped::JoinedWords, 1) {
            continue;
        }
        if let Some(mut place) = search.place(CLASS, node.range()) {
            place.text(new);
        }
    }
}

pub(super) fn look_at_truth(node: Node<'_>, search: &mut Search<'_>) {
    let new = match node.text() {
        "True" => "False",
        "False" => "True",
        _ => return,
    };
    if is_free(node)
        && let Some(mut place) = search.place(CLASS, node.range())
    {
        place.text(new);
    }
}

/// Whether a literal stands for itself: it is no default of a parameter, and no sign changes it.
fn is_free(node: Node<'_>) -> bool {
    let above = node.parent().map(Node::kind);
    let has_sign = above == Some(NodeKind::UnaryOp) && node.kind() == NodeKind::Number;
    above != Some(NodeKind::Parameter) && !has_sign
}

fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
