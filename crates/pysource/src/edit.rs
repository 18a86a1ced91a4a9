//! Edits of a source: text put in, replaced and deleted.

use std::cmp::Reverse;
use std::ops::Range;

use crate::tree::{Node, NodeKind};

/// Changes to be made to a source. The order of calls does not matter where places differ.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    edits: Vec<Edit>,
}

/// One change.
#[derive(Clone, Debug)]
struct Edit {
    /// What goes; empty where text is only put in.
    range: Range<usize>,
    rank: Rank,
    /// The other end of its range, the farthest first where ranges open and last where they close.
    other_end: Reverse<usize>,
    text: String,
}

/// What stands at one offset, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Close,
    After,
    Before,
    Open,
    Replace,
}

/// Two edits that cannot both be made: one replaces or deletes what the other changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the edits of bytes {}..{} and {}..{} overlap", .0.start, .0.end, .1.start, .1.end)]
pub struct Overlap(pub Range<usize>, pub Range<usize>);

/// A source with its edits made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// Of every edit, from left to right, what it was in the old text and what it is in the new one.
    pub changed: Vec<(Range<usize>, Range<usize>)>,
}

impl Edits {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Puts `text` behind what ends at `offset`.
    pub fn after(&mut self, offset: usize, text: String) {
        self.push(offset..offset, Rank::After, offset, text);
    }

    /// Puts `text` before what begins at `offset`.
    pub fn before(&mut self, offset: usize, text: String) {
        self.push(offset..offset, Rank::Before, offset, text);
    }

    /// Puts `open` before and `close` behind a range; either may be empty, and says all the same that something is
    /// put round all of the range: `not ` before an operand.
    pub fn around(&mut self, range: &Range<usize>, open: String, close: &str) {
        self.push(range.start..range.start, Rank::Open, range.end, open);
        self.push(range.end..range.end, Rank::Close, range.start, close.to_owned());
    }

    /// Puts `text` in the place of a range.
    pub fn replace(&mut self, range: Range<usize>, text: String) {
        self.push(range.clone(), Rank::Replace, range.end, text);
    }

    /// Takes a range away.
    pub fn delete(&mut self, range: Range<usize>) {
        self.replace(range, String::new());
    }

    /// Takes a statement away: with its line where it has that for itself, with a semicolon where it shares one. The
    /// only statement of a block leaves a `pass`; comments stay.
    pub fn remove_statement(&mut self, statement: Node<'_>, text: &str) {
        let Range { start, end } = statement.range();
        let parent = statement.parent();
        let siblings = parent.map_or(0, |parent| parent.all(statement.field()).take(2).count());
        if siblings < 2 && parent.is_some_and(|parent| parent.kind() != NodeKind::Module) {
            return self.replace(start..end, "pass".to_owned());
        }
        const BLANKS: [char; 3] = [' ', '\t', '\x0c'];
        let (before, behind) =
            (text[..start].trim_end_matches(BLANKS), text[end..].trim_start_matches(BLANKS));
        if let Some(rest) = behind.strip_prefix(';') {
            let next = rest.trim_start_matches(BLANKS);
            // A semicolon may also end a line.
            if !next.is_empty() && !next.starts_with(['\n', '\r', '#']) {
                return self.delete(start..text.len() - next.len());
            }
        }
        if before.ends_with(';') {
            return self.delete(before.len() - 1..end);
        }
        let behind = behind.strip_prefix(';').unwrap_or(behind).trim_start_matches(BLANKS);
        let begins_line = before.is_empty() || before.ends_with('\n');
        let ends_line = behind.strip_prefix('\r').unwrap_or(behind).strip_prefix('\n');
        match ends_line {
            Some(next) if begins_line => self.delete(before.len()..text.len() - next.len()),
            _ if begins_line && behind.is_empty() => self.delete(before.len()..text.len()),
            _ => self.delete(start..text.len() - behind.len()),
        }
    }

    fn push(&mut self, range: Range<usize>, rank: Rank, other_end: usize, text: String) {
        self.edits.push(Edit { range, rank, other_end: Reverse(other_end), text });
    }

