//! Which notebooks git says were changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The files, among those given and those in the folders given, that differ from a revision or are new.
pub(crate) fn among(files: &[PathBuf], revision: &str) -> Result<Vec<PathBuf>> {
    let (changed, new) = filter::changed_files(Path::new("."), revision).context("--changed-since")?;
    let is_wanted = |path: &PathBuf| {
        let notebook = path.extension().is_some_and(|extension| extension == "ipynb" || extension == "py");
        let below = |file: &PathBuf| file == Path::new(".") || path.starts_with(clean(file));
        path.is_file() && files.iter().any(|file| file == path || (notebook && below(file)))
    };
    let all: BTreeSet<PathBuf> = changed.into_iter().chain(new).map(PathBuf::from).collect();
    Ok(all.into_iter().filter(is_wanted).collect())
}

fn clean(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}
