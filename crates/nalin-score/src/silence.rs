//! What keeps a finding from being reported beside a comment on its line: a baseline, a line that did not change.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use filter::Output;
use serde::{Deserialize, Serialize};

use crate::gather::Candidate;

/// One finding of a baseline. No lines and no cells: a file that is committed should change with its findings.
#[derive(Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Accepted {
    path: String,
    name: String,
    fingerprint: String,
}

/// How many findings of each fingerprint are accepted.
pub(crate) fn read_baseline(path: &Path) -> Result<BTreeMap<String, usize>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut accepted = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let one: Accepted = serde_json::from_str(line)
            .with_context(|| format!("{}:{}: expected a finding of a baseline", path.display(), at + 1))?;
        *accepted.entry(one.fingerprint).or_default() += 1;
    }
    Ok(accepted)
}

/// Lists findings for later runs, sorted, so that two versions of the file can be compared.
pub(crate) fn write_baseline(path: &Path, candidates: &[Candidate]) -> Result<()> {
    let of = |candidate: &Candidate| Accepted {
        path: candidate.record.head.path.clone(),
        name: candidate.record.site.name.clone(),
        fingerprint: candidate.fingerprint.clone(),
    };
    let mut accepted: Vec<Accepted> = candidates.iter().map(of).collect();
    accepted.sort();
    let mut bytes = Vec::new();
    for one in &accepted {
        serde_json::to_writer(&mut bytes, one)?;
        writeln!(bytes)?;
    }
    let mut output = Output::create(path)?;
    output.write(&bytes)?;
    output.finish()
}

/// Which lines of which files git says were changed.
pub(crate) struct Changes<'a> {
    root: &'a Path,
    revision: &'a str,
    /// Changed files, and their changed lines once somebody asked.
    files: BTreeMap<String, Option<Vec<(u32, u32)>>>,
}

impl<'a> Changes<'a> {
    /// Asks git which files differ from a revision or are new.
    pub(crate) fn since(revision: &'a str, root: &'a Path) -> Result<Self> {
        let (changed, new) = filter::changed_files(root, revision).context("--changed-since")?;
        let mut files: BTreeMap<_, _> = changed.into_iter().map(|name| (name, None)).collect();
        files.extend(new.into_iter().map(|name| (name, Some(vec![(0, u32::MAX)]))));
        Ok(Self { root, revision, files })
    }

    /// Whether one of the lines of a statement was changed.
    pub(crate) fn touch(&mut self, candidate: &Candidate) -> Result<bool> {
        let path = candidate.record.head.path.trim_start_matches("./");
        let Some(lines) = self.files.get_mut(path) else { return Ok(false) };
        if lines.is_none() {
            let patch = filter::patch(self.root, self.revision, path)?;
            *lines = Some(patch.lines().filter_map(hunk).collect());
        }
        let site = &candidate.record.site;
        let last = site.physical_line + (site.text.lines().count().max(1) - 1) as u32;
        Ok(lines.iter().flatten().any(|&(first, end)| first <= last && site.physical_line < end))
    }
}

/// The lines that `@@ -1,2 +3,4 @@` says are new, first and behind the last.
fn hunk(line: &str) -> Option<(u32, u32)> {
    let (_, new) = line.strip_prefix("@@ ")?.split_once('+')?;
    let mut numbers = new.split(' ').next()?.split(',').map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    let count = numbers.next().map_or(Some(1), Result::ok)?;
    Some((first, first + count))
}

#[cfg(test)]
mod tests {
    use super::hunk;

    #[test]
    fn hunks() {
        assert_eq!(hunk("@@ -1,2 +3,4 @@ def f():"), Some((3, 7)));
        assert_eq!(hunk("@@ -1 +3 @@"), Some((3, 4)));
        assert_eq!(hunk("@@ -1,2 +3,0 @@"), Some((3, 3)));
        assert_eq!(hunk("+x = 1"), None);
    }
}
