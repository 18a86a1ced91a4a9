//! How many groups attest each fact.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::counts::Counts;

/// Something that a group (a repository, a package) attests, under the hashed keys that it is counted by.
pub trait Observation: Sync {
    /// No joint key needs more groups than this to be kept.
    const MAX_SUPPORT: usize;

    /// The group that attests it, as any number that it shares with no other.
    fn group(&self) -> u32;

    /// The keys that are counted once a group, of those that at least `min_support` groups must attest to be kept:
    /// what few attest is most of all that is attested, and says next to nothing.
    fn joint_keys(&self, min_support: usize) -> Vec<u32>;

    /// The keys that are counted each time, whoever attests them: from these come the base rates.
    fn marginal_keys(&self) -> impl Iterator<Item = u32>;
}

/// Counts of facts, by hashed key.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// How many groups attest each joint key.
    pub(crate) joint: Counts,
    /// How often each marginal key was counted.
    pub(crate) marginal: FxHashMap<u32, u32>,
    /// Which groups attest each joint key, while training.
    pub(crate) groups: Option<Groups>,
}

/// The groups that attest each joint key, one key's behind another's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Groups {
    all: Vec<u32>,
    /// Where those of each key begin, by its place among the keys, and behind them where the last end.
    starts: Vec<u32>,
}

impl Groups {
    fn of(&self, place: usize) -> &[u32] {
        &self.all[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

impl Tally {
    /// Counts observations, on the current rayon pool.
    pub fn of<O: Observation>(observations: &[O]) -> Self {
        let mut attested: Vec<(u32, u32)> = Vec::new();
        for min_support in 1..=O::MAX_SUPPORT {
            let keys = |observation: &O| {
                let group = observation.group();
                observation.joint_keys(min_support).into_iter().map(move |key| (key, group))
            };
            let mut found: Vec<(u32, u32)> = observations.par_iter().flat_map_iter(keys).collect();
            found.par_sort_unstable();
            found.dedup();
            let by_key = found.chunk_by(|one, other| one.0 == other.0);
            attested.extend(by_key.filter(|groups| groups.len() >= min_support).flatten());
        }
        attested.par_sort_unstable();
        let (mut counted, mut starts) = (Vec::new(), vec![0]);
        for groups in attested.chunk_by(|one, other| one.0 == other.0) {
            counted.push((groups[0].0, groups.len().min(usize::from(u16::MAX)) as u16));
            starts.push(starts[starts.len() - 1] + groups.len() as u32);
        }
        let groups = Groups { all: attested.into_iter().map(|(_, group)| group).collect(), starts };
        let mut marginal = FxHashMap::default();
        for key in observations.iter().flat_map(O::marginal_keys) {
            *marginal.entry(key).or_default() += 1;
        }
        // What was seen once is as common as what never was.
        marginal.retain(|_, n| *n > 1);
        Self { joint: Counts::of(counted.into_iter()), marginal, groups: Some(groups) }
    }

    /// Forgets which groups attest what, when nothing more is to be learned.
    pub fn forget_groups(&mut self) {
        self.groups = None;
    }

    /// How many groups attest a joint key, without those of `except` (as long as it is known who they are).
    pub fn joint(&self, key: u32, except: &[u32]) -> f32 {
        let n = self.joint.get(key);
        let (false, Some(groups)) = (n == 0 || except.is_empty(), &self.groups) else { return n as f32 };
        let groups = self.joint.place(key).map_or(&[][..], |place| groups.of(place));
        let attests = |&(at, group): &(usize, &u32)| {
            !except[..at].contains(group) && groups.binary_search(group).is_ok()
        };
        (n - except.iter().enumerate().filter(attests).count() as u32) as f32
    }

    /// How often a marginal key was counted; 0 for what was seen once, too.
    pub fn marginal(&self, key: u32) -> u32 {
        self.marginal.get(&key).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Observation, Tally};

    /// A package calls a function with an argument.
    struct Call(u32, u32);

    impl Observation for Call {
        const MAX_SUPPORT: usize = 2;

        fn group(&self) -> u32 {
            self.0
        }

        fn joint_keys(&self, min_support: usize) -> Vec<u32> {
            if min_support == 2 { vec![self.1 << 8] } else { vec![self.1] }
        }

        fn marginal_keys(&self) -> impl Iterator<Item = u32> {
            std::iter::once(self.1)
        }
    }

    #[test]
    fn groups_count_once_and_those_excepted_not_at_all() {
        let mut tally = Tally::of(&[Call(1, 7), Call(1, 7), Call(2, 7), Call(2, 9)]);
        assert_eq!([tally.joint(7, &[]), tally.joint(7, &[1]), tally.joint(7, &[1, 2, 1])], [2.0, 1.0, 0.0]);
        assert_eq!(tally.joint(7, &[5]), 2.0, "who attests nothing can be excepted");
        assert_eq!([tally.joint(9 << 8, &[]), tally.joint(7 << 8, &[])], [0.0, 2.0], "one group is too few");
        assert_eq!([tally.joint(9, &[]), tally.joint(8, &[])], [1.0, 0.0]);
        assert_eq!([tally.marginal(7), tally.marginal(9)], [3, 0], "seen once is as rare as never");
        tally.forget_groups();
        assert_eq!(tally.joint(7, &[1]), 2.0);
    }
}
