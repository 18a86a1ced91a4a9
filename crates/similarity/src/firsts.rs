//! The sets seen so far that are similar to none before.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::sketch::{Sketch, shared};

/// Sets that repeat nothing, each with a number of the caller's.
#[derive(Debug)]
pub struct Firsts {
    least_share: f64,
    sets: Vec<(u32, Vec<u32>)>,
    by_key: FxHashMap<u64, Vec<u32>>,
}

impl Firsts {
    /// None yet; two sets are similar from this share of common elements on.
    pub fn new(least_share: f64) -> Self {
        Self { least_share, sets: Vec::new(), by_key: FxHashMap::default() }
    }

    /// The number of the earliest that is similar.
    pub fn like(&self, sketch: &Sketch) -> Option<u32> {
        let candidates: BTreeSet<u32> =
            sketch.keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        let mut candidates = candidates.into_iter().map(|at| &self.sets[at as usize]);
        candidates
            .find(|(_, set)| shared(set, &sketch.elements) >= self.least_share)
            .map(|(number, _)| *number)
    }

    /// Remembers a set under a number.
    pub fn add(&mut self, sketch: Sketch, number: u32) {
        let at = self.sets.len() as u32;
        for key in sketch.keys {
            self.by_key.entry(key).or_default().push(at);
        }
        self.sets.push((number, sketch.elements));
    }
}

#[cfg(test)]
mod tests {
    use super::Firsts;
    use crate::{Bands, Sketch, similarity};

    #[test]
    fn the_share_decides_exactly() {
        let sketch =
            |elements: std::ops::Range<u32>| Sketch::of(elements.collect(), Bands { count: 32, rows: 8 });
        for kept in [100, 150, 168, 169, 170, 171, 180, 200] {
            let (whole, part) = (sketch(0..200), sketch(0..kept));
            let share = similarity(&whole, &part);
            assert!((share - f64::from(kept) / 200.0).abs() < 1e-9, "{kept}: {share}");
            let mut firsts = Firsts::new(0.85);
            firsts.add(whole, 7);
            assert_eq!(firsts.like(&part), (share >= 0.85).then_some(7), "{kept}");
        }
    }

    #[test]
    fn an_empty_set_is_like_nothing() {
        let empty = Sketch::of(Vec::new(), Bands { count: 4, rows: 2 });
        let mut firsts = Firsts::new(0.0);
        firsts.add(empty.clone(), 1);
        assert_eq!(firsts.like(&empty), None);
        assert_eq!(similarity(&empty, &empty), 0.0);
    }
}
