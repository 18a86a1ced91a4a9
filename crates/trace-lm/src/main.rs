//! The `trace-lm` program; everything it does is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    learn::threads::restart_with_single_threaded_candle();
    filter::main::<trace_lm::cli::Args>()
}
