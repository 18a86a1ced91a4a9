//! A packed file read from front to back, or only where it is needed.

use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context as _, Result};

use super::Damage;
use super::bytes::Bytes;
use super::sections::{
    BLOCK, DICTIONARY, FOOTER_BYTES, INDEX, Limits, MAGIC, fill, read_footer, read_section,
};
use super::writer::{Dictionary, ID_BYTES, id_hash, id_of_line};

fn begin(source: &mut impl Read, limits: Limits) -> Result<Dictionary> {
    let mut magic = [0; MAGIC.len()];
    fill(source, &mut magic)?;
    if magic != MAGIC {
        return Err(Damage::new("no packed traces, or of another version: the first bytes differ").into());
    }
    match read_section(source, limits)? {
        (DICTIONARY, content) => Ok(Dictionary::read(&content)?),
        _ => Err(Damage::new("no dictionary behind the first bytes").into()),
    }
}

/// The blocks of a file one after the other, from a pipe too.
pub struct Scan<R> {
    source: R,
    limits: Limits,
    dictionary: Dictionary,
    is_over: bool,
}

impl<R: Read> Scan<R> {
    /// Reads the beginning.
    ///
    /// # Errors
    /// If it is none.
    pub fn begin(mut source: R, limits: Limits) -> Result<Self> {
        let dictionary = begin(&mut source, limits)?;
        Ok(Self { source, limits, dictionary, is_over: false })
    }

    /// The dictionary that the blocks need.
    pub fn dictionary(&self) -> Dictionary {
        self.dictionary.clone()
    }

    fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        match read_section(&mut self.source, self.limits)? {
            (BLOCK, content) => Ok(Some(content)),
            (INDEX, _) => {
                let mut end = [0; FOOTER_BYTES as usize];
                fill(&mut self.source, &mut end)?;
                read_footer(&end)?;
                let mut more = [0];
                if self.source.read(&mut more).context("cannot read on")? > 0 {
                    return Err(Damage::new("bytes behind the end").into());
                }
                Ok(None)
            }
            _ => Err(Damage::new("a section of no known kind").into()),
        }
    }
}

impl<R: Read> Iterator for Scan<R> {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.next_block().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Where a block is.
struct Entry {
    at: u64,
    first_record: u64,
    ids: Vec<[u8; ID_BYTES]>,
}

/// A file whose records can be reached by their number or id.
pub struct Reader<R> {
    source: R,
    limits: Limits,
    dictionary: Dictionary,
    index: Vec<Entry>,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads beginning and index.
    ///
    /// # Errors
    /// If they are damaged.
    pub fn open(mut source: R, limits: Limits) -> Result<Self> {
        let dictionary = begin(&mut source, limits)?;
        let length = source.seek(SeekFrom::End(0)).context("cannot seek")?;
        let end = length.checked_sub(FOOTER_BYTES).ok_or_else(|| Damage::new("the file is torn"))?;
        source.seek(SeekFrom::Start(end)).context("cannot seek")?;
        let mut footer = [0; FOOTER_BYTES as usize];
        fill(&mut source, &mut footer)?;
        source.seek(SeekFrom::Start(read_footer(&footer)?)).context("cannot seek")?;
        // The index of many records is longer than any block; it is as long as the file at most.
        let (kind, content) = read_section(&mut source, Limits { section_bytes: length })?;
        if kind != INDEX {
            return Err(Damage::new("no index where the last bytes say that it is").into());
        }
        Ok(Self { source, limits, dictionary, index: read_index(&content)? })
    }

    /// How many records there are.
    pub fn n_records(&self) -> u64 {
        self.index.last().map_or(0, |last| last.first_record + last.ids.len() as u64)
    }

    /// The records with these numbers, from 0, block by block to `take`.
    ///
    /// # Errors
    /// If a block is damaged, or `take` fails.
    pub fn records(&mut self, from: u64, to: u64, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        for at in 0..self.index.len() {
            let first = self.index[at].first_record;
            let end = first + self.index[at].ids.len() as u64;
            if first < to && from < end {
                let lines = self.lines(at)?;
                let range = from.saturating_sub(first) as usize..(to.min(end) - first) as usize;
                lines[range].iter().try_for_each(|line| take(line))?;
            }
        }
        Ok(())
    }

    /// The records with this id.
    ///
    /// # Errors
    /// As [`Reader::records`].
    pub fn with_id(&mut self, id: &str, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let hash = id_hash(id);
        for at in 0..self.index.len() {
            if self.index[at].ids.contains(&hash) {
                for line in self.lines(at)?.iter().filter(|line| id_of_line(line) == id) {
                    take(line)?;
                }
            }
        }
        Ok(())
    }

    fn lines(&mut self, at: usize) -> Result<Vec<Vec<u8>>> {
        let entry = &self.index[at];
        self.source.seek(SeekFrom::Start(entry.at)).context("cannot seek")?;
        let (kind, content) = read_section(&mut self.source, self.limits)?;
        if kind != BLOCK {
            return Err(Damage::new("no block where the index says that there is one").into());
        }
        let lines = self.dictionary.unpack(&content, self.limits)?;
        if lines.len() != entry.ids.len() {
            return Err(Damage::new("a block has another number of lines than the index says").into());
        }
        Ok(lines)
    }
}

fn read_index(content: &[u8]) -> Result<Vec<Entry>, Damage> {
    let mut bytes = Bytes(content);
    let n_blocks = bytes.number()?;
    let (mut index, mut first_record) = (Vec::new(), 0_u64);
    for _ in 0..n_blocks {
        let (at, n_lines) = (bytes.number()?, bytes.number()?);
        let length =
            n_lines.checked_mul(ID_BYTES as u64).ok_or_else(|| Damage::new("a block without measure"))?;
        let ids: Vec<[u8; ID_BYTES]> = bytes
            .take(length)?
            .chunks_exact(ID_BYTES)
            .map(|id| id.try_into().expect("so long a piece"))
            .collect();
        index.push(Entry { at, first_record, ids });
        first_record += n_lines;
    }
    if bytes.0.is_empty() { Ok(index) } else { Err(Damage::new("bytes behind the index")) }
}
