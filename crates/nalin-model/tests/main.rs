//! The integration tests of `nalin-model`: one executable, a module each.

mod learning;
