//! The integration tests of `negsample`: one executable, a module each.

mod cli;
mod process;
