//! Edits that put text into a line and never move one.

use std::cmp::Reverse;
use std::ops::Range;

/// Texts to be put into a source. Order of calls does not matter where places differ.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// Offset; rank among what is put there; the other end of its range, the farthest first where ranges
    /// open and last where they close; the text.
    inserts: Vec<(usize, Rank, Reverse<usize>, String)>,
}

/// What stands at one offset, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Close,
    After,
    Before,
    Open,
}

impl Edits {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.inserts.is_empty()
    }

    /// Puts `text` behind what ends at `offset`.
    pub fn after(&mut self, offset: usize, text: String) {
        self.push(offset, Rank::After, offset, text);
    }

    /// Puts `text` before what begins at `offset`.
    pub fn before(&mut self, offset: usize, text: String) {
        self.push(offset, Rank::Before, offset, text);
    }

    /// Puts `open` before and `close` behind a range.
    pub fn around(&mut self, range: &Range<usize>, open: String, close: &str) {
        self.push(range.start, Rank::Open, range.end, open);
        self.push(range.end, Rank::Close, range.start, close.to_owned());
    }

    fn push(&mut self, offset: usize, rank: Rank, other_end: usize, text: String) {
        assert!(!text.contains(['\n', '\r']), "an edit must not move lines");
        self.inserts.push((offset, rank, Reverse(other_end), text));
    }

    /// Applies the edits. A blank keeps a word that is put in apart from a word before it: `if(x)`.
    ///
    /// # Panics
    /// If an offset lies outside of `source` or within a character.
    pub fn apply(mut self, source: &str) -> String {
        // Stable: equals stay in the order in which they came.
        self.inserts.sort_by_key(|insert| (insert.0, insert.1, insert.2));
        let added: usize = self.inserts.iter().map(|insert| insert.3.len()).sum();
        let mut edited = String::with_capacity(source.len() + added);
        let mut done = 0;
        for (offset, _, _, text) in &self.inserts {
            edited.push_str(&source[done..*offset]);
            if edited.ends_with(is_of_word) && text.starts_with(is_of_word) {
                edited.push(' ');
            }
            edited.push_str(text);
            done = *offset;
        }
        edited.push_str(&source[done..]);
        edited
    }
}

fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::Edits;

    #[test]
    fn what_meets_at_one_place() {
        let mut edits = Edits::default();
        edits.around(&(4..5), "[".into(), "]");
        edits.around(&(4..9), "(".into(), ")");
        edits.after(9, "; A".into());
        edits.around(&(8..9), "<".into(), ">");
        edits.before(0, "B; ".into());
        edits.after(9, "; C".into());
        assert_eq!(edits.apply("x = 1 + 2"), "B; x = ([1] + <2>); A; C");
    }

    #[test]
    fn words_stay_apart() {
        let mut edits = Edits::default();
        edits.around(&(2..5), "f(".into(), ")");
        assert_eq!(edits.apply("if(x):"), "if f((x)):");
    }
}
