//! The integration tests of `nalin`: one executable, a module each.

mod cli;
