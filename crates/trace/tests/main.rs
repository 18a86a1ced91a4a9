//! The integration tests of `trace`: one executable, a module each.

mod cli;
mod conformance;
mod process;
