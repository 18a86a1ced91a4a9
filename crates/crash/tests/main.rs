//! The integration tests of `crash`: one executable, a module each.

mod cli;
mod labels;
mod process;
