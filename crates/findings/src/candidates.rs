//! Which records become findings: one a site, the worst first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use records::{Extra, Scored, id_of};
use rustc_hash::FxHashMap;

/// A place and a name: notebook, path (copies of a notebook are one script), row, column, name.
type SiteKey = (String, String, u32, u32, String);

/// The worst value of each site, and of those the worst.
#[derive(Debug)]
pub struct Candidates {
    sites: BTreeMap<SiteKey, Candidate>,
    top: usize,
}

/// A record that may become a finding.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The name, the value and their score.
    pub record: Scored,
    /// What identifies the finding from run to run.
    pub fingerprint: String,
}

impl Candidate {
    /// A scored record. Of what else it came with a finding says nothing.
    pub fn new(mut record: Scored) -> Self {
        record.extra = Extra::default();
        let fingerprint = fingerprint(&record, "");
        Self { record, fingerprint }
    }
}

impl Candidates {
    /// Keeps at least the `top` worst.
    pub fn new(top: Option<usize>) -> Self {
        Self { sites: BTreeMap::new(), top: top.unwrap_or(usize::MAX) }
    }

    /// Considers one; of equal scores at one site the first stays.
    pub fn add(&mut self, candidate: Candidate) {
        let Scored { head, site, .. } = &candidate.record;
        let key = (head.notebook.clone(), head.path.clone(), site.row, site.column, site.name.clone());
        match self.sites.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(candidate);
            }
            Entry::Occupied(mut entry) if entry.get().record.score < candidate.record.score => {
                entry.insert(candidate);
            }
            Entry::Occupied(_) => {}
        }
        // With --top, a long stream must not fill the memory with what will not be reported.
        let most = self.top.saturating_mul(4).saturating_add(1000);
        if self.sites.len() >= most.saturating_mul(2) {
            let mut kept = sorted(std::mem::take(&mut self.sites));
            kept.truncate(most);
            self.sites = kept.into_iter().collect();
        }
    }

    /// The worst first; of equal scores by notebook and place.
    pub fn into_sorted(mut self) -> Vec<Candidate> {
        let mut turns = FxHashMap::<String, u64>::default();
        // Sites are in the order of places, so turns are counted from the top of a notebook.
        for candidate in self.sites.values_mut() {
            match turns.get_mut(&candidate.fingerprint) {
                None => drop(turns.insert(candidate.fingerprint.clone(), 0)),
                Some(turn) => {
                    *turn += 1;
                    candidate.fingerprint = fingerprint(&candidate.record, &turn.to_string());
                }
            }
        }
        sorted(self.sites).into_iter().map(|(_, candidate)| candidate).collect()
    }
}

fn sorted(sites: BTreeMap<SiteKey, Candidate>) -> Vec<(SiteKey, Candidate)> {
    let mut candidates: Vec<_> = sites.into_iter().collect();
    candidates.sort_by(|(a_key, a), (b_key, b)| {
        let place = || (&a.record.head.path, a_key).cmp(&(&b.record.head.path, b_key));
        b.record.score.total_cmp(&a.record.score).then_with(place)
    });
    candidates
}

/// What identifies a finding: the place where it is and what stands there, and of equal ones its turn.
fn fingerprint(record: &Scored, turn: &str) -> String {
    // White space says nothing: a formatter's work makes no new finding.
    let text: String = record.site.text.split_whitespace().collect();
    id_of([record.head.path.as_str(), &record.site.name, &text, turn])
}

#[cfg(test)]
mod tests {
    use records::Scored;

    use super::{Candidate, Candidates};
    use crate::{Baseline, baseline_text};

    fn candidate(path: &str, row: u32) -> Candidate {
        let mut scored = Scored { score: 0.9, ..Scored::default() };
        (scored.head.notebook, scored.head.path) = ("same content".to_owned(), path.to_owned());
        (scored.site.name, scored.site.row) = ("row_count".to_owned(), row);
        Candidate::new(scored)
    }

    #[test]
    fn copies_of_a_notebook_have_findings_of_their_own() {
        let mut candidates = Candidates::new(None);
        for (path, row) in [("a.ipynb", 2), ("b.ipynb", 2), ("b.ipynb", 5), ("b.ipynb", 5)] {
            candidates.add(candidate(path, row));
        }
        let all = candidates.into_sorted();
        let places: Vec<_> = all.iter().map(|one| (&*one.record.head.path, one.record.site.row)).collect();
        assert_eq!(places, [("a.ipynb", 2), ("b.ipynb", 2), ("b.ipynb", 5)]);
        // What was accepted in one of them is not accepted in the other, nor further down.
        let (first, rest) = all.split_at(1);
        let baseline = Baseline::parse(&baseline_text(first)).unwrap();
        let left = baseline.without(all.clone());
        let prints = |some: &[Candidate]| some.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>();
        assert_eq!(prints(&left), prints(rest));
    }
}
