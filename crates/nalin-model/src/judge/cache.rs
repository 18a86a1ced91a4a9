//! A cache of answers: direct-mapped, without locks.
//!
//! To a report of many findings the same few names are put to values that look alike to the judge, again and again.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Answers by the hash of the question. Questions share an entry by chance, and a new answer takes an old one's.
pub(super) struct Cache(Box<[[AtomicU64; 2]]>);

/// Answers that are kept: 4 MB of them.
const ENTRIES: usize = 1 << 18;

impl Cache {
    pub(super) fn new() -> Self {
        Self((0..ENTRIES).map(|_| [const { AtomicU64::new(0) }; 2]).collect())
    }

    /// The answer to a question, from here or else from `answer`, which must always give the same.
    pub(super) fn get(&self, question: u64, answer: impl FnOnce() -> f32) -> f32 {
        let [mixed, kept] = &self.0[question as usize % ENTRIES];
        // The two halves may be of two answers, as nobody waits for anybody; then they do not make the question.
        let found = kept.load(Relaxed);
        if found != 0 && mixed.load(Relaxed) ^ found == question {
            return f32::from_bits(found as u32);
        }
        let answer = answer();
        // The upper half tells an answer of 0 from none.
        let found = 1 << 32 | u64::from(answer.to_bits());
        mixed.store(question ^ found, Relaxed);
        kept.store(found, Relaxed);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{Cache, ENTRIES};

    #[test]
    fn each_question_has_its_own_answer() {
        let cache = Cache::new();
        let asked = Cell::new(0);
        let ask = |question: u64| {
            let answer = || {
                asked.set(asked.get() + 1);
                question as f32
            };
            assert_eq!(cache.get(question, answer), question as f32);
        };
        [0, 7, 0, 7].into_iter().for_each(ask);
        assert_eq!(asked.get(), 2);
        // In the same place.
        [7 + ENTRIES as u64, 7].into_iter().for_each(ask);
        assert_eq!(asked.get(), 4);
    }
}
