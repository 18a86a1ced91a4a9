//! What comes of one input record: gathered by a worker, written in the order of input.

use anyhow::Context as _;
use records::{Reason, Record, Reject};

use crate::Line;
use crate::mismatch::too_long;

/// Records, rejects, counts and warnings of one unit of work.
#[derive(Default)]
pub struct Emit {
    pub(crate) lines: Vec<u8>,
    pub(crate) records_out: u64,
    pub(crate) rejects: Vec<(String, String, Reason, String)>,
    pub(crate) counts: Vec<(&'static str, u64)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) records_in: u64,
    pub(crate) bytes_in: u64,
}

impl Emit {
    /// Writes a record.
    ///
    /// # Errors
    /// If a user's field cannot be written as JSON, which does not happen with what was read as JSON.
    pub fn record<T: Record>(&mut self, record: &T) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.lines, record).context("cannot write a record")?;
        self.end_line();
        Ok(())
    }

    /// Writes a line that is JSON already, without its newline.
    pub fn raw(&mut self, line: &[u8]) {
        self.lines.extend_from_slice(line);
        self.end_line();
    }

    /// Writes a line that `write` appends as JSON, without its newline.
    pub fn line(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.lines);
        self.end_line();
    }

    fn end_line(&mut self) {
        self.lines.push(b'\n');
        self.records_out += 1;
    }

    /// Rejects the input: `id` may be empty, `path` is the notebook or the place in the stream.
    pub fn reject(
        &mut self,
        id: impl Into<String>,
        path: impl Into<String>,
        reason: Reason,
        detail: impl Into<String>,
    ) {
        self.rejects.push((id.into(), path.into(), reason, detail.into()));
    }

    /// Rejects a line that is longer than allowed.
    pub fn reject_too_long(&mut self, line: &Line) {
        self.reject("", line.place.to_string(), Reason::TooLarge, too_long(line.bytes.len()));
    }

    /// Adds to a counter of the summary.
    pub fn count(&mut self, name: &'static str, n: u64) {
        if n > 0 {
            self.counts.push((name, n));
        }
    }

    /// Adds to the bytes read, for input that no [`crate::Input`] counts.
    pub fn count_bytes_in(&mut self, bytes: u64) {
        self.bytes_in += bytes;
    }

    /// Says something about this record on stderr: place first, then the fact, no final period.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.warnings.push(message.into());
    }
}

pub(crate) fn reject_record(
    stage: &str,
    (id, path, reason, detail): (String, String, Reason, String),
) -> Reject {
    Reject { schema: Reject::SCHEMA.to_owned(), stage: stage.to_owned(), id, path, reason, detail }
}
