//! The parts of the data: groups that must not be torn, dealt out by the hash of their key.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use records::Split;

use crate::config::Config;

/// Deals out rows by group: for each row the part that its group belongs to.
///
/// `groups` has for every row the hash of seed and group; the result depends on the set of rows alone.
/// Groups go, in the order of their hashes, to the test part as long as that brings it nearer to its share,
/// then to the validation part, and all others to training: so the shares are met as well as the sizes
/// of groups allow, and each group has its chance.
pub fn deal(groups: &[u64], config: &Config) -> Vec<Split> {
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    for group in groups {
        *sizes.entry(*group).or_default() += 1;
    }
    let mut parts: BTreeMap<u64, Split> = BTreeMap::new();
    if let Some((fold, folds)) = config.fold {
        parts.extend(members(&sizes, fold, folds).into_iter().map(|group| (group, Split::Test)));
    } else {
        take(&sizes, config.test * groups.len() as f64, Split::Test, &mut parts);
    }
    take(&sizes, config.valid * groups.len() as f64, Split::Valid, &mut parts);
    groups.iter().map(|group| parts.get(group).copied().unwrap_or(Split::Train)).collect()
}

/// Takes free groups into `part` until it has about `target` rows.
fn take(sizes: &BTreeMap<u64, u64>, target: f64, part: Split, parts: &mut BTreeMap<u64, Split>) {
    let mut left = target;
    for (group, size) in sizes {
        let size = *size as f64;
        // Nearer with the group than without it.
        if !parts.contains_key(group) && size < 2.0 * left {
            parts.insert(*group, part);
            left -= size;
        }
    }
}

/// The groups of one fold: the largest first, each to the fold that has least.
fn members(sizes: &BTreeMap<u64, u64>, fold: u32, folds: u32) -> Vec<u64> {
    let mut by_size: Vec<(u64, u64)> = sizes.iter().map(|(group, size)| (*group, *size)).collect();
    by_size.sort_by_key(|(group, size)| (Reverse(*size), *group));
    let mut totals = vec![0_u64; folds as usize];
    let mut chosen = Vec::new();
    for (group, size) in by_size {
        let lightest = (0..totals.len()).min_by_key(|fold| totals[*fold]).unwrap_or(0);
        totals[lightest] += size;
        if lightest + 1 == fold as usize {
            chosen.push(group);
        }
    }
    chosen
}

/// The published split, for positives and negatives each on their own: the first rows in a random order
/// are for the test, 80 % of the others for training and 20 % for validation. `keys` are the rows'
/// random numbers.
pub fn published(keys: &[u64], test_per_class: usize) -> Vec<Split> {
    let n_test = if keys.len() < test_per_class { keys.len() / 20 } else { test_per_class };
    let n_train = (keys.len() - n_test) * 4 / 5;
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|row| (keys[*row], *row));
    let mut parts = vec![Split::Valid; keys.len()];
    for (place, row) in order.into_iter().enumerate() {
        if place < n_test {
            parts[row] = Split::Test;
        } else if place < n_test + n_train {
            parts[row] = Split::Train;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use records::{Random, Split};

    use super::{deal, published};
    use crate::config::{Config, Preset};

    fn shares(parts: &[Split]) -> [f64; 3] {
        [Split::Train, Split::Valid, Split::Test]
            .map(|part| parts.iter().filter(|p| **p == part).count() as f64 / parts.len() as f64)
    }

    /// Groups of very different sizes.
    fn groups(n: u64) -> Vec<u64> {
        let mut random = Random::keyed(7, "test", "");
        let mut rows = Vec::new();
        for _ in 0..n {
            let group = random.bits();
            rows.extend((0..1 + random.below(50) * random.below(20)).map(|_| group));
        }
        rows
    }

    #[test]
    fn shares_are_met_and_groups_stay_whole() {
        let rows = groups(60);
        let parts = deal(&rows, &Config::of(Preset::Default));
        let [train, valid, test] = shares(&parts);
        assert!((train - 0.7).abs() < 0.03 && (valid - 0.1).abs() < 0.03 && (test - 0.2).abs() < 0.03);
        for (a, part) in rows.iter().zip(&parts) {
            assert!(rows.iter().zip(&parts).all(|(b, other)| a != b || part == other));
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let rows = groups(20);
        let parts = deal(&rows, &Config::of(Preset::Default));
        let reversed: Vec<u64> = rows.iter().rev().copied().collect();
        let parts_reversed = deal(&reversed, &Config::of(Preset::Default));
        assert!(parts.iter().eq(parts_reversed.iter().rev()));
    }

    #[test]
    fn every_row_is_tested_in_one_fold() {
        let rows = groups(40);
        let mut tested = vec![0; rows.len()];
        for fold in 1..=5 {
            let parts = deal(&rows, &Config { fold: Some((fold, 5)), ..Config::of(Preset::Default) });
            let [_, valid, test] = shares(&parts);
            assert!((test - 0.2).abs() < 0.03 && (valid - 0.1).abs() < 0.03, "{test} {valid}");
            for (n, part) in tested.iter_mut().zip(&parts) {
                *n += u32::from(*part == Split::Test);
            }
        }
        assert!(tested.iter().all(|n| *n == 1));
    }

    #[test]
    fn few_groups_and_no_shares() {
        assert_eq!(shares(&deal(&[1, 1, 1], &Config::of(Preset::Default))), [1.0, 0.0, 0.0]);
        let none = Config { valid: 0.0, test: 0.0, ..Config::of(Preset::Default) };
        assert_eq!(shares(&deal(&groups(9), &none)), [1.0, 0.0, 0.0]);
        assert!(deal(&[], &none).is_empty());
    }

    #[test]
    fn the_published_split() {
        let keys: Vec<u64> = groups(300).into_iter().zip(0..).map(|(group, n)| group ^ n).collect();
        let count = |parts: &[Split], part| parts.iter().filter(|p| **p == part).count();
        let few = published(&keys[..4999], 5000);
        assert_eq!((count(&few, Split::Test), count(&few, Split::Train)), (249, 3800));
        let many = published(&keys[..5001], 5000);
        assert_eq!((count(&many, Split::Test), count(&many, Split::Train)), (5000, 0));
    }
}
