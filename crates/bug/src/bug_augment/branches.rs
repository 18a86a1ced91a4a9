//! Branches in each other's place, under the opposite condition.

use std::ops::Range;

use pysource::{Edits, Field, Node, NodeKind};

use super::Draw;
use super::mirror::{is_shown, joins};
use super::negation::negated;
use crate::code::Code;

/// Swaps the branches of `if` with a plain `else`, as statements and in expressions; of nested ones the outermost that
/// is drawn.
pub(super) fn edit(code: &Code<'_>, draw: &mut Draw, edits: &mut Edits) {
    let mut end = 0;
    for node in code.tree.nodes() {
        let branches = match node.kind() {
            NodeKind::If => statement(node, code),
            NodeKind::IfExp if !is_shown(node) => expression(node),
            _ => None,
        };
        let Some((first, second)) = branches else { continue };
        let Some(test) = node.get(Field::Test) else { continue };
        if node.range().start < end || !draw.takes() {
            continue;
        }
        end = node.range().end;
        let texts = [(&first, second.range()), (&second, first.range())].map(|(branch, other)| {
            let text = &code.text()[other];
            let is_open = branch.is_body_of_expression && is_open_expression(branch.other_kind);
            if is_open { format!("({text})") } else { text.to_owned() }
        });
        let [for_first, for_second] = texts;
        edits.replace(first.range(), for_first);
        edits.replace(second.range(), for_second);
        edits.replace(test.bracketed_range(), condition(test, code));
    }
}

/// A branch of an `if`.
struct Branch {
    range: Range<usize>,
    /// Whether it stands before `if`, where not every expression may.
    is_body_of_expression: bool,
    /// What comes there, if it is an expression without brackets.
    other_kind: Option<NodeKind>,
}

impl Branch {
    fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

/// The two branches of a statement, if both are blocks of the same indentation.
fn statement(node: Node<'_>, code: &Code<'_>) -> Option<(Branch, Branch)> {
    let mut clauses = node.all(Field::Clauses);
    let (clause, None) = (clauses.next()?, clauses.next()) else { return None };
    if clause.get(Field::Test).is_some() {
        return None;
    }
    let block = |node: Node<'_>| {
        let (first, last) = (node.all(Field::Body).next()?, node.all(Field::Body).last()?);
        let start = first.range().start;
        let indentation = &code.text()[code.places.line_start(start)..start];
        let range = start..last.range().end;
        let is_block = indentation.chars().all(|one| one == ' ' || one == '\t');
        is_block.then_some((range, indentation))
    };
    let ((first, one), (second, other)) = (block(node)?, block(clause)?);
    let branch = |range| Branch { range, is_body_of_expression: false, other_kind: None };
    (one == other).then(|| (branch(first), branch(second)))
}

fn expression(node: Node<'_>) -> Option<(Branch, Branch)> {
    let (body, orelse) = (node.get(Field::Body)?, node.get(Field::Orelse)?);
    let kind = (orelse.bracketed_range() == orelse.range()).then_some(orelse.kind());
    let branch = |node: Node<'_>, is_body_of_expression, other_kind| Branch {
        range: node.bracketed_range(),
        is_body_of_expression,
        other_kind,
    };
    Some((branch(body, true, kind), branch(orelse, false, None)))
}

fn is_open_expression(kind: Option<NodeKind>) -> bool {
    matches!(kind, Some(NodeKind::IfExp | NodeKind::Lambda))
}

/// The opposite condition, in brackets where they keep lines or words apart.
fn condition(test: Node<'_>, code: &Code<'_>) -> String {
    let range = test.bracketed_range();
    let text = code.text();
    let negated = negated(test, code);
    let is_joined = joins(text[..range.start].chars().next_back(), negated.chars().next())
        || joins(negated.chars().next_back(), text[range.end..].chars().next());
    if is_joined || text[range].contains('\n') { format!("({negated})") } else { negated }
}
