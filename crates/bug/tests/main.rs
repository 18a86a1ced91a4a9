//! The integration tests of `bug`: one executable, a module each.

mod cli;
mod patches;
mod process;
mod scouts;
