//! The integration tests of `assign-merge`: one executable, a module each.

mod cli;
mod process;
