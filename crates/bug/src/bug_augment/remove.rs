//! Comments and strings that do nothing, gone.

use pysource::{Edits, Field, Node, NodeKind};

use super::Draw;
use crate::code::Code;

/// Removes comments, each with the blanks before it; its line stays. What says how the file is read stays too.
pub(super) fn comments(code: &Code<'_>, draw: &mut Draw, edits: &mut Edits) {
    for comment in code.tree.comments() {
        let text = &code.text()[comment.clone()];
        let is_of_file = comment.start < 512 && (text.starts_with("#!") || text.contains("coding"));
        if is_of_file || !draw.takes() {
            continue;
        }
        let before = code.text()[..comment.start].trim_end_matches([' ', '\t', '\x0c']);
        edits.delete(before.len()..comment.end);
    }
}

/// Removes strings that are statements; docstrings only where they are asked for. A block is never left empty.
pub(super) fn strings(code: &Code<'_>, draw: &mut Draw, edits: &mut Edits) {
    let mut last = None;
    for node in code.tree.nodes().filter(|node| node.kind() == NodeKind::Expr) {
        let is_string = node.get(Field::Value).is_some_and(|value| value.kind() == NodeKind::Str);
        let parent = node.parent().map(|parent| (parent.id, node.field()));
        // Of neighbours that both go the block might be left without any.
        if is_string && (draw.docstrings || !is_docstring(node)) && parent != last && draw.takes() {
            edits.remove_statement(node, code.text());
            last = parent;
        }
    }
}

fn is_docstring(node: Node<'_>) -> bool {
    node.parent().is_some_and(|above| {
        let has_one = matches!(above.kind(), NodeKind::Module | NodeKind::FunctionDef | NodeKind::ClassDef);
        has_one && above.get(Field::Body) == Some(node)
    })
}
