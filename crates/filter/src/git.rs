//! What git knows of a folder.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The files of a folder that differ from a revision, and those that are new, by their paths below it.
///
/// # Errors
/// If git is missing, if the folder is in no repository, or if there is no such revision.
pub fn changed_files(folder: &Path, revision: &str) -> Result<(Vec<String>, Vec<String>)> {
    let changed = ["diff", "--name-only", "--relative", "-z", "--end-of-options", revision, "--"];
    let new = ["ls-files", "--others", "--exclude-standard", "-z"];
    let names = |list: String| list.split_terminator('\0').map(str::to_owned).collect();
    Ok((names(git(folder, &changed)?), names(git(folder, &new)?)))
}

/// The changes of a file since a revision, without the lines around them.
///
/// # Errors
/// As [`changed_files`].
pub fn patch(folder: &Path, revision: &str, file: &str) -> Result<String> {
    let flags = ["diff", "--unified=0", "--relative", "--no-color", "--no-ext-diff", "--no-textconv"];
    git(folder, &[&flags[..], &["--end-of-options", revision, "--", file]].concat())
}

fn git(folder: &Path, args: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().context("cannot start git")?;
    if !output.status.success() {
        bail!("git says: {}", String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
