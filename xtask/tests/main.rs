//! The integration tests of `xtask`: one executable, a module each.

mod dependencies;
mod fuzz;
mod makefile;
mod modules;
mod readme;
mod records;
mod swap;
mod tidy;

use std::path::{Path, PathBuf};

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
