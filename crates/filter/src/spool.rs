//! Records that a stage puts aside until it has seen the whole set.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, Write as _};

use anyhow::{Context as _, Result};

/// What fits into this stays in memory; the rest goes to a nameless file in `TMPDIR`.
const MEMORY_BYTES: usize = 256 << 20;
/// Records are kept, written and read in batches of about this size.
const BATCH_BYTES: usize = 1 << 16;

/// Byte records, written once and then read once in the same order.
pub struct Spool {
    open: Vec<u8>,
    held: Vec<Batch>,
    memory_left: usize,
    file: Option<File>,
}

impl Default for Spool {
    fn default() -> Self {
        Self::with_memory(MEMORY_BYTES)
    }
}

impl Spool {
    fn with_memory(bytes: usize) -> Self {
        Self { open: Vec::new(), held: Vec::new(), memory_left: bytes, file: None }
    }

    /// Puts a record aside, given in parts.
    ///
    /// # Errors
    /// If the disk is full, or the record is longer than 4 GB.
    pub fn push(&mut self, parts: &[&[u8]]) -> Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).context("a record of more than 4 GB")?;
        self.open.extend_from_slice(&length.to_le_bytes());
        for part in parts {
            self.open.extend_from_slice(part);
        }
        if self.open.len() >= BATCH_BYTES { self.close_batch() } else { Ok(()) }
    }

    fn close_batch(&mut self) -> Result<()> {
        let room = BATCH_BYTES + BATCH_BYTES / 8;
        let batch = std::mem::replace(&mut self.open, Vec::with_capacity(room));
        if self.file.is_none() && batch.len() <= self.memory_left {
            self.memory_left -= batch.len();
            self.held.push(Batch(batch));
            return Ok(());
        }
        let trouble = "cannot write a temporary file (is TMPDIR full?)";
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile().context(trouble)?);
        }
        let Some(file) = &mut self.file else { unreachable!("made above") };
        let length = (batch.len() as u64).to_le_bytes();
        file.write_all(&length).and_then(|()| file.write_all(&batch)).context(trouble)
    }

    /// The records in their order, in batches of about 64 KB.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn into_batches(mut self) -> Result<Batches> {
        if !self.open.is_empty() {
            self.close_batch()?;
        }
        if let Some(file) = &mut self.file {
            file.rewind().context("cannot read a temporary file")?;
        }
        Ok(Batches { held: self.held.into_iter(), file: self.file.map(BufReader::new) })
    }
}

/// Some records, one after the other.
pub struct Batch(Vec<u8>);

impl Batch {
    /// The records in their order.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (length, tail) = rest.split_first_chunk()?;
            let (record, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
            rest = tail;
            Some(record)
        })
    }
}

/// The records of a [`Spool`], in batches, none of them empty.
pub struct Batches {
    held: std::vec::IntoIter<Batch>,
    file: Option<BufReader<File>>,
}

impl Batches {
    fn read(&mut self) -> io::Result<Option<Batch>> {
        let Some(reader) = &mut self.file else { return Ok(None) };
        let mut length = [0; 8];
        match reader.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let mut batch = vec![0; u64::from_le_bytes(length) as usize];
        reader.read_exact(&mut batch)?;
        Ok(Some(Batch(batch)))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.held.next() {
            Some(batch) => Some(Ok(batch)),
            None => self.read().context("cannot read a temporary file").transpose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BATCH_BYTES, Spool};

    #[test]
    fn records_come_back_in_order_from_memory_and_from_disk() {
        for memory in [0, 3 * BATCH_BYTES, 100 * BATCH_BYTES] {
            let records: Vec<Vec<u8>> = (0..50_u8).map(|n| vec![n; 1_000 * usize::from(n)]).collect();
            let mut spool = Spool::with_memory(memory);
            for record in &records {
                let (head, tail) = record.split_at(record.len() / 3);
                spool.push(&[head, tail]).unwrap();
            }
            let batches: Vec<_> = spool.into_batches().unwrap().map(Result::unwrap).collect();
            let back: Vec<&[u8]> = batches.iter().flat_map(super::Batch::records).collect();
            assert!(back == records && batches.len() > 10);
        }
        assert_eq!(Spool::default().into_batches().unwrap().count(), 0);
    }
}
