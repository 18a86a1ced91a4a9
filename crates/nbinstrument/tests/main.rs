//! The integration tests of `nbinstrument`: one executable, a module each.

mod behaviour;
mod cli;
mod common;
mod forms;
mod generated;
mod process;
