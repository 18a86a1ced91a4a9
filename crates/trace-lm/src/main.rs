//! The `trace-lm` program; everything it does is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::compute_alone();
    filter::main::<trace_lm::cli::Args>()
}
