//! The integration tests of `nb2py`: one executable, a module each.

mod cli;
mod odd;
mod process;
