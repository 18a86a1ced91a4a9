//! The opposite of a condition, in words.

use pysource::{Field, Node, NodeKind, Operator};

use crate::code::Code;

/// The opposite of a condition, where only its truth counts. Comparisons of order have `not` before them: of values
/// without an order (NaN, sets) `a >= b` is not the opposite of `a < b`.
pub(super) fn negated(node: Node<'_>, code: &Code<'_>) -> String {
    let bracketed = &code.text()[node.bracketed_range()];
    match node.kind() {
        NodeKind::UnaryOp if node.operator() == Some(Operator::Not) => match node.get(Field::Operand) {
            Some(operand) => code.text()[operand.bracketed_range()].to_owned(),
            None => format!("not ({})", node.text()),
        },
        NodeKind::BoolOp => {
            let is_and = node.operator() == Some(Operator::And);
            let part = |part: Node<'_>| match part.kind() {
                NodeKind::BoolOp => format!("({})", negated(part, code)),
                _ => negated(part, code),
            };
            let parts: Vec<String> = node.all(Field::Values).map(part).collect();
            parts.join(if is_and { " or " } else { " and " })
        }
        NodeKind::Compare => compared(node, code).unwrap_or_else(|| format!("not {bracketed}")),
        NodeKind::NamedExpr
        | NodeKind::IfExp
        | NodeKind::Lambda
        | NodeKind::Yield
        | NodeKind::YieldFrom
        | NodeKind::Starred => format!("not ({})", node.text()),
        _ => format!("not {bracketed}"),
    }
}

/// A comparison of two values whose operator has an opposite.
fn compared(node: Node<'_>, code: &Code<'_>) -> Option<String> {
    let mut operators = node.all(Field::Op);
    let (operator, None) = (operators.next()?, operators.next()) else { return None };
    let opposite = match operator.operator()? {
        Operator::Eq => "!=",
        Operator::NotEq => "==",
        Operator::Is => "is not",
        Operator::IsNot => "is",
        Operator::In => "not in",
        Operator::NotIn => "in",
        _ => return None,
    };
    let (range, at) = (node.range(), operator.range());
    let text = code.text();
    Some(
        [text[range.start..at.start].trim_end(), " ", opposite, " ", text[at.end..range.end].trim_start()]
            .concat(),
    )
}
