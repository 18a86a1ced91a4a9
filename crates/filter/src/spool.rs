//! Records that a stage puts aside until it has seen the whole set.

use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};

use anyhow::{Context as _, Result};
use tempfile::SpooledTempFile;

/// What fits into this stays in memory; more goes to a nameless file in `TMPDIR`.
const MEMORY_BYTES: usize = 64 << 20;

/// Byte records, written once and then read once in the same order.
pub struct Spool {
    writer: BufWriter<SpooledTempFile>,
}

impl Default for Spool {
    fn default() -> Self {
        Self { writer: BufWriter::with_capacity(1 << 16, SpooledTempFile::new(MEMORY_BYTES)) }
    }
}

impl Spool {
    /// Puts a record aside.
    ///
    /// # Errors
    /// If the disk is full, or the record is longer than 4 GB.
    pub fn push(&mut self, record: &[u8]) -> Result<()> {
        let length = u32::try_from(record.len()).context("a record of more than 4 GB")?;
        let result =
            self.writer.write_all(&length.to_le_bytes()).and_then(|()| self.writer.write_all(record));
        result.context("cannot write a temporary file (is TMPDIR full?)")
    }

    /// The records in their order, in batches of about `batch_bytes`.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn into_batches(self, batch_bytes: usize) -> Result<Batches> {
        let file = self.writer.into_inner().map_err(io::IntoInnerError::into_error);
        let mut file = file.context("cannot write a temporary file (is TMPDIR full?)")?;
        file.rewind().context("cannot read a temporary file")?;
        Ok(Batches { reader: BufReader::with_capacity(1 << 16, file), batch_bytes })
    }
}

/// The records of a [`Spool`], in batches, none of them empty.
pub struct Batches {
    reader: BufReader<SpooledTempFile>,
    batch_bytes: usize,
}

impl Batches {
    fn read(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < self.batch_bytes {
            let mut length = [0; 4];
            match self.reader.read_exact(&mut length) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                other => other?,
            }
            let mut record = vec![0; u32::from_le_bytes(length) as usize];
            self.reader.read_exact(&mut record)?;
            bytes += record.len();
            batch.push(record);
        }
        Ok(batch)
    }
}

impl Iterator for Batches {
    type Item = Result<Vec<Vec<u8>>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read().context("cannot read a temporary file") {
            Ok(batch) if batch.is_empty() => None,
            result => Some(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MEMORY_BYTES, Spool};

    #[test]
    fn records_come_back_in_order_from_memory_and_from_disk() {
        for size in [1_000, MEMORY_BYTES / 40] {
            let records: Vec<Vec<u8>> = (0..10_u8).map(|n| vec![n; size * usize::from(n)]).collect();
            let mut spool = Spool::default();
            for record in &records {
                spool.push(record).unwrap();
            }
            let back: Vec<Vec<u8>> = spool.into_batches(10_000).unwrap().flat_map(Result::unwrap).collect();
            assert!(back == records);
        }
    }
}
