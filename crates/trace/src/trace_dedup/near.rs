//! Programs that are nearly the same: of all their different tokens a share is common (Jaccard).
//!
//! Candidates come from MinHash with 256 values in 32 bands of 8: of pairs at a share of 0.85 one in 25,000 is
//! missed. The share is then counted exactly, on hashes of the tokens.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::tokens::{Kind, tokens};

const BANDS: u64 = 32;
const ROWS: u64 = 8;

/// What is known of a program's tokens.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// Hashes of its names, numbers and strings, sorted, each once; none when they are too few.
    tokens: Vec<u32>,
    /// A key for each band.
    bands: Vec<u64>,
}

impl Sketch {
    /// Sketches a program that has at least so many different tokens.
    pub fn of(code: &str, min_tokens: usize) -> Self {
        let says = |kind: Kind| {
            matches!(kind, Kind::Name | Kind::Keyword | Kind::Value | Kind::Text | Kind::Operator)
        };
        let all = tokens(code);
        let mut hashes: Vec<u32> =
            all.iter().filter(|token| says(token.kind)).map(|token| hash(token.text)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.len() < min_tokens.max(1) {
            return Self::default();
        }
        let bands = bands(&hashes);
        Self { tokens: hashes, bands }
    }
}

/// The programs seen so far that are nearly the same as none before.
pub struct Firsts {
    near: f64,
    sketches: Vec<(u32, Vec<u32>)>,
    bands: FxHashMap<u64, Vec<u32>>,
}

impl Firsts {
    /// None, with the share from which on two are nearly the same.
    pub fn new(near: f64) -> Self {
        Self { near, sketches: Vec::new(), bands: FxHashMap::default() }
    }

    /// The number of the earliest that is nearly the same.
    pub fn like(&self, sketch: &Sketch) -> Option<u32> {
        let candidates: BTreeSet<u32> =
            sketch.bands.iter().filter_map(|band| self.bands.get(band)).flatten().copied().collect();
        let is_near = |at: &u32| similarity(&self.sketches[*at as usize].1, &sketch.tokens) >= self.near;
        candidates.into_iter().find(is_near).map(|at| self.sketches[at as usize].0)
    }

    /// Remembers a program under a number.
    pub fn add(&mut self, sketch: Sketch, number: u32) {
        let at = self.sketches.len() as u32;
        for band in sketch.bands {
            self.bands.entry(band).or_default().push(at);
        }
        self.sketches.push((number, sketch.tokens));
    }
}

/// The share of the tokens of two programs that they have in common.
fn similarity(a: &[u32], b: &[u32]) -> f64 {
    let (mut common, mut i, mut j) = (0, 0, 0);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        common += usize::from(left == right);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    common as f64 / (a.len() + b.len() - common).max(1) as f64
}

/// FNV-1a, its better half.
fn hash(text: &str) -> u32 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    (scatter(text.bytes().fold(0xcbf2_9ce4_8422_2325, step)) >> 32) as u32
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the value.
fn scatter(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// MinHash by multiply-shift hashing, a key for each band.
fn bands(tokens: &[u32]) -> Vec<u64> {
    let minimum = |hash: u64| {
        let (factor, summand) = (scatter(2 * hash) | 1, scatter(2 * hash + 1));
        tokens.iter().map(|&token| u64::from(token).wrapping_mul(factor).wrapping_add(summand) >> 32).min()
    };
    let key = |band: u64| {
        let rows = (band * ROWS..(band + 1) * ROWS).map(|hash| minimum(hash).unwrap_or(0));
        rows.fold(band, |key, value| scatter(key ^ value))
    };
    (0..BANDS).map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::{Firsts, Sketch, similarity};

    #[test]
    fn the_share_decides_exactly() {
        let code = |range: std::ops::Range<u32>| range.map(|n| format!("v{n}\n")).collect::<String>();
        for kept in [100, 150, 168, 172, 180, 199] {
            let (whole, part) = (Sketch::of(&code(0..200), 10), Sketch::of(&code(0..kept), 10));
            let share = similarity(&whole.tokens, &part.tokens);
            assert!((share - f64::from(kept) / 200.0).abs() < 1e-9, "{kept}: {share}");
            let mut firsts = Firsts::new(0.85);
            firsts.add(whole, 7);
            assert_eq!(firsts.like(&part), (share >= 0.85).then_some(7), "{kept}");
        }
        assert!(Sketch::of("a b c", 10).bands.is_empty());
    }
}
