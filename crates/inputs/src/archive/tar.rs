//! The members of a `.tar`, read from front to back.

use std::cell::Cell;
use std::io::{self, Cursor, ErrorKind, Read};

use tar::{Archive, Header};

use super::{Members, NobodyListens};

const BLOCK: usize = 512;
/// What may stand in front of a member beside its header: a long name, attributes, a map of holes. The crate `tar` reads
/// these whole, however long an archive says that they are.
const MAX_EXTENSION_BYTES: u64 = 1 << 20;

/// Hands on what is wanted. Behind a damaged header it goes on with the next sound one.
pub fn read(archive: impl Read, members: &Members) -> Result<(), NobodyListens> {
    let allowed = Cell::new(0);
    let mut blocks = Blocks { archive, at: 0, allowed: &allowed };
    let mut header = Vec::new();
    loop {
        let rest = Cursor::new(header).chain(&mut blocks);
        let Err(error) = read_on(rest, &allowed, members)? else { return Ok(()) };
        members.damaged(error)?;
        match blocks.next_header() {
            Some(next) => header = next.to_vec(),
            None => return Ok(()),
        }
    }
}

/// Hands on what is wanted up to the end or the first damaged header; `allowed` is of its [`Blocks`].
fn read_on(
    archive: impl Read,
    allowed: &Cell<u64>,
    members: &Members,
) -> Result<io::Result<()>, NobodyListens> {
    allowed.set(MAX_EXTENSION_BYTES);
    let mut archive = Archive::new(archive);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return Ok(Err(error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Ok(Err(error)),
        };
        // Of one with holes the size is not that of its bytes in the archive.
        let bytes = match entry.header().entry_type().is_gnu_sparse() {
            true => entry.header().entry_size().unwrap_or(0),
            false => entry.size(),
        };
        allowed.set(bytes.saturating_add(MAX_EXTENSION_BYTES));
        if !entry.header().entry_type().is_file() {
            continue;
        }
        match entry.path().map(|path| path.into_owned()) {
            Ok(path) => members.take(&path, || io::Result::Ok(Whole { left: entry.size(), entry }))?,
            Err(error) => members.damaged(error)?,
        }
    }
    Ok(Ok(()))
}

/// An archive that knows where its next block begins, and gives no more than is allowed.
struct Blocks<'a, R> {
    archive: R,
    at: usize,
    /// How many bytes may still be read.
    allowed: &'a Cell<u64>,
}

impl<R: Read> Blocks<'_, R> {
    /// The next block that is a sound header, if one is left that can be read.
    fn next_header(&mut self) -> Option<[u8; BLOCK]> {
        self.allowed.set(u64::MAX);
        let mut block = [0; BLOCK];
        let rest = self.at.next_multiple_of(BLOCK) - self.at;
        self.read_exact(&mut block[..rest]).ok()?;
        loop {
            self.read_exact(&mut block).ok()?;
            if is_header(&block) {
                return Some(block);
            }
        }
    }
}

impl<R: Read> Read for Blocks<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = self.allowed.get();
        if allowed == 0 {
            let limit =
                format!("name and attributes of a member are longer than {MAX_EXTENSION_BYTES} bytes");
            return Err(io::Error::other(limit));
        }
        let room = usize::try_from(allowed).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.archive.read(&mut buffer[..room])?;
        self.allowed.set(allowed - read as u64);
        self.at = self.at.wrapping_add(read);
        Ok(read)
    }
}

/// Whether a block has the checksum of a header: the sum of its bytes, those of the sum itself taken for spaces.
fn is_header(block: &[u8; BLOCK]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = block[SUM].iter().map(|&byte| u32::from(byte)).sum();
    let expected = sum - own + SUM.len() as u32 * u32::from(b' ');
    Header::from_byte_slice(block).cksum().is_ok_and(|checksum| checksum == expected)
}

/// A member that must have all its bytes: the crate `tar` takes the end of a torn archive for the end of the member.
struct Whole<R> {
    entry: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        if read == 0 && !buffer.is_empty() && self.left > 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the archive ends within it"));
        }
        Ok(read)
    }
}
