//! Which records become findings: one a site, the worst first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use records::id_of;
use rustc_hash::FxHashMap;

use crate::incoming::Incoming;

/// A place and a name: notebook, row, column, name.
type SiteKey = (String, u32, u32, String);

/// The worst value of each site, and of those the worst.
pub(crate) struct Candidates {
    sites: BTreeMap<SiteKey, (Incoming, f64)>,
    top: usize,
}

/// A record that may become a finding.
pub(crate) struct Candidate {
    pub(crate) record: Incoming,
    pub(crate) score: f64,
    pub(crate) fingerprint: String,
}

impl Candidates {
    /// Keeps at least the `top` worst.
    pub(crate) fn new(top: Option<usize>) -> Self {
        Self { sites: BTreeMap::new(), top: top.unwrap_or(usize::MAX) }
    }

    /// Considers a record; of equal scores at one site the first stays.
    pub(crate) fn add(&mut self, record: Incoming, score: f64) {
        let site = &record.site;
        match self.sites.entry((record.notebook.clone(), site.row, site.column, site.name.clone())) {
            Entry::Vacant(entry) => {
                entry.insert((record, score));
            }
            Entry::Occupied(mut entry) if entry.get().1 < score => {
                entry.insert((record, score));
            }
            Entry::Occupied(_) => {}
        }
        // With --top, a long stream must not fill the memory with what will not be reported.
        let most = self.top.saturating_mul(4).saturating_add(1000);
        if self.sites.len() >= most.saturating_mul(2) {
            let mut kept = sorted(std::mem::take(&mut self.sites));
            kept.truncate(most);
            self.sites = kept.into_iter().map(|(key, record, score)| (key, (record, score))).collect();
        }
    }

    /// The worst first; of equal scores by notebook and place.
    pub(crate) fn into_sorted(self) -> Vec<Candidate> {
        let mut turns = FxHashMap::<String, u64>::default();
        let mut candidates = Vec::with_capacity(self.sites.len());
        // Keys are in the order of places, so turns are counted from the top of a notebook.
        for (key, (record, score)) in self.sites {
            // White space says nothing: a formatter's work makes no new finding.
            let text: String = record.site.text.split_whitespace().collect();
            let same = [record.path.as_str(), &record.site.name, &text];
            let mut fingerprint = id_of(same.into_iter().chain([""]));
            let turn = turns.entry(fingerprint.clone()).or_default();
            if *turn > 0 {
                fingerprint = id_of(same.into_iter().chain([turn.to_string().as_str()]));
            }
            *turn += 1;
            candidates.push((key, Candidate { record, score, fingerprint }));
        }
        candidates.sort_by(|(a_key, a), (b_key, b)| {
            let place = || (&a.record.path, a_key).cmp(&(&b.record.path, b_key));
            b.score.total_cmp(&a.score).then_with(place)
        });
        candidates.into_iter().map(|(_, candidate)| candidate).collect()
    }
}

fn sorted(sites: BTreeMap<SiteKey, (Incoming, f64)>) -> Vec<(SiteKey, Incoming, f64)> {
    let mut keyed: Vec<_> = sites.into_iter().map(|(key, (record, score))| (key, record, score)).collect();
    keyed.sort_by(|(a_key, a, a_score), (b_key, b, b_score)| {
        b_score.total_cmp(a_score).then_with(|| (&a.path, a_key).cmp(&(&b.path, b_key)))
    });
    keyed
}
