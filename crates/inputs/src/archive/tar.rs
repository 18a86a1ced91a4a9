//! The members of a `.tar`, read from front to back.

use std::io::{self, Cursor, ErrorKind, Read};

use tar::{Archive, Header};

use super::{Members, NobodyListens};

const BLOCK: usize = 512;

/// Hands on what is wanted. Behind a damaged header it goes on with the next sound one.
pub fn read(archive: impl Read, members: &Members) -> Result<(), NobodyListens> {
    let mut blocks = Blocks { archive, at: 0 };
    let mut header = Vec::new();
    loop {
        let Err(error) = read_on(Cursor::new(header).chain(&mut blocks), members)? else { return Ok(()) };
        members.damaged(error)?;
        match blocks.next_header() {
            Some(next) => header = next.to_vec(),
            None => return Ok(()),
        }
    }
}

/// Hands on what is wanted up to the end or the first damaged header.
fn read_on(archive: impl Read, members: &Members) -> Result<io::Result<()>, NobodyListens> {
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

/// An archive that knows where its next block begins.
struct Blocks<R> {
    archive: R,
    at: usize,
}

impl<R: Read> Blocks<R> {
    /// The next block that is a sound header, if one is left that can be read.
    fn next_header(&mut self) -> Option<[u8; BLOCK]> {
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

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.archive.read(buffer)?;
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
