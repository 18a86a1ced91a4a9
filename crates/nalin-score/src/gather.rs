//! Which records become findings: one a site, the worst first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::incoming::Incoming;

/// A place and a name: notebook, row, column, name.
type SiteKey = (String, u32, u32, String);

/// The worst value of each site, and of those the worst.
pub(crate) struct Candidates {
    sites: BTreeMap<SiteKey, (Incoming, f64)>,
    top: usize,
}

impl Candidates {
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
        if self.sites.len() >= self.top.saturating_mul(4).saturating_add(1000) {
            let kept = std::mem::take(&mut self.sites);
            let keyed = kept.into_iter().map(|(key, (record, score))| (key, record, score));
            let worst = sorted(keyed.collect(), self.top);
            self.sites = worst.into_iter().map(|(key, record, score)| (key, (record, score))).collect();
        }
    }

    /// The worst first; of equal scores by notebook and place.
    pub(crate) fn into_sorted(self) -> Vec<(Incoming, f64)> {
        let keyed = self.sites.into_iter().map(|(key, (record, score))| (key, record, score)).collect();
        sorted(keyed, self.top).into_iter().map(|(_, record, score)| (record, score)).collect()
    }
}

fn sorted(mut keyed: Vec<(SiteKey, Incoming, f64)>, top: usize) -> Vec<(SiteKey, Incoming, f64)> {
    keyed.sort_by(|(a_key, a, a_score), (b_key, b, b_score)| {
        b_score.total_cmp(a_score).then_with(|| (&a.path, a_key).cmp(&(&b.path, b_key)))
    });
    keyed.truncate(top);
    keyed
}