    /// Makes the edits. A blank keeps a word that is put in apart from a word before it: `if(x)`.
    ///
    /// # Errors
    /// If two of them overlap.
    ///
    /// # Panics
    /// If an offset lies outside of `source` or within a character.
    pub fn apply(mut self, source: &str) -> Result<Edited, Overlap> {
        // Stable: equals stay in the order in which they came.
        self.edits.sort_by_key(|edit| (edit.range.start, edit.rank, edit.other_end));
        let added: usize = self.edits.iter().map(|edit| edit.text.len()).sum();
        let mut text = String::with_capacity(source.len() + added);
        let mut changed = Vec::with_capacity(self.edits.len());
        let mut last = 0..0;
        for edit in &self.edits {
            if edit.range.start < last.end {
                return Err(Overlap(last, edit.range.clone()));
            }
            text.push_str(&source[last.end..edit.range.start]);
            let start = text.len();
            if edit.rank != Rank::Replace && text.ends_with(is_of_word) && edit.text.starts_with(is_of_word) {
                text.push(' ');
            }
            text.push_str(&edit.text);
            changed.push((edit.range.clone(), start..text.len()));
            last = edit.range.clone();
        }
        text.push_str(&source[last.end..]);
        Ok(Edited { text, changed })
    }
}

fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::{Edits, Overlap};
    use crate::{Dialect, Tree};

    #[test]
    fn what_meets_at_one_place() {
        let mut edits = Edits::default();
        edits.around(&(4..5), "[".into(), "]");
        edits.around(&(4..9), "(".into(), ")");
        edits.after(9, "; A".into());
        edits.around(&(8..9), "<".into(), ">");
        edits.before(0, "B; ".into());
        edits.after(9, "; C".into());
        assert_eq!(edits.apply("x = 1 + 2").unwrap().text, "B; x = ([1] + <2>); A; C");
    }

    #[test]
    fn words_stay_apart() {
        let mut edits = Edits::default();
        edits.around(&(2..5), "f(".into(), ")");
        assert_eq!(edits.apply("if(x):").unwrap().text, "if f((x)):");
    }

    #[test]
    fn replacing_and_deleting_over_lines() {
        let mut edits = Edits::default();
        edits.replace(0..5, "y = [\n  2]".into());
        edits.delete(6..13);
        edits.after(5, "  # put".into());
        let edited = edits.apply("x = 1\nx = 2\nz\n").unwrap();
        assert_eq!(edited.text, "y = [\n  2]  # put\n\n");
        assert_eq!(edited.changed, [(0..5, 0..10), (5..5, 10..17), (6..13, 18..18)]);
    }

    #[test]
    fn edits_that_overlap_are_refused() {
        let mut edits = Edits::default();
        edits.replace(0..5, "y".into());
        edits.before(4, "z".into());
        assert_eq!(edits.apply("x = 1"), Err(Overlap(0..5, 4..4)));
    }

    #[test]
    fn statements_go_with_their_lines_and_semicolons() {
        let without = |text: &str, gone: &str| {
            let tree = Tree::parse(text, Dialect::Python).unwrap();
            let statement = tree.nodes().find(|node| node.is_statement() && node.text() == gone).unwrap();
            let mut edits = Edits::default();
            edits.remove_statement(statement, text);
            edits.apply(text).unwrap().text
        };
        assert_eq!(without("a\nb\nc", "b"), "a\nc");
        assert_eq!(without("a\nb", "b"), "a\n");
        assert_eq!(without("a; b ; c", "a"), "b ; c");
        assert_eq!(without("a; b ; c", "c"), "a; b ");
        assert_eq!(without("if x:\n    a\n    b  # why\n", "a"), "if x:\n    b  # why\n");
        assert_eq!(without("if x:\n    a\n    b  # why\n", "b"), "if x:\n    a\n    # why\n");
        assert_eq!(without("if x: a\n", "a"), "if x: pass\n");
        assert_eq!(without("if x: a; b;\n", "b"), "if x: a;\n");
        assert_eq!(without("a\n", "a"), "");
    }
}
