#![doc = include_str!("../README.md")]

mod archive;
mod file;
mod finder;
mod path;
mod source;
mod unit;

#[cfg(test)]
mod tests;

pub use file::FoundFile;
pub use finder::{Finder, Units};
pub use path::repo_of;
pub use source::{Embedded, Names, SourceLine, parse_source};
pub use unit::Unit;
