//! Edits that put text into a line and never move one.

/// Texts to be put into a source. Order of calls does not matter where places differ.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// Offset; rank among what is put there; how far an opening one reaches, outermost first; the text.
    inserts: Vec<(usize, Rank, std::cmp::Reverse<usize>, String)>,
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
    pub fn around(&mut self, range: &std::ops::Range<usize>, open: String, close: &str) {
        self.push(range.start, Rank::Open, range.end, open);
        self.push(range.end, Rank::Close, range.end, close.to_owned());
    }

    fn push(&mut self, offset: usize, rank: Rank, reach: usize, text: String) {
        assert!(!text.contains(['\n', '\r']), "an edit must not move lines");
        self.inserts.push((offset, rank, std::cmp::Reverse(reach), text));
    }

    /// Applies the edits.
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
            edited.push_str(text);
            done = *offset;
        }
        edited.push_str(&source[done..]);
        edited
    }
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
}
