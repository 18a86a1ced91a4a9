//! The `trace-stats` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::main::<trace::trace_stats::Args>()
}
