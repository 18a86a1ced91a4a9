//! The `nalin-score` program; everything it does is in the library of the same name.

use std::process::ExitCode;

/// Findings are many small texts, made by several threads: the C library's allocator took a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    filter::main::<nalin_score::cli::Args>()
}
