//! The integration tests of `nalin-train`: one executable, a module each.

mod cli;
mod process;
