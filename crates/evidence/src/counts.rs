//! How often each of a million hashes was counted, made to be asked.
//!
//! A judgement asks for some hundred counts from all over the table, most of them of facts that are not there.
//! What is asked is small, so that much of it stays in the processor's caches, and no branch depends on what is
//! read there, so that many look-ups are under way at a time.

/// Counts by hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counts {
    /// The lower half of each hash, and below it the count; in the order of the hashes.
    entries: Vec<u32>,
    /// Where those begin whose upper bits are a given number, and behind them where the last end.
    starts: Vec<u32>,
    /// How far a hash is shifted to be left with those bits.
    shift: u32,
}

/// The half of a hash that an entry does not hold.
const HALF: u32 = 16;
const LOWER: u32 = (1 << HALF) - 1;

impl Counts {
    /// Of hashes in their order, each once, with their counts.
    pub(super) fn of(counted: impl ExactSizeIterator<Item = (u32, u16)>) -> Self {
        // About four entries share their upper bits.
        let bits = HALF.max((counted.len() as u32 / 4).max(1).ilog2());
        let (shift, mut starts) = (32 - bits, Vec::with_capacity((1 << bits) + 1));
        let entry = |(place, (hash, n)): (usize, (u32, u16))| {
            starts.resize((hash >> shift) as usize + 1, place as u32);
            hash << HALF | u32::from(n)
        };
        let entries: Vec<u32> = counted.enumerate().map(entry).collect();
        starts.resize((1 << bits) + 1, entries.len() as u32);
        Self { entries, starts, shift }
    }

    /// The count of a hash, 0 where there is none.
    pub(super) fn get(&self, hash: u32) -> u32 {
        let bucket = (hash >> self.shift) as usize;
        let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        // Of the entry with the same lower half nothing but its count is left, and of no other as little.
        let least = entries.iter().fold(u32::MAX, |least, entry| least.min(entry ^ (hash << HALF)));
        if least <= LOWER { least } else { 0 }
    }

    /// The place of a hash among all in their order, if it is there.
    pub(super) fn place(&self, hash: u32) -> Option<usize> {
        let bucket = (hash >> self.shift) as usize;
        let places = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
        places.into_iter().find(|&place| self.entries[place] ^ (hash << HALF) <= LOWER)
    }

    /// All hashes with their counts, in the order of the hashes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.starts.windows(2).zip(0..).flat_map(move |(bucket, upper)| {
            let entries = &self.entries[bucket[0] as usize..bucket[1] as usize];
            entries.iter().map(move |entry| (upper << self.shift | entry >> HALF, entry & LOWER))
        })
    }

    /// How many hashes there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use records::Random;

    use super::Counts;

    #[test]
    fn every_hash_is_found_and_no_other() {
        let mut random = Random::keyed(1, "test", "");
        for n in [0, 1, 3, 400_000] {
            let mut hashes: Vec<u32> =
                (0..n).map(|_| random.bits() as u32).chain([0, 77, u32::MAX]).collect();
            hashes.truncate(n.max(1));
            hashes.sort_unstable();
            hashes.dedup();
            let counted: Vec<(u32, u16)> =
                hashes.iter().map(|&hash| (hash, (hash % 65_535) as u16 + 1)).collect();
            let counts = Counts::of(counted.iter().copied());
            assert_eq!(counts.len(), counted.len());
            assert!(counts.iter().eq(counted.iter().map(|&(hash, n)| (hash, u32::from(n)))));
            assert!(counted.iter().all(|&(hash, n)| counts.get(hash) == u32::from(n)));
            assert!(counted.iter().zip(0..).all(|((hash, _), place)| counts.place(*hash) == Some(place)));
            let other = |hash: &u32| hashes.binary_search(hash).is_err();
            let others = hashes.iter().flat_map(|hash| [hash.wrapping_add(1), hash ^ 0x8000_0000]);
            let is_not_there = |hash| counts.get(hash) == 0 && counts.place(hash).is_none();
            assert!(others.filter(other).all(is_not_there));
        }
    }
}
