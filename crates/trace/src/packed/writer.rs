//! From lines to blocks, and from blocks to a file.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use records::{Fields, push_varint};

use super::block::{decode, encode};
use super::bytes::Bytes;
use super::sections::{BLOCK, DICTIONARY, INDEX, Limits, MAGIC, footer, section};
use super::{Damage, sections};

/// A block has no more lines than this.
pub const BLOCK_LINES: usize = 256;
/// Blocks that a dictionary is learned from, and the one that it is tried on.
const LEARNED_FROM: usize = 4;
/// Longest piece of a block that a dictionary is learned from.
const SAMPLE_BYTES: usize = 4096;
const DICTIONARY_BYTES: usize = 32 << 10;
/// Blocks that must pay for a dictionary when nobody knows how many come.
const PAID_WITHIN: i64 = 64;
/// A dictionary is never longer than this when it is unpacked.
const LONGEST_DICTIONARY: u64 = 1 << 20;
/// Bytes of an id's hash in the index.
pub const ID_BYTES: usize = 5;

/// Lines as columns, before zstd.
pub struct Encoded {
    bytes: Vec<u8>,
    ids: Vec<[u8; ID_BYTES]>,
    /// How many events are in them.
    pub events: u64,
}

impl Encoded {
    /// Encodes the lines of a block.
    pub fn of(lines: &[Vec<u8>]) -> Self {
        let (bytes, events) = encode(lines);
        Self { bytes, ids: lines.iter().map(|line| id_hash(&id_of_line(line))).collect(), events }
    }
}

/// The `id` of the record on a line, `""` when it has none.
pub fn id_of_line(line: &[u8]) -> String {
    let text = std::str::from_utf8(line).unwrap_or_default();
    let fields = Fields::parse(text);
    fields.and_then(|fields| fields.text("id").map(|id| id.into_owned())).unwrap_or_default()
}

/// What the index keeps of an id.
pub fn id_hash(id: &str) -> [u8; ID_BYTES] {
    let mut hash = [0; ID_BYTES];
    hash.copy_from_slice(&sections::check_of(&[id.as_bytes()])[..ID_BYTES]);
    hash
}

/// A dictionary of zstd; empty when it would be of no use.
#[derive(Clone, Debug, Default)]
pub struct Dictionary(pub Vec<u8>);

impl Dictionary {
    /// Learns from all blocks but the last, and is kept if what that becomes smaller by pays for it: at once when
    /// nothing follows (`is_all`), else within 64 blocks.
    pub fn learn(blocks: &[Encoded], is_all: bool, level: i32) -> Result<Self> {
        let Some((tried, learned)) = blocks.split_last() else { return Ok(Self::default()) };
        let samples: Vec<&[u8]> =
            learned.iter().take(LEARNED_FROM).flat_map(|block| block.bytes.chunks(SAMPLE_BYTES)).collect();
        // It is no error that there is too little to learn from.
        let Ok(learned) = zstd::dict::from_samples(&samples, DICTIONARY_BYTES) else {
            return Ok(Self::default());
        };
        let (with, without) = (Self(learned), Self::default());
        let saved = without.compress(&tried.bytes, level)?.len() as i64
            - with.compress(&tried.bytes, level)?.len() as i64;
        let length = with.stored()?.len() as i64;
        let cost = if is_all { length } else { length / PAID_WITHIN };
        Ok(if saved > cost { with } else { without })
    }

    /// How many blocks are gathered before [`Dictionary::learn`].
    pub const BLOCKS: usize = LEARNED_FROM + 1;

    /// As it stands in a file: compressed too.
    fn stored(&self) -> Result<Vec<u8>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        zstd::encode_all(&self.0[..], 19).context("cannot compress a dictionary")
    }

    /// The way back from what stands in a file.
    ///
    /// # Errors
    /// If it is none, or without measure.
    pub fn read(stored: &[u8]) -> Result<Self, Damage> {
        let mut bytes = Vec::new();
        if !stored.is_empty() {
            let decoder = zstd::Decoder::new(stored).map_err(|_| Damage::new("a dictionary is no zstd"))?;
            let read = decoder.take(LONGEST_DICTIONARY + 1).read_to_end(&mut bytes);
            if read.is_err() || bytes.len() as u64 > LONGEST_DICTIONARY {
                return Err(Damage::new("a dictionary is torn or without measure"));
            }
        }
        Ok(Self(bytes))
    }

    fn compress(&self, bytes: &[u8], level: i32) -> Result<Vec<u8>> {
        let mut compressor =
            zstd::bulk::Compressor::with_dictionary(level, &self.0).context("cannot start zstd")?;
        // Each block has a checksum of ours, and its length stands before it.
        compressor.include_checksum(false).context("cannot start zstd")?;
        compressor.compress(bytes).context("cannot compress a block")
    }

    /// A block as a section.
    ///
    /// # Errors
    /// If zstd fails.
    pub fn pack(&self, block: &Encoded, level: i32) -> Result<Packed> {
        let mut content = Vec::new();
        push_varint(block.ids.len() as u64, &mut content);
        push_varint(block.bytes.len() as u64, &mut content);
        content.extend_from_slice(&self.compress(&block.bytes, level)?);
        Ok(Packed { section: section(BLOCK, &content), ids: block.ids.clone() })
    }

    /// The lines of a block.
    ///
    /// # Errors
    /// If it is damaged, or larger than allowed.
    pub fn unpack(&self, content: &[u8], limits: Limits) -> Result<Vec<Vec<u8>>, Damage> {
        let mut bytes = Bytes(content);
        let (n_lines, length) = (bytes.number()?, bytes.number()?);
        if length > limits.section_bytes {
            return Err(Damage::new(format!(
                "a block of {length} bytes, more than --max-record-bytes allows"
            )));
        }
        let trouble = |_| Damage::new("a block is no zstd");
        let mut decoder = zstd::Decoder::with_dictionary(bytes.0, &self.0).map_err(trouble)?;
        let mut plain = Vec::new();
        decoder.by_ref().take(length + 1).read_to_end(&mut plain).map_err(trouble)?;
        if plain.len() as u64 != length {
            return Err(Damage::new("a block has another length than it says"));
        }
        decode(&plain, n_lines)
    }
}

/// A block that can be written.
pub struct Packed {
    section: Vec<u8>,
    ids: Vec<[u8; ID_BYTES]>,
}

/// The order of things in a file: gives the bytes, and remembers what the index needs.
#[derive(Default)]
pub struct Packer {
    at: u64,
    index: Vec<u8>,
    n_blocks: u64,
}

impl Packer {
    fn count(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.at += bytes.len() as u64;
        bytes
    }

    /// The beginning of the file.
    ///
    /// # Errors
    /// If zstd fails.
    pub fn begin(&mut self, dictionary: &Dictionary) -> Result<Vec<u8>> {
        let bytes = [&MAGIC[..], &section(DICTIONARY, &dictionary.stored()?)].concat();
        Ok(self.count(bytes))
    }

    /// A block.
    pub fn block(&mut self, packed: Packed) -> Vec<u8> {
        self.n_blocks += 1;
        push_varint(self.at, &mut self.index);
        push_varint(packed.ids.len() as u64, &mut self.index);
        packed.ids.iter().for_each(|id| self.index.extend_from_slice(id));
        self.count(packed.section)
    }

    /// The end of the file.
    pub fn end(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        push_varint(self.n_blocks, &mut content);
        content.append(&mut self.index);
        let index_at = self.at;
        [section(INDEX, &content), footer(index_at)].concat()
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.at
    }
}
