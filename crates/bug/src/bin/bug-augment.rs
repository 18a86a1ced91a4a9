//! The `bug-augment` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter::main::<bug::bug_augment::Args>()
}
