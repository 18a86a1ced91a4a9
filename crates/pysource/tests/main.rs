//! The integration tests of `pysource`: one executable, a module each.

mod bindings;
