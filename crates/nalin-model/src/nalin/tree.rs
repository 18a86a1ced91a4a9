//! Texts that are read character by character, as a tree of what was read so far.
//!
//! A recurrent network comes to the same state after the same characters. So each beginning that
//! several texts have in common is computed once: nearly every value ends in a run of spaces, which
//! the backward direction reads first.

use rustc_hash::FxHashMap;

/// Stands for "no character": a row of zeros.
pub(crate) const NO_CHARACTER: u8 = u8::MAX;

/// One step of reading: the different beginnings of this length.
pub(super) struct Level {
    /// For each beginning the place, in the level before, of the beginning without its last character.
    pub(super) parents: Vec<u32>,
    /// Its last character.
    pub(super) characters: Vec<u8>,
}

/// The beginnings of a batch of texts.
pub(super) struct Tree {
    /// By length, from 1.
    pub(super) levels: Vec<Level>,
    /// For each text its place in the last level.
    pub(super) leaves: Vec<u32>,
}

impl Tree {
    /// Reads texts of `steps` characters each, stored one behind the other.
    pub(super) fn new(texts: &[u8], steps: usize, reverse: bool) -> Self {
        let n = texts.len() / steps;
        let mut leaves = vec![0_u32; n];
        let mut levels = Vec::with_capacity(steps);
        let mut width = usize::from(n > 0);
        let mut places = FxHashMap::default();
        for step in 0..steps {
            let at = if reverse { steps - 1 - step } else { step };
            let mut level = Level { parents: Vec::with_capacity(n), characters: Vec::with_capacity(n) };
            // Once all texts are apart they stay so.
            let apart = width == n;
            places.clear();
            for (text, leaf) in leaves.iter_mut().enumerate() {
                let character = texts[text * steps + at];
                let new = level.parents.len() as u32;
                let place = if apart { new } else { *places.entry((*leaf, character)).or_insert(new) };
                if place == new {
                    level.parents.push(*leaf);
                    level.characters.push(character);
                }
                *leaf = place;
            }
            width = level.parents.len();
            levels.push(level);
        }
        Self { levels, leaves }
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn common_beginnings_are_one() {
        let widths = |reverse| {
            let tree = Tree::new(b"ab  ac  ab  x   ", 4, reverse);
            (tree.levels.iter().map(|level| level.parents.len()).collect::<Vec<_>>(), tree.leaves)
        };
        assert_eq!(widths(false), (vec![2, 3, 3, 3], vec![0, 1, 0, 2]));
        assert_eq!(widths(true), (vec![1, 1, 3, 3], vec![0, 1, 0, 2]));
    }
}
