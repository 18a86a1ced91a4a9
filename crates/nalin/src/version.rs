//! Programs of another version may speak other records: they are refused before any work is done.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

const OWN: &str = env!("CARGO_PKG_VERSION");

/// Asks every program for its version: its name, and where it is.
///
/// # Errors
/// If one cannot be started, or has another version than this one.
pub(crate) fn are_ours(programs: impl Iterator<Item = (&'static str, PathBuf)>) -> Result<()> {
    for (program, path) in programs {
        let output = Command::new(&path)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {program}: is it beside nalin or on the PATH?"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let said = said.trim();
        if said != format!("{program} {OWN}") {
            let said: String = filter::escape(said).chars().take(60).collect();
            bail!(
                "{} says that it is `{said}`, but this is nalin {OWN}: put the programs of one version side by side",
                path.display()
            );
        }
    }
    Ok(())
}
