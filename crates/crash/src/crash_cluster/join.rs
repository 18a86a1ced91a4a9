//! Which sets of words are at least 0.7 alike, without looking at every pair.
//!
//! Words are ordered by how many sets have them, the rarest first. Two sets that are alike must then share a
//! word among the first few of each (the prefix), so a set is compared only with those that an index of
//! prefixes gives out, and of these only with those that are long enough and can still reach the overlap from
//! where they met. All in integers: `10 · overlap ≥ 7 · union`.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

/// A word, by its rank: the rarest is 0.
pub type Word = u32;

/// The sets of words of texts; words in ascending rank, each once.
pub fn sets<'a>(texts: impl Iterator<Item = &'a [&'a str]> + Clone) -> Vec<Vec<Word>> {
    let mut numbers: FxHashMap<&str, Word> = FxHashMap::default();
    let mut words: Vec<(u32, &str)> = Vec::new();
    let mut sets: Vec<Vec<Word>> = Vec::new();
    for text in texts {
        let mut set: Vec<Word> = Vec::with_capacity(text.len());
        for word in text {
            let number = *numbers.entry(word).or_insert_with(|| {
                words.push((0, word));
                words.len() as Word - 1
            });
            set.push(number);
        }
        set.sort_unstable();
        set.dedup();
        set.iter().for_each(|&word| words[word as usize].0 += 1);
        sets.push(set);
    }
    let mut by_rank: Vec<Word> = (0..words.len() as Word).collect();
    by_rank.sort_unstable_by_key(|&word| words[word as usize]);
    let mut ranks = vec![0; words.len()];
    for (rank, &word) in by_rank.iter().enumerate() {
        ranks[word as usize] = rank as Word;
    }
    for set in &mut sets {
        set.iter_mut().for_each(|word| *word = ranks[*word as usize]);
        set.sort_unstable();
    }
    sets
}

/// Whether two sets are neighbours.
pub fn are_neighbours(a: &[Word], b: &[Word]) -> bool {
    let shared = overlap(a, b);
    10 * shared >= 7 * (a.len() + b.len() - shared)
}

fn overlap(a: &[Word], b: &[Word]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        shared += usize::from(a[i] == b[j]);
        let (first, second) = (a[i], b[j]);
        i += usize::from(first <= second);
        j += usize::from(second <= first);
    }
    shared
}

/// The overlap that neighbours of these sizes must have: 7/17 of their sum.
fn needed(a: usize, b: usize) -> usize {
    (7 * (a + b)).div_ceil(17)
}

/// How many of a set's first words must be looked up.
fn prefix(size: usize) -> usize {
    size - (7 * size).div_ceil(10) + 1
}

/// The connected components: for each set the place of its component's first member.
pub fn components(sets: &[Vec<Word>]) -> Vec<u32> {
    let mut union = Union((0..sets.len() as u32).collect());
    // Equal sets are neighbours; one of them is enough from here on.
    let mut firsts: FxHashMap<&[Word], u32> = FxHashMap::default();
    let mut distinct: Vec<u32> = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let first = *firsts.entry(set).or_insert_with(|| {
            distinct.push(at as u32);
            at as u32
        });
        union.join(first, at as u32);
    }
    distinct.sort_unstable_by_key(|&at| (sets[at as usize].len(), at));
    let mut index = Index::of(sets);
    let mut candidates = Vec::new();
    for &at in &distinct {
        let set = &sets[at as usize];
        index.candidates(set, sets, prefix(set.len()), &mut candidates);
        for &(other, _) in &candidates {
            if union.root(at) != union.root(other) && are_neighbours(set, &sets[other as usize]) {
                union.join(at, other);
            }
        }
        // Later sets are no smaller, so a shorter prefix will do: theirs must reach 14/17 of this one.
        index.add(at, set, set.len() - (14 * set.len()).div_ceil(17) + 1);
    }
    (0..sets.len() as u32).map(|at| union.root(at)).collect()
}

/// Stars: the sets in the order of their weight become centres, unless they are neighbours of one already; for
/// each set the place of its centre, the most alike, of equals the heaviest.
pub fn stars(sets: &[Vec<Word>], weights: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..sets.len() as u32).collect();
    order.sort_by_key(|&at| (Reverse(weights[at as usize]), at));
    let mut centres: Vec<u32> = (0..sets.len() as u32).collect();
    let mut index = Index { any_size: true, ..Index::of(sets) };
    let mut candidates = Vec::new();
    for (turn, &at) in order.iter().enumerate() {
        let set = &sets[at as usize];
        index.candidates(set, sets, prefix(set.len()), &mut candidates);
        let shared = |other: u32| overlap(set, &sets[other as usize]);
        let best = candidates
            .iter()
            .filter(|(other, _)| are_neighbours(set, &sets[*other as usize]))
            // Compared as fractions: overlap over union.
            .max_by(|(a, a_turn), (b, b_turn)| {
                let (x, y) = (shared(*a), shared(*b));
                let union = |other: u32, shared: usize| set.len() + sets[other as usize].len() - shared;
                (x * union(*b, y)).cmp(&(y * union(*a, x))).then(b_turn.cmp(a_turn))
            });
        match best {
            Some((centre, _)) => centres[at as usize] = *centre,
            None => index.add_at(at, turn as u32, set, prefix(set.len())),
        }
    }
    centres
}

