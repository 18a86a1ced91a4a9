//! Filters of warnings, as the command line names them.

use clap::ValueEnum;

/// What keeps warnings from people.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningFilter {
    /// The published one: a `str` in a name with `str`, then names with data, value, result, temp, tmp or sample,
    /// then names with a part of one or two characters
    Nalin,
}
