//! Which notebooks git says were changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The files, among those given and those in the folders given, that differ from a revision or are new.
pub(crate) fn among(files: &[PathBuf], revision: &str) -> Result<Vec<PathBuf>> {
    let mut changed = git(&["diff", "--name-only", "--relative", "-z", "--end-of-options", revision, "--"])?;
    changed.extend(git(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    changed.sort();
    changed.dedup();
    let is_wanted = |path: &PathBuf| {
        let notebook = path.extension().is_some_and(|extension| extension == "ipynb" || extension == "py");
        let below = |file: &PathBuf| file == Path::new(".") || path.starts_with(clean(file));
        path.is_file() && files.iter().any(|file| file == path || (notebook && below(file)))
    };
    changed.retain(is_wanted);
    Ok(changed)
}

fn clean(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

fn git(args: &[&str]) -> Result<Vec<PathBuf>> {
    let output = Command::new("git").args(args).output().context("cannot start git (--changed-since)")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        bail!("--changed-since: git says: {said}");
    }
    let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect())
}
