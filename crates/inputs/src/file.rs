//! A file that was found: its name, and its bytes up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use filter::too_long;
use notebook::Fault;
use records::Reason;

/// A file that was found and is not opened yet.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// What records call it.
    pub(crate) path: String,
    /// How many bytes it may have.
    pub(crate) max_bytes: usize,
}

impl FoundFile {
    /// What records call it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reads it whole.
    ///
    /// # Errors
    /// If it cannot be read, or is longer than allowed.
    pub fn read(&self) -> Result<Vec<u8>, Fault> {
        let mut opened = File::open(&self.file).map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if length > self.max_bytes as u64 {
            return Err(too_large(self.max_bytes));
        }
        // The length of a pipe, and of a file that grows, is known only when it ends.
        read_limited(&mut opened, length as usize, self.max_bytes)
    }
}

/// Reads to the end, where about `expected` bytes are expected.
///
/// # Errors
/// If it cannot be read, or is longer than `max_bytes`.
pub fn read_limited(reader: &mut impl Read, expected: usize, max_bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(expected + 1);
    reader.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > max_bytes { Err(too_large(max_bytes)) } else { Ok(bytes) }
}

/// The fault of what cannot be read.
pub fn unreadable(error: io::Error) -> Fault {
    Fault { reason: Reason::Unreadable, detail: error.to_string() }
}

fn too_large(max_bytes: usize) -> Fault {
    Fault { reason: Reason::TooLarge, detail: too_long(max_bytes) }
}
