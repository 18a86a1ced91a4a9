//! `b > a` for `a < b`.

use pysource::{Edits, Field, Node, NodeKind, Operator};

use super::Draw;
use crate::code::Code;

/// Mirrors comparisons of two values that run no code: the other is asked first then, and chains stop elsewhere.
pub(super) fn edit(code: &Code<'_>, draw: &mut Draw, edits: &mut Edits) {
    let mut end = 0;
    for node in code.tree.nodes().filter(|node| node.kind() == NodeKind::Compare) {
        let (Some(left), Some(operator)) = (node.get(Field::Left), node.get(Field::Op)) else { continue };
        let mut rights = node.all(Field::Comparators);
        let (Some(right), None) = (rights.next(), rights.next()) else { continue };
        let Some(mirrored) = operator.operator().and_then(mirrored) else { continue };
        let [from, to] = [left, right].map(Node::bracketed_range);
        let text = code.text();
        let is_free = from.start >= end && is_quiet(left) && is_quiet(right) && !is_shown(node);
        let (new_left, new_right) = (&text[to.clone()], &text[from.clone()]);
        let joins = joins(text[..from.start].chars().next_back(), new_left.chars().next())
            || joins(new_right.chars().next_back(), text[to.end..].chars().next())
            || joins(new_left.chars().next_back(), text[from.end..].chars().next())
            || joins(text[..to.start].chars().next_back(), new_right.chars().next());
        if is_free && !joins && draw.takes() {
            end = to.end;
            edits.replace(from, new_left.to_owned());
            edits.replace(operator.range(), mirrored.to_owned());
            edits.replace(to, new_right.to_owned());
        }
    }
}

fn mirrored(operator: Operator) -> Option<&'static str> {
    Some(match operator {
        Operator::Lt => ">",
        Operator::LtE => ">=",
        Operator::Gt => "<",
        Operator::GtE => "<=",
        Operator::Eq => "==",
        Operator::NotEq => "!=",
        _ => return None,
    })
}

/// Whether an expression calls, waits for and binds nothing.
fn is_quiet(node: Node<'_>) -> bool {
    use NodeKind as K;
    node.subtree().all(|part| {
        !matches!(part.kind(), K::Call | K::Await | K::Yield | K::YieldFrom | K::NamedExpr | K::EscapeValue)
    })
}

/// Whether the text of an expression is a value too: `f"{a < b=}"`.
pub(super) fn is_shown(node: Node<'_>) -> bool {
    let is_shown = |above: &Node<'_>| {
        above.kind() == NodeKind::FormattedValue && above.is_special()
            || above.kind() == NodeKind::TemplateStr
    };
    std::iter::successors(node.parent(), |above| above.parent())
        .take_while(|above| !above.is_statement())
        .any(|above| is_shown(&above))
}

/// Whether two characters side by side would make one word of two.
pub(super) fn joins(before: Option<char>, behind: Option<char>) -> bool {
    let is_of_word = |one: char| one == '_' || one.is_alphanumeric();
    let is_word_or_quote = |one: char| is_of_word(one) || one == '"' || one == '\'';
    before.is_some_and(is_of_word) && behind.is_some_and(is_word_or_quote)
}
