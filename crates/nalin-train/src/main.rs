//! The `nalin-train` program; everything it does is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::compute_alone();
    filter::main::<nalin_train::cli::Args>()
}
