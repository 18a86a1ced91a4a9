//! The integration tests of `nbliterals`: one executable, a module each.

mod cli;
mod process;
