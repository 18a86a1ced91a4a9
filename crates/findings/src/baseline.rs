//! Findings that were accepted: a file that lists them, and what is left without them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Candidate;

/// Findings that were accepted, by fingerprint, with how many of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<String, usize>);

/// A line of a baseline that is none.
#[derive(Debug, thiserror::Error)]
#[error("expected a finding of a baseline")]
pub struct BaselineError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub source: serde_json::Error,
}

/// One finding of a baseline. No lines and no cells: a file that is committed should change with its findings.
#[derive(Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Accepted {
    path: String,
    name: String,
    fingerprint: String,
}

impl Baseline {
    /// Reads what [`baseline_text`] wrote.
    ///
    /// # Errors
    /// If a line is no accepted finding.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let mut accepted = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let one: Accepted =
                serde_json::from_str(line).map_err(|source| BaselineError { line: at + 1, source })?;
            *accepted.entry(one.fingerprint).or_default() += 1;
        }
        Ok(Self(accepted))
    }

    /// The candidates that were not accepted; each that was is accepted as often as the baseline lists it.
    pub fn without(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut left = self.0.clone();
        candidates.retain(|candidate| match left.get_mut(&candidate.fingerprint) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        candidates
    }
}

/// Lists candidates as accepted, one a line and sorted, so that two versions of the file can be compared.
pub fn baseline_text(candidates: &[Candidate]) -> String {
    let of = |candidate: &Candidate| Accepted {
        path: candidate.record.head.path.clone(),
        name: candidate.record.site.name.clone(),
        fingerprint: candidate.fingerprint.clone(),
    };
    let mut accepted: Vec<Accepted> = candidates.iter().map(of).collect();
    accepted.sort();
    let line = |one: &Accepted| serde_json::to_string(one).expect("texts are JSON") + "\n";
    accepted.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use records::Scored;

    use super::{Baseline, baseline_text};
    use crate::Candidate;

    #[test]
    fn what_was_listed_is_accepted_as_often_as_it_was_listed() {
        let candidate = |name: &str| {
            let mut scored = Scored::default();
            scored.site.name = name.to_owned();
            Candidate::new(scored)
        };
        let text = baseline_text(&[candidate("b"), candidate("a"), candidate("a")]);
        let names: Vec<String> =
            text.lines().map(|line| line.split('"').nth(7).unwrap().to_owned()).collect();
        assert_eq!(names, ["a", "a", "b"]);
        let baseline = Baseline::parse(&text).unwrap();
        let left = baseline.without(vec![candidate("a"), candidate("c"), candidate("a"), candidate("a")]);
        let left: Vec<&str> = left.iter().map(|one| one.record.site.name.as_str()).collect();
        assert_eq!(left, ["c", "a"]);
        assert_eq!(Baseline::parse("\n{}\n").unwrap_err().line, 2);
    }
}
