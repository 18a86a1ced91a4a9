//! Scripts that repeat an earlier one.
//!
//! Exactly: the code is the same, and so is the `id`. Nearly: of all runs of five tokens within a cell at
//! least 80% occur in both (Jaccard). Candidates come from MinHash (100 values in 20 bands of 5: a pair at
//! 80% is missed once in 2,800 times), the share is then counted exactly. A repetition is compared
//! with firsts only, so there are no chains: `duplicate_of` always names a script that repeats nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use records::Script;

/// Tokens in a run.
const RUN: usize = 5;
const BANDS: usize = 20;
const ROWS: usize = 5;
/// The share of common runs from which on a script repeats another.
const NEAR: f64 = 0.8;

/// What is known of a script's runs: made by a worker, kept for firsts.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// Hashes of its runs, sorted, each once.
    runs: Vec<u32>,
    /// One key for each band of the MinHash; empty when there are no runs.
    bands: Vec<u64>,
}

impl Sketch {
    /// Sketches a script's code, cell by cell: the order of the cells does not matter.
    pub fn of(script: &Script) -> Self {
        let lines: Vec<&str> = script.code.lines().collect();
        let mut runs = Vec::new();
        for cell in &script.cells {
            let rows = cell.first_row as usize - 1..cell.last_row as usize;
            let tokens: Vec<u64> =
                lines.get(rows).unwrap_or_default().iter().flat_map(|line| tokens(line)).collect();
            let length = RUN.min(tokens.len()).max(1);
            runs.extend(tokens.windows(length).map(|run| (combine(run) >> 32) as u32));
        }
        runs.sort_unstable();
        runs.dedup();
        let bands = if runs.is_empty() { Vec::new() } else { bands(&runs) };
        Self { runs, bands }
    }
}

/// The firsts seen so far.
#[derive(Default)]
pub struct Seen {
    ids: HashSet<String>,
    firsts: Vec<(String, Vec<u32>)>,
    bands: HashMap<u64, Vec<u32>>,
}

impl Seen {
    /// The `id` of the first that this script repeats; otherwise it is a first itself from now on.
    /// Without a sketch only exact repetitions are found.
    pub fn original_of(&mut self, script: &Script, sketch: Option<Sketch>) -> Option<String> {
        if self.ids.contains(&script.id) {
            return Some(script.id.clone());
        }
        if let Some(sketch) = sketch {
            if let Some(original) = self.nearest(&sketch) {
                return Some(original);
            }
            let position = u32::try_from(self.firsts.len()).unwrap_or(u32::MAX);
            for band in sketch.bands {
                self.bands.entry(band).or_default().push(position);
            }
            self.firsts.push((script.id.clone(), sketch.runs));
        }
        self.ids.insert(script.id.clone());
        None
    }

    /// The earliest first that is near enough.
    fn nearest(&self, sketch: &Sketch) -> Option<String> {
        let candidates: BTreeSet<u32> =
            sketch.bands.iter().filter_map(|band| self.bands.get(band)).flatten().copied().collect();
        let near = |position: &u32| similarity(&self.firsts[*position as usize].1, &sketch.runs) >= NEAR;
        candidates.into_iter().find(near).map(|position| self.firsts[position as usize].0.clone())
    }
}

/// The share of the runs of two scripts that they have in common.
fn similarity(a: &[u32], b: &[u32]) -> f64 {
    let (mut common, mut i, mut j) = (0, 0, 0);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        common += usize::from(left == right);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    common as f64 / (a.len() + b.len() - common) as f64
}

/// The hashes of a line's words and signs.
fn tokens(line: &str) -> impl Iterator<Item = u64> + '_ {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    line.as_bytes()
        .chunk_by(move |a, b| is_word(a) && is_word(b))
        .filter(|token| !token[0].is_ascii_whitespace())
        .map(|token| token.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| step(hash, u64::from(byte))))
}

/// One step of FNV-1a.
fn step(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3)
}

fn combine(values: &[u64]) -> u64 {
    values.iter().fold(0, |hash, &value| scatter(hash ^ value))
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the value.
fn scatter(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// MinHash by multiply-shift hashing, a key for each band.
fn bands(runs: &[u32]) -> Vec<u64> {
    let minimum = |hash: u64| {
        let (factor, summand) = (scatter(2 * hash) | 1, scatter(2 * hash + 1));
        runs.iter().map(|&run| u64::from(run).wrapping_mul(factor).wrapping_add(summand) >> 32).min()
    };
    let band = |band: usize| {
        let rows = (band * ROWS..(band + 1) * ROWS).map(|hash| minimum(hash as u64).unwrap_or(0));
        rows.fold(band as u64, |key, value| scatter(key ^ value))
    };
    (0..BANDS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use notebook::python_script;

    use super::{Seen, Sketch, similarity};

    fn numbered(lines: std::ops::Range<usize>) -> String {
        lines.map(|n| format!("value_{n} = compute({n}, other=[{n}])\n")).collect()
    }

    fn answers(codes: &[String]) -> Vec<Option<usize>> {
        let scripts: Vec<_> = codes.iter().map(|code| python_script(code.as_bytes()).unwrap()).collect();
        let mut seen = Seen::default();
        scripts
            .iter()
            .map(|script| {
                let original = seen.original_of(script, Some(Sketch::of(script)))?;
                scripts.iter().position(|other| other.id == original)
            })
            .collect()
    }

    #[test]
    fn near_repetitions_point_to_the_first() {
        let codes = [
            numbered(0..100),
            numbered(0..50),
            numbered(3..100),
            numbered(0..100) + "x",
            numbered(500..600),
            numbered(0..100),
            "x = 1".to_owned(),
            "y = 2".to_owned(),
        ];
        assert_eq!(answers(&codes), [None, None, Some(0), Some(0), None, Some(0), None, None]);
    }

    #[test]
    fn the_threshold_is_kept_exactly() {
        // Candidates are many; what counts is the share of common runs.
        let sketch = |code: &str| Sketch::of(&python_script(code.as_bytes()).unwrap()).runs;
        let whole = sketch(&numbered(0..100));
        for kept in [70, 75, 79, 81, 85, 90, 95] {
            let part = numbered(0..kept);
            let share = similarity(&whole, &sketch(&part));
            assert!((share - kept as f64 / 100.0).abs() < 0.01, "{kept}: {share}");
            let answer = answers(&[numbered(0..100), part])[1];
            assert_eq!(answer.is_some(), share >= super::NEAR, "{kept}: {share}");
        }
    }

    #[test]
    fn without_sketches_only_the_same_code_counts() {
        let script = |code: &str| python_script(code.as_bytes()).unwrap();
        let mut seen = Seen::default();
        assert_eq!(seen.original_of(&script("a = 1\n"), None), None);
        assert_eq!(seen.original_of(&script("a = 1"), None), Some(script("a = 1").id));
    }
}
