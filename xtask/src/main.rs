//! Chores of developers. What a user runs is a program of its own or a Makefile target.

mod conformance;
mod schemas;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

/// Chores of developers: `cargo xtask <COMMAND>`.
#[derive(Parser)]
enum Chore {
    /// Write docs/schemas/*.json and docs/records.md from the types of `records` and the samples
    Schemas {
        /// Write nothing; end with status 1 when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Run the process tests of a stage on any executable, in whatever language it is written
    ///
    /// Example: cargo xtask conformance --input assignment -- jq -c -f examples/swap/assign-merge.jq
    Conformance(conformance::Args),
}

fn main() -> ExitCode {
    let result = match Chore::parse() {
        Chore::Schemas { check } => schemas::run(&root(), check),
        Chore::Conformance(args) => Ok(conformance::run(&args)),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[expect(clippy::print_stderr, reason = "a chore speaks to the developer")]
fn say(line: &str) {
    eprintln!("{line}");
}
