//! One rewrite of a function: what a candidate changes, and what takes that back.

use std::ops::Range;

use pysource::{Field, Node, NodeKind};
use records::{BugClass, BugEdit, Candidate};

use crate::code::Code;
use crate::places::Places;

/// A text with some ranges replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The new text.
    pub text: String,
    /// What makes the old one of it again, in order.
    pub repair: Vec<BugEdit>,
}

/// The arguments of a call in the order of the source, keywords among them.
pub fn arguments(call: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    call.children().filter(|child| child.field() != Field::Func)
}

/// What a candidate replaces in the text of a unit: ranges from left to right, and what stands there then. `None` if
/// the text has no such place.
///
/// `code` is the unit's, with `prefix` bytes before its text.
pub fn edits(candidate: &Candidate, code: &Code<'_>, prefix: usize) -> Option<Vec<(Range<usize>, String)>> {
    let place = code.places.range(candidate.at)?;
    let moved = |range: Range<usize>| Some(range.start.checked_sub(prefix)?..range.end.checked_sub(prefix)?);
    let [i, j] = match candidate.swap[..] {
        [i, j] => [i.min(j), i.max(j)],
        _ if candidate.class == BugClass::ArgumentSwap => return None,
        _ => return Some(vec![(moved(place)?, candidate.text.clone().into_owned())]),
    };
    let is_called = |node: &Node<'_>| node.field() == Field::Func && node.range() == place;
    let call = code.tree.nodes().find(is_called)?.parent().filter(|call| call.kind() == NodeKind::Call)?;
    let argument = |at: u32| arguments(call).nth(at as usize).map(Node::bracketed_range);
    let (one, other) = (argument(i)?, argument(j)?);
    let text = |range: &Range<usize>| code.text()[range.clone()].to_owned();
    let (first, second) = (text(&other), text(&one));
    Some(vec![(moved(one)?, first), (moved(other)?, second)])
}

/// Replaces ranges, from left to right, in a text that begins on line `line` of its file; `None` if they overlap or are
/// not there.
pub fn apply(text: &str, line: u32, edits: &[(Range<usize>, String)]) -> Option<Rewritten> {
    let mut new = String::with_capacity(text.len() + 16);
    let mut end = 0;
    let mut changed = Vec::with_capacity(edits.len());
    for (range, replacement) in edits {
        new.push_str(text.get(end..range.start)?);
        let start = new.len();
        new.push_str(replacement);
        changed.push((start..new.len(), text.get(range.clone())?));
        end = range.end;
    }
    new.push_str(text.get(end..)?);
    let places = Places::new(&new, i64::from(line));
    let edit = |(range, old): &(Range<usize>, &str)| BugEdit {
        at: places.at(range),
        old: new[range.clone()].to_owned(),
        new: (*old).to_owned(),
    };
    let repair = changed.iter().map(edit).collect();
    Some(Rewritten { text: new, repair })
}

/// Why a repair cannot be made: something else stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The line of the file.
    pub line: u32,
    /// What was expected there.
    pub expected: String,
    /// What stands there; `""` if the text has no such place.
    pub found: String,
}

/// Makes a repair: the text without the bug.
///
/// # Errors
/// If something else stands where the bug should be.
pub fn repaired(text: &str, line: u32, repair: &[BugEdit]) -> Result<String, Changed> {
    let places = Places::new(text, i64::from(line));
    let mut edits = Vec::with_capacity(repair.len());
    for edit in repair {
        let range = places.range(edit.at);
        let found = range.clone().and_then(|range| text.get(range)).unwrap_or_default();
        match range {
            Some(range) if found == edit.old => edits.push((range, edit.new.clone())),
            _ => {
                let (expected, found) = (edit.old.clone(), found.to_owned());
                return Err(Changed { line: edit.at[0], expected, found });
            }
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    apply(text, line, &edits).map(|rewritten| rewritten.text).ok_or(Changed {
        line,
        expected: "edits that do not overlap".to_owned(),
        found: String::new(),
    })
}

/// Which of the candidates of a rewritten text takes a candidate back.
pub fn inverse(candidate: &Candidate, repair: &[BugEdit], candidates: &[Candidate]) -> Option<usize> {
    candidates.iter().position(|new| {
        new.class == candidate.class
            && match repair {
                [edit] => new.at == edit.at && new.text == edit.new,
                _ => new.at == candidate.at && new.swap == candidate.swap,
            }
    })
}
