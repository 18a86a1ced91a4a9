//! Bugs that can be put into source, and functions with them.

mod bug;
mod candidate;
mod function;

pub use bug::{Bug, BugEdit};
pub use candidate::{BugClass, Candidate};
pub use function::{Function, FunctionStats, Selected};
