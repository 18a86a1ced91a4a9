//! Scripts that repeat an earlier one.
//!
//! Exactly: the code is the same, and so is the `id`. Nearly: of all runs of five tokens within a cell at
//! least 80% occur in both (Jaccard). Candidates come from MinHash (100 values in 20 bands of 5: a pair at
//! 80% is missed once in 2,800 times), the share is then counted exactly. A repetition is compared
//! with firsts only, so there are no chains: `duplicate_of` always names a script that repeats nothing.

use std::collections::HashSet;

use clap::ValueEnum;
use records::Script;
use similarity::{Bands, Firsts, Sketch, combine, hash};

/// Which repetitions are found.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dedup {
    /// None.
    #[default]
    Off,
    /// Scripts with the same code.
    Exact,
    /// Scripts that share at least 80% of their runs of five tokens; needs about 5 kB for each script.
    Near,
}

/// Tokens in a run.
const RUN: usize = 5;
const BANDS: Bands = Bands { count: 20, rows: 5 };
/// The share of common runs from which on a script repeats another.
const NEAR: f64 = 0.8;

/// What is known of a script's runs: made by a worker, kept for firsts.
///
/// It goes cell by cell: the order of the cells does not matter.
pub fn sketch(script: &Script) -> Sketch {
    let lines: Vec<&str> = script.code.lines().collect();
    let mut runs = Vec::new();
    for cell in &script.cells {
        let rows = cell.first_row as usize - 1..cell.last_row as usize;
        let tokens: Vec<u64> =
            lines.get(rows).unwrap_or_default().iter().flat_map(|line| tokens(line)).collect();
        let length = RUN.min(tokens.len()).max(1);
        runs.extend(tokens.windows(length).map(|run| (combine(run) >> 32) as u32));
    }
    Sketch::of(runs, BANDS)
}

/// The scripts seen so far.
pub struct Seen {
    ids: HashSet<String>,
    firsts: Firsts,
    /// Of the firsts by their numbers.
    ids_of_firsts: Vec<String>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { ids: HashSet::new(), firsts: Firsts::new(NEAR), ids_of_firsts: Vec::new() }
    }
}

impl Seen {
    /// The `id` of the first that this script repeats; otherwise it is a first itself from now on.
    /// Without a sketch only exact repetitions are found.
    pub fn original_of(&mut self, script: &Script, sketch: Option<Sketch>) -> Option<String> {
        if self.ids.contains(&script.id) {
            return Some(script.id.clone());
        }
        if let Some(sketch) = sketch {
            if let Some(first) = self.firsts.like(&sketch) {
                return Some(self.ids_of_firsts[first as usize].clone());
            }
            self.firsts.add(sketch, u32::try_from(self.ids_of_firsts.len()).unwrap_or(u32::MAX));
            self.ids_of_firsts.push(script.id.clone());
        }
        self.ids.insert(script.id.clone());
        None
    }
}

/// The hashes of a line's words and signs.
fn tokens(line: &str) -> impl Iterator<Item = u64> + '_ {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    line.as_bytes()
        .chunk_by(move |a, b| is_word(a) && is_word(b))
        .filter(|token| !token[0].is_ascii_whitespace())
        .map(hash)
}

#[cfg(test)]
mod tests {
    use notebook::python_script;
    use similarity::similarity;

    use super::{Seen, sketch};

    fn numbered(lines: std::ops::Range<usize>) -> String {
        lines.map(|n| format!("value_{n} = compute({n}, other=[{n}])\n")).collect()
    }

    fn answers(codes: &[String]) -> Vec<Option<usize>> {
        let scripts: Vec<_> = codes.iter().map(|code| python_script(code.as_bytes()).unwrap()).collect();
        let mut seen = Seen::default();
        scripts
            .iter()
            .map(|script| {
                let original = seen.original_of(script, Some(sketch(script)))?;
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
        let sketch = |code: &str| sketch(&python_script(code.as_bytes()).unwrap());
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
