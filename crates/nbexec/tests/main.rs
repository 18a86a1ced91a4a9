//! The integration tests of `nbexec`: one executable, a module each.

mod attacks;
mod cli;
mod process;
mod traces;
mod walls;
