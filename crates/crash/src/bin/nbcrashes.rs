//! The `nbcrashes` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::main::<crash::nbcrashes::Args>()
}
