//! Sections: a letter, a length, what is in them, and a checksum over all of it.

use std::io::{self, Read};

use anyhow::{Context as _, Result};

use super::Damage;

/// The first bytes of a packed file: a name, and the version of the form.
pub const MAGIC: [u8; 8] = *b"ntrace\x01\n";
/// The last bytes of a packed file.
pub const END: [u8; 8] = *b"\nntrace.";
/// Bytes behind the last section: where the index is, a checksum, [`END`].
pub const FOOTER_BYTES: u64 = 24;
const HEAD_BYTES: usize = 9;
const CHECK_BYTES: usize = 8;

/// The dictionary of the file.
pub const DICTIONARY: u8 = b'D';
/// A block of lines.
pub const BLOCK: u8 = b'B';
/// Where the blocks are, and which records are in them.
pub const INDEX: u8 = b'I';

/// A block is closed behind the line that makes it as long as this.
pub const BLOCK_BYTES: usize = 16 << 20;

/// How much a reader takes into memory for one section, packed and unpacked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a section in the file, and of a block when it is unpacked.
    pub section_bytes: u64,
}

impl Limits {
    /// What files need whose longest record has so many bytes: a block is closed behind the line that makes it
    /// [`BLOCK_BYTES`] long, and what cannot be made smaller grows a little.
    pub fn for_records_of(max_record_bytes: usize) -> Self {
        Self { section_bytes: BLOCK_BYTES as u64 + 2 * max_record_bytes as u64 + (1 << 20) }
    }
}

/// The first 8 bytes of a hash.
pub fn check_of(parts: &[&[u8]]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new();
    parts.iter().for_each(|part| {
        hasher.update(part);
    });
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK_BYTES]);
    check
}

/// A section as it stands in a file.
pub fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + HEAD_BYTES + CHECK_BYTES);
    bytes.push(kind);
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    bytes.extend_from_slice(&check_of(&[&bytes]));
    bytes
}

/// The end of a file whose index begins at this byte.
pub fn footer(index_at: u64) -> Vec<u8> {
    let mut bytes = index_at.to_le_bytes().to_vec();
    bytes.extend_from_slice(&check_of(&[&MAGIC, &bytes]));
    bytes.extend_from_slice(&END);
    bytes
}

/// Where the index begins, as the last bytes of a file say.
///
/// # Errors
/// If they do not say so.
pub fn read_footer(bytes: &[u8]) -> Result<u64, Damage> {
    let at: [u8; 8] = bytes.get(..8).and_then(|at| at.try_into().ok()).ok_or_else(torn)?;
    if bytes[8..] != footer(u64::from_le_bytes(at))[8..] {
        return Err(Damage::new("the last bytes are damaged, or the file is torn"));
    }
    Ok(u64::from_le_bytes(at))
}

fn torn() -> Damage {
    Damage::new("the file is torn")
}

/// Reads a section: its letter and its content.
///
/// # Errors
/// If reading fails, or the section is torn, damaged or larger than allowed.
pub fn read_section(source: &mut impl Read, limits: Limits) -> Result<(u8, Vec<u8>)> {
    let mut head = [0; HEAD_BYTES];
    fill(source, &mut head)?;
    let length = u64::from_le_bytes(head[1..].try_into().expect("eight bytes"));
    if length > limits.section_bytes {
        let found = format!("a section of {length} bytes, more than --max-record-bytes allows, or damage");
        return Err(Damage::new(found).into());
    }
    // Memory is taken as bytes arrive, not as the head promises.
    let mut content = Vec::new();
    source.take(length).read_to_end(&mut content).context("cannot read on")?;
    if content.len() as u64 != length {
        return Err(torn().into());
    }
    let mut check = [0; CHECK_BYTES];
    fill(source, &mut check)?;
    if check != check_of(&[&head, &content]) {
        return Err(Damage::new("a checksum does not agree: bytes are damaged").into());
    }
    Ok((head[0], content))
}

/// Reads so many bytes.
///
/// # Errors
/// If there are fewer.
pub fn fill(source: &mut impl Read, bytes: &mut [u8]) -> Result<()> {
    source.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => torn().into(),
        _ => anyhow::Error::new(error).context("cannot read on"),
    })
}
