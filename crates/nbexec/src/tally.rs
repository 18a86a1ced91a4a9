//! What occurs most often in a stream without end, in bounded memory.

use std::collections::BTreeMap;

/// Different names that are kept; behind that, the rarest make room.
const MAX_NAMES: usize = 10_000;

/// How often each name has occurred.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<String, u64>);

impl Tally {
    /// One more; `""` is no name.
    pub fn add(&mut self, name: &str) {
        if name.is_empty() {
            return;
        }
        *self.0.entry(name.to_owned()).or_default() += 1;
        let mut rare = 1;
        while self.0.len() > MAX_NAMES {
            self.0.retain(|_, n| *n > rare);
            rare *= 2;
        }
    }

    /// The `limit` most frequent, the most frequent first, equals by name.
    pub fn most(&self, limit: usize) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(name, n)| (name.clone(), *n)).collect();
        all.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        all.truncate(limit);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAMES, Tally};

    #[test]
    fn the_most_frequent_first_and_never_too_many() {
        let mut tally = Tally::default();
        for name in ["b", "", "a", "c", "c"] {
            tally.add(name);
        }
        let most =
            |tally: &Tally, limit| tally.most(limit).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(most(&tally, 2), ["c", "a"]);
        for number in 0..3 * MAX_NAMES {
            tally.add(&number.to_string());
            tally.add("c");
        }
        assert_eq!(tally.most(1), [("c".to_owned(), 2 + 3 * MAX_NAMES as u64)]);
        assert!(tally.0.len() <= MAX_NAMES);
    }
}
