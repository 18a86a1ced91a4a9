//! What is found: one unit of work.

use filter::Line;
use notebook::Fault;

use crate::file::FoundFile;

/// One unit of work.
pub enum Unit {
    /// A file, not opened yet.
    File(FoundFile),
    /// A member of an archive.
    Member {
        /// What records call it.
        path: String,
        /// Its content, not longer than allowed.
        bytes: Vec<u8>,
    },
    /// A line that should be a record.
    Line(Line),
    /// What was found, but cannot be used.
    Unusable {
        /// What records call it.
        path: String,
        /// What is wrong with it.
        fault: Fault,
    },
}
