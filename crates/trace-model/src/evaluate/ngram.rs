//! A baseline that knows nothing of programs: which byte follows the last few bytes, with back-off.
//!
//! Witten and Bell's interpolation: what a context has not shown gets as much weight as it has shown different
//! bytes, shared out as the context one byte shorter says.

use rustc_hash::FxHashMap;

use super::tally::Hit;

/// What followed a context: bytes and how often.
type Followers = Vec<(u8, u32)>;

/// An n-gram model over bytes.
pub(super) struct Ngram {
    /// By the length of the context, from 0.
    orders: Vec<FxHashMap<Box<[u8]>, Followers>>,
}

impl Ngram {
    /// Counts what follows up to `order` bytes in these texts.
    pub(super) fn learn(texts: &[Vec<u8>], order: usize) -> Self {
        let mut orders: Vec<FxHashMap<Box<[u8]>, Followers>> = Vec::new();
        for length in 0..=order {
            let mut contexts: FxHashMap<Box<[u8]>, Followers> = FxHashMap::default();
            for text in texts {
                for at in length..text.len() {
                    let context = &text[at - length..at];
                    // A context that was seen once says no more when it is longer: most are such.
                    let is_known = |shorter: &FxHashMap<Box<[u8]>, Followers>| {
                        shorter.get(&context[1..]).is_some_and(|followers| total(followers) > 1)
                    };
                    if length > 0 && !orders.last().is_some_and(is_known) {
                        continue;
                    }
                    match contexts.get_mut(context) {
                        Some(followers) => match followers.iter_mut().find(|(byte, _)| *byte == text[at]) {
                            Some((_, count)) => *count += 1,
                            None => followers.push((text[at], 1)),
                        },
                        None => {
                            contexts.insert(context.into(), vec![(text[at], 1)]);
                        }
                    }
                }
            }
            orders.push(contexts);
        }
        Self { orders }
    }

    /// The probability of each byte behind a text.
    fn probabilities(&self, before: &[u8]) -> [f64; 256] {
        let mut shares = [1.0 / 256.0; 256];
        for (length, contexts) in self.orders.iter().enumerate() {
            let Some(start) = before.len().checked_sub(length) else { break };
            let Some(followers) = contexts.get(&before[start..]) else { break };
            let (kinds, all) = (followers.len() as f64, f64::from(total(followers)));
            shares.iter_mut().for_each(|share| *share *= kinds / (kinds + all));
            for &(byte, count) in followers {
                shares[usize::from(byte)] += f64::from(count) / (kinds + all);
            }
        }
        shares
    }

    /// What is expected behind a text, beside what stands there.
    pub(super) fn hit(&self, before: &[u8], truth: u8) -> Hit {
        let shares = self.probabilities(before);
        let best = shares
            .iter()
            .enumerate()
            .fold(0, |best, (at, share)| if *share > shares[best] { at } else { best });
        Hit {
            is_right: best == usize::from(truth),
            ends: best == usize::from(b'\n'),
            bits: -shares[usize::from(truth)].log2(),
        }
    }
}

fn total(followers: &Followers) -> u32 {
    followers.iter().map(|(_, count)| count).sum()
}

#[cfg(test)]
mod tests {
    use super::Ngram;

    #[test]
    fn probabilities_by_hand() {
        let ngram = Ngram::learn(&[b"abab\nac".to_vec()], 1);
        // Seven bytes of four kinds: 3 a, 2 b, a newline, a c. Behind `a`: b twice and c.
        let none = 4.0 / 11.0 / 256.0;
        let at = |shares: [f64; 256], byte: u8| shares[usize::from(byte)];
        let behind_a = ngram.probabilities(b"xa");
        assert!((at(behind_a, b'b') - (2.0 + 2.0 * (2.0 / 11.0 + none)) / 5.0).abs() < 1e-12);
        assert!((at(behind_a, b'z') - 2.0 / 5.0 * none).abs() < 1e-12);
        // `z` was never seen, so nothing is known but how frequent bytes are.
        assert!((at(ngram.probabilities(b"z"), b'a') - (3.0 / 11.0 + none)).abs() < 1e-12);
        assert!((behind_a.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_likeliest_byte_is_expected() {
        let ngram = Ngram::learn(&[b"ab\nab\nac\n".to_vec()], 2);
        let hit = ngram.hit(b"a", b'b');
        assert!(hit.is_right && !hit.ends && hit.bits < 1.2);
        assert!(ngram.hit(b"ab", b'x').ends && !ngram.hit(b"ab", b'x').is_right);
    }
}
