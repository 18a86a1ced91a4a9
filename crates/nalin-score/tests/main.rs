//! The integration tests of `nalin-score`: one executable, a module each.

mod cli;
mod common;
mod process;
