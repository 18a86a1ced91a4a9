//! The findings that are reported, out of all candidates: what was accepted or is silenced is left out.

use records::Finding;

use crate::{Baseline, Candidate};

/// Candidates that are explained at a time when not all are wanted.
const FEW: usize = 64;

/// What is reported.
#[derive(Debug, Default)]
pub struct Selection {
    /// So many at most; `None`: all.
    pub top: Option<usize>,
    /// Findings that were accepted before.
    pub baseline: Baseline,
    /// Whether what a comment silences is reported all the same.
    pub no_ignore: bool,
}

/// What is left, and how many were left out on the way.
#[derive(Debug, Default)]
pub struct Left {
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// Candidates that the baseline accepts.
    pub accepted: u64,
    /// Findings that a comment silences.
    pub ignored: u64,
}

/// Explains candidates, which come worst first, until enough findings are left.
///
/// # Errors
/// Those of `explain`.
pub fn select<E>(
    candidates: Vec<Candidate>,
    selection: &Selection,
    mut explain: impl FnMut(Vec<Candidate>) -> Result<Vec<Finding>, E>,
) -> Result<Left, E> {
    let mut left = Left::default();
    let n_candidates = candidates.len();
    let candidates = selection.baseline.without(candidates);
    left.accepted = (n_candidates - candidates.len()) as u64;
    let top = selection.top.unwrap_or(usize::MAX);
    let mut candidates = candidates.into_iter().peekable();
    while left.findings.len() < top && candidates.peek().is_some() {
        // What a comment silences depends on the rule, which only an explanation tells.
        let part = if selection.top.is_some() { (top - left.findings.len()).max(FEW) } else { usize::MAX };
        for finding in explain(candidates.by_ref().take(part).collect())? {
            let place = &finding.place;
            if !selection.no_ignore && pysource::silences(&place.pragma, &finding.rule, &place.name) {
                left.ignored += 1;
            } else if left.findings.len() < top {
                left.findings.push(finding);
            }
        }
    }
    Ok(left)
}
