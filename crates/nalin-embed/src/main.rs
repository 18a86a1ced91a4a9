//! The `nalin-embed` program; everything it does is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::main::<nalin_embed::cli::Args>()
}
