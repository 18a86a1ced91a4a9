//! The integration tests of `trace-lm`: one executable, a module each.

mod cli;
mod process;
