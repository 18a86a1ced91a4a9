//! The integration tests of `nalin-embed`: one executable, a module each.

mod cli;
