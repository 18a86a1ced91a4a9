//! A stage as a writer.

use std::io::{self, Write};

use crate::Stage;

/// Writes to a stage's output, for texts that need not be in memory whole.
pub struct StageWriter<'a>(pub &'a mut Stage);

impl Write for StageWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A closed pipe must stay one, for whoever looks at the end.
        let as_it_was = |error: anyhow::Error| error.downcast::<io::Error>().unwrap_or_else(io::Error::other);
        self.0.write_bytes(bytes).map(|()| bytes.len()).map_err(as_it_was)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
