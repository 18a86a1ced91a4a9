//! The `crash-norm` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::main::<crash::crash_norm::Args>()
}
