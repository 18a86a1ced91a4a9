//! The check of an edit: the result parses, and nothing but what was edited has changed.
//!
//! Text outside of the edits is the same by the way that edits are made, but it may mean something else: a quote that
//! is put in swallows what follows, `x * 3` with `1 + 2` for `x` is another sum. So every node of the old tree that is
//! not edited away must be in the new one, at its place and under the same node, and what is new there must begin and
//! end in edits.

use std::ops::{Range, RangeInclusive};

use crate::edit::{Edited, Edits, Overlap};
use crate::tree::{Node, NodeId, Tree};
use crate::{Dialect, LineIndex, SyntaxError};

/// Why edits cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    /// Two of them change the same.
    #[error(transparent)]
    Overlap(#[from] Overlap),
    /// The result does not parse.
    #[error("the result does not parse: {0}")]
    Syntax(#[from] SyntaxError),
    /// What begins at this line of the old text, and was not edited, is not in the new one as it was.
    #[error("what stands at line {0} of the original is no longer what it was")]
    Lost(u32),
    /// What begins at this line of the new text is made of more than what was put in.
    #[error("what stands at line {0} of the result was not put in as a whole")]
    Grown(u32),
}

/// Makes edits of the text of a tree, and checks that the result parses and that nothing else has changed.
///
/// # Errors
/// The first fault.
///
/// # Panics
/// If an offset of an edit lies outside of the text or within a character.
pub fn rewrite(tree: &Tree<'_>, edits: Edits, dialect: Dialect) -> Result<String, RewriteError> {
    let edited = edits.apply(tree.text())?;
    check(tree, &Tree::parse(&edited.text, dialect)?, &edited)?;
    Ok(edited.text)
}

fn check(old: &Tree<'_>, new: &Tree<'_>, edited: &Edited) -> Result<(), RewriteError> {
    let lost = |at: usize| Err(RewriteError::Lost(LineIndex::new(old.text()).line(at)));
    let places = Places { edited };
    let mut news = new.nodes();
    // Of old nodes the new ones, and of new nodes the nearest at or above them that was there before.
    let mut now: Vec<Option<NodeId>> = Vec::with_capacity(old.len());
    let mut known: Vec<NodeId> = Vec::with_capacity(new.len());
    for node in old.nodes() {
        let place = places.of(node.range());
        let parent = node.parent().map(|parent| parent.id);
        if node.id.0 > 0 && place == Place::Gone {
            // Below it, what is edited is edited away too: its nodes ask for the nearest above that is left.
            now.push(parent.and_then(|parent| now[parent.0 as usize]));
            continue;
        }
        let found = loop {
            let Some(candidate) = news.next() else { return lost(node.range().start) };
            let above = candidate.parent().map(|parent| known[parent.id.0 as usize]);
            let is_same =
                candidate.id.0 == 0 || candidate.kind() == node.kind() && place.fits(&candidate.range());
            if is_same {
                known.push(candidate.id);
                break (candidate, above);
            }
            known.extend(above);
            if !places.is_put_in(&candidate.range()) {
                return Err(RewriteError::Grown(LineIndex::new(new.text()).line(candidate.range().start)));
            }
        };
        let (candidate, above) = found;
        let expected = parent.and_then(|parent| now[parent.0 as usize]);
        // Under the very node that it was under, it must also be there as what it was.
        let is_moved = candidate.parent().map(|parent| parent.id) == expected
            && node.parent().is_some_and(|parent| places.of(parent.range()) != Place::Gone)
            && !is_same_part(node, candidate);
        if above != expected || is_moved {
            return lost(node.range().start);
        }
        now.push(Some(candidate.id));
    }
    if let Some(more) = news.find(|node| !places.is_put_in(&node.range())) {
        return Err(RewriteError::Grown(LineIndex::new(new.text()).line(more.range().start)));
    }
    let mut comments = new.comments();
    for comment in old.comments() {
        let place = places.of(comment.clone());
        if place != Place::Gone && !comments.any(|candidate| place.fits(&candidate)) {
            return lost(comment.start);
        }
    }
    Ok(())
}

fn is_same_part(old: Node<'_>, new: Node<'_>) -> bool {
    old.field() == new.field() && old.is_store() == new.is_store() && old.is_delete() == new.is_delete()
}

/// Where old ranges are in the new text.
struct Places<'e> {
    edited: &'e Edited,
}

/// Where an old range is in the new text. Its ends may be anywhere in edits that touch them: what is put in at an end
/// may belong to it (`(x).y`) or not (`; y`).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// All of it was replaced or deleted.
    Gone,
    At {
        start: RangeInclusive<usize>,
        end: RangeInclusive<usize>,
    },
}

impl Place {
    fn fits(&self, range: &Range<usize>) -> bool {
        match self {
            Self::Gone => false,
            Self::At { start, end } => start.contains(&range.start) && end.contains(&range.end),
        }
    }
}

impl Places<'_> {
    fn of(&self, range: Range<usize>) -> Place {
        let changed = &self.edited.changed;
        let after = changed.partition_point(|(old, _)| old.end <= range.start);
        if changed.get(after).is_some_and(|(old, _)| old.start <= range.start && range.end <= old.end) {
            return Place::Gone;
        }
        let first = |at| changed.partition_point(|(old, _)| old.end < at || old.end == at && !old.is_empty());
        let (start, is_cut) = self.boundary(range.start, first(range.start), |old, at| old.start <= at);
        // What begins or ends with something that went, begins or ends with what is next to it.
        let start = if is_cut { *start.start()..=usize::MAX } else { start };
        let first = changed.partition_point(|(old, _)| old.end < range.end);
        let touches = |old: &Range<usize>, at| old.start < at || old.start == at && old.is_empty();
        let (end, is_cut) = self.boundary(range.end, first, touches);
        let end = if is_cut { 0..=*end.end() } else { end };
        Place::At { start, end }
    }

    /// Where an offset is now, which the edits from `first` on touch as long as `touches` holds, and whether one of
    /// them takes something away.
    fn boundary(
        &self,
        at: usize,
        first: usize,
        touches: impl Fn(&Range<usize>, usize) -> bool,
    ) -> (RangeInclusive<usize>, bool) {
        let (before, rest) = self.edited.changed.split_at(first);
        let touching = &rest[..rest.partition_point(|(old, _)| touches(old, at))];
        let is_cut = touching.iter().any(|(old, _)| !old.is_empty());
        let now = match (touching.first(), touching.last()) {
            (Some((_, first)), Some((_, last))) => first.start..=last.end,
            _ => {
                let now = before.last().map_or(at, |(old, new)| new.end + at - old.end);
                now..=now
            }
        };
        (now, is_cut)
    }

    /// Whether a range of the new text begins and ends in edits.
    fn is_put_in(&self, range: &Range<usize>) -> bool {
        let is_in_edit = |at: usize| {
            let first = self.edited.changed.partition_point(|(_, new)| new.end < at);
            self.edited.changed.get(first).is_some_and(|(_, new)| new.start <= at)
        };
        is_in_edit(range.start) && is_in_edit(range.end)
    }
}

#[cfg(test)]
mod tests;