/// The sets by the words of their prefixes.
struct Index {
    /// For each word: set, its turn, and where in the set the word stands; shorter sets first.
    postings: Vec<Postings>,
    /// When each set was last given out: one look-up must not give it twice.
    stamps: Vec<u32>,
    stamp: u32,
    /// Whether sets come in any order of size.
    any_size: bool,
}

#[derive(Clone, Default)]
struct Postings {
    entries: Vec<(u32, u32, u32)>,
    /// Entries before this one are too short for every set to come.
    start: usize,
}

impl Index {
    fn of(sets: &[Vec<Word>]) -> Self {
        let n_words = sets.iter().filter_map(|set| set.last()).max().map_or(0, |last| *last as usize + 1);
        Self {
            postings: vec![Postings::default(); n_words],
            stamps: vec![0; sets.len()],
            stamp: 0,
            any_size: false,
        }
    }

    fn add(&mut self, at: u32, set: &[Word], prefix: usize) {
        self.add_at(at, at, set, prefix);
    }

    fn add_at(&mut self, at: u32, turn: u32, set: &[Word], prefix: usize) {
        for (place, word) in set[..prefix].iter().enumerate() {
            self.postings[*word as usize].entries.push((at, turn, place as u32));
        }
    }

    /// The sets that may be neighbours of this one, each once, with their turns.
    fn candidates(&mut self, set: &[Word], sets: &[Vec<Word>], prefix: usize, found: &mut Vec<(u32, u32)>) {
        found.clear();
        self.stamp += 1;
        let least = (7 * set.len()).div_ceil(10);
        for (place, word) in set[..prefix].iter().enumerate() {
            let postings = &mut self.postings[*word as usize];
            if !self.any_size {
                let skip = |(at, ..): &&(u32, u32, u32)| sets[*at as usize].len() < least;
                postings.start += postings.entries[postings.start..].iter().take_while(skip).count();
            }
            for &(at, turn, other_place) in &postings.entries[postings.start..] {
                let size = sets[at as usize].len();
                if self.any_size && (size < least || 10 * set.len() < 7 * size) {
                    continue;
                }
                // They met here for the first time: what is before counts for nothing, what is behind at most.
                let reach = (set.len() - place).min(size - other_place as usize);
                let stamp = std::mem::replace(&mut self.stamps[at as usize], self.stamp);
                if stamp != self.stamp && reach >= needed(set.len(), size) {
                    found.push((at, turn));
                }
            }
        }
    }
}

/// Union-find with path halving; the root of a group is its first member.
struct Union(Vec<u32>);

impl Union {
    fn root(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            let above = self.0[self.0[at as usize] as usize];
            self.0[at as usize] = above;
            at = above;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Union, are_neighbours, components, sets, stars};

    fn of(texts: &[&str]) -> Vec<Vec<u32>> {
        let words: Vec<Vec<&str>> = texts.iter().map(|text| text.split(' ').collect()).collect();
        sets(words.iter().map(Vec::as_slice))
    }

    #[test]
    fn seven_of_ten_words_are_enough_and_less_are_not() {
        let groups =
            components(&of(&["a b c d e f g", "a b c d e f g h i j", "a b c d e f g h i j k", "x y", "y x"]));
        assert_eq!(groups, [0, 0, 0, 3, 3]);
        assert_eq!(components(&of(&["a b c d e f g", "a b c d e f g h i j k"])), [0, 1]);
        assert_eq!(components(&of(&["a a b", "b a"])), [0, 0]);
    }

    #[test]
    fn a_star_does_not_follow_a_chain() {
        let chain = of(&["a b c d e f", "a b c d e f g", "a b c d e f g h", "a b c d e f g h i j"]);
        assert_eq!(components(&chain), [0, 0, 0, 0]);
        assert_eq!(stars(&chain, &[5, 1, 1, 1]), [0, 0, 0, 3]);
        assert_eq!(stars(&chain, &[1, 1, 1, 5]), [0, 0, 3, 3]);
    }

    /// Every pair, one after the other.
    fn brute_force(sets: &[Vec<u32>]) -> Vec<u32> {
        let mut union = Union((0..sets.len() as u32).collect());
        for a in 0..sets.len() {
            for b in 0..a {
                if are_neighbours(&sets[a], &sets[b]) {
                    union.join(a as u32, b as u32);
                }
            }
        }
        (0..sets.len() as u32).map(|at| union.root(at)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn the_join_equals_brute_force(texts in prop::collection::vec(prop::collection::vec(0_u8..12, 1..14), 1..60)) {
            let words: Vec<Vec<String>> =
                texts.iter().map(|text| text.iter().map(|word| format!("w{}", word * word % 17)).collect()).collect();
            let words: Vec<Vec<&str>> = words.iter().map(|text| text.iter().map(String::as_str).collect()).collect();
            let sets = sets(words.iter().map(Vec::as_slice));
            prop_assert_eq!(components(&sets), brute_force(&sets));
            let weights: Vec<u64> = (0..sets.len() as u64).map(|at| at * 7 % 5).collect();
            let centres = stars(&sets, &weights);
            for (at, &centre) in centres.iter().enumerate() {
                prop_assert_eq!(centres[centre as usize], centre);
                prop_assert!(are_neighbours(&sets[at], &sets[centre as usize]));
                // A centre has no neighbour among the heavier centres.
                for (other, &its) in centres.iter().enumerate() {
                    if centre as usize == at && its as usize == other && at != other {
                        prop_assert!(!are_neighbours(&sets[at], &sets[other]));
                    }
                }
            }
        }
    }
}
