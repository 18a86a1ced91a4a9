//! What keeps findings from being reported and lies outside of the stream: a baseline, and what git says was changed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use filter::Output;
use findings::{Baseline, Candidate, baseline_text, changed_lines, touches};

/// Reads the findings that were accepted.
pub(crate) fn read_baseline(path: &Path) -> Result<Baseline> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Baseline::parse(&text).map_err(|error| {
        let place = format!("{}:{}: {error}", path.display(), error.line);
        anyhow!(error.source).context(place)
    })
}

/// Lists findings for later runs.
pub(crate) fn write_baseline(path: &Path, candidates: &[Candidate]) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write(baseline_text(candidates).as_bytes())?;
    output.finish()
}

/// The candidates on lines that git says were changed since a revision, or that are new.
pub(crate) fn changed_since(
    revision: &str,
    root: &Path,
    candidates: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let (changed, new) = filter::changed_files(root, revision).context("--changed-since")?;
    // Changed files, and their changed lines once somebody asked.
    let mut files: BTreeMap<String, Option<Vec<Range<u32>>>> =
        changed.into_iter().map(|name| (name, None)).collect();
    files.extend(new.into_iter().map(|name| (name, Some(std::iter::once(0..u32::MAX).collect()))));
    let mut kept = Vec::new();
    for candidate in candidates {
        let path = candidate.record.head.path.trim_start_matches("./");
        let Some(lines) = files.get_mut(path) else { continue };
        if lines.is_none() {
            *lines = Some(changed_lines(&filter::patch(root, revision, path)?));
        }
        if touches(&candidate.record.site, lines.as_deref().unwrap_or_default()) {
            kept.push(candidate);
        }
    }
    Ok(kept)
}
