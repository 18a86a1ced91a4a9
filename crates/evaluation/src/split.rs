//! Parts of the data: groups (repositories, notebooks) that must not be torn, dealt out by the hash of their key.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use records::{Split, id_of};

/// The shares of the rows that are for validation and for the test; the rest is for training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// For validation.
    pub valid: f64,
    /// For the test.
    pub test: f64,
}

impl Shares {
    /// The part of a group that drew a number in [0, 1): each group on its own, so that a stream can be split as it
    /// comes. The shares are met on average.
    pub fn of_draw(self, draw: f64) -> Split {
        match draw {
            draw if draw < self.test => Split::Test,
            draw if draw < self.test + self.valid => Split::Valid,
            _ => Split::Train,
        }
    }
}

/// Deals out rows by group: for each row the part that its group belongs to.
///
/// `groups` has for every row the hash of seed and group; the result depends on the set of rows alone. Groups go, in
/// the order of their hashes, to the test part as long as that brings it nearer to its share, then to the validation
/// part, and all others to training: so the shares are met as well as the sizes of groups allow, and each group has its
/// chance.
pub fn by_size(groups: &[u64], shares: Shares) -> Vec<Split> {
    let sizes = sizes(groups);
    let mut parts = BTreeMap::new();
    take(&sizes, shares.test * groups.len() as f64, Split::Test, &mut parts);
    take(&sizes, shares.valid * groups.len() as f64, Split::Valid, &mut parts);
    of_groups(groups, &parts)
}

/// As [`by_size`], but for the test part, which is the fold of this number, from 1, of so many: over all folds each
/// group is tested once.
pub fn by_fold(groups: &[u64], (fold, folds): (u32, u32), valid: f64) -> Vec<Split> {
    let sizes = sizes(groups);
    let of_fold = members(&sizes, fold, folds).into_iter();
    let mut parts: BTreeMap<u64, Split> = of_fold.map(|group| (group, Split::Test)).collect();
    take(&sizes, valid * groups.len() as f64, Split::Valid, &mut parts);
    of_groups(groups, &parts)
}

/// Holds out `share` of the groups, rounded down: not by chance but exactly, those with the lowest hashes of seed and
/// group.
pub fn hold_out(groups: BTreeSet<String>, share: f64, seed: u64) -> BTreeSet<String> {
    let (seed, n) = (seed.to_string(), (groups.len() as f64 * share) as usize);
    let mut hashed: Vec<(String, String)> =
        groups.into_iter().map(|group| (id_of([seed.as_str(), &group]), group)).collect();
    hashed.sort_unstable();
    hashed.into_iter().take(n).map(|(_, group)| group).collect()
}

fn sizes(groups: &[u64]) -> BTreeMap<u64, u64> {
    let mut sizes = BTreeMap::new();
    for group in groups {
        *sizes.entry(*group).or_default() += 1;
    }
    sizes
}

fn of_groups(groups: &[u64], parts: &BTreeMap<u64, Split>) -> Vec<Split> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use records::{Random, Split};

    use super::{Shares, by_fold, by_size, hold_out};

    const SHARES: Shares = Shares { valid: 0.1, test: 0.2 };

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
        let parts = by_size(&rows, SHARES);
        let [train, valid, test] = shares(&parts);
        assert!((train - 0.7).abs() < 0.03 && (valid - 0.1).abs() < 0.03 && (test - 0.2).abs() < 0.03);
        for (a, part) in rows.iter().zip(&parts) {
            assert!(rows.iter().zip(&parts).all(|(b, other)| a != b || part == other));
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let rows = groups(20);
        let reversed: Vec<u64> = rows.iter().rev().copied().collect();
        assert!(by_size(&rows, SHARES).iter().eq(by_size(&reversed, SHARES).iter().rev()));
    }

    #[test]
    fn every_row_is_tested_in_one_fold() {
        let rows = groups(40);
        let mut tested = vec![0; rows.len()];
        for fold in 1..=5 {
            let parts = by_fold(&rows, (fold, 5), 0.1);
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
        assert_eq!(shares(&by_size(&[1, 1, 1], SHARES)), [1.0, 0.0, 0.0]);
        let none = Shares { valid: 0.0, test: 0.0 };
        assert_eq!(shares(&by_size(&groups(9), none)), [1.0, 0.0, 0.0]);
        assert!(by_size(&[], none).is_empty());
    }

    #[test]
    fn draws_go_to_test_first_then_to_valid() {
        assert_eq!(
            [0.0, 0.19, 0.21, 0.29, 0.31, 0.99].map(|draw| SHARES.of_draw(draw)),
            [Split::Test, Split::Test, Split::Valid, Split::Valid, Split::Train, Split::Train]
        );
    }

    #[test]
    fn a_tenth_is_held_out_to_the_group() {
        let groups: BTreeSet<String> = (0..39).map(|n| n.to_string()).collect();
        let held = hold_out(groups.clone(), 0.1, 1);
        assert!(held.len() == 3 && held.is_subset(&groups) && held != hold_out(groups, 0.1, 2));
    }
}
