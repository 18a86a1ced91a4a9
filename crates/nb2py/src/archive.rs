//! The members of an archive: `.zip`, `.tar`, `.tar.gz` and `.tar.zst`.
//!
//! A member is called as it would be if the archive were unpacked in the root folder, so that the records
//! of an archive are those of its files. Members are read one after the other by a thread of their own,
//! a few ahead of the workers; nothing is unpacked to disk.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;
use records::Reason;

use crate::inputs::{Unit, is_wanted_name};

/// How many members are read ahead. Each may be as large as a file may be.
const AHEAD: usize = 4;

/// The kinds of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `.zip`
    Zip,
    /// `.tar`, and `.tar.zst`: zstd is seen from the bytes.
    Tar,
    /// `.tar.gz`
    TarGz,
}

impl Kind {
    /// The kind of archive that a file's name promises.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match () {
            () if ends(&[".zip"]) => Some(Self::Zip),
            () if ends(&[".tar", ".tar.zst", ".tzst"]) => Some(Self::Tar),
            () if ends(&[".tar.gz", ".tgz"]) => Some(Self::TarGz),
            () => None,
        }
    }
}

/// The notebooks and scripts in an archive, in its order. What is damaged is a unit too, to be rejected.
pub fn members(archive: PathBuf, kind: Kind, max_bytes: usize) -> impl Iterator<Item = Unit> + Send {
    let (send, receive) = sync_channel(AHEAD);
    thread::spawn(move || {
        let reading = match kind {
            Kind::Zip => zip(&archive, max_bytes, &send),
            Kind::Tar => open(&archive).and_then(|file| tar(file, max_bytes, &send)),
            Kind::TarGz => open(&archive).and_then(|file| tar(MultiGzDecoder::new(file), max_bytes, &send)),
        };
        if let Err(error) = reading {
            let path = archive.display().to_string();
            let _ =
                send.send(Unit::Unusable { path, reason: Reason::Unreadable, detail: format!("{error:#}") });
        }
    });
    receive.into_iter()
}

fn open(archive: &Path) -> Result<impl Read + use<>> {
    filter::open(archive).map(|(_, reader)| reader)
}

fn tar(archive: impl Read, max_bytes: usize, send: &SyncSender<Unit>) -> Result<()> {
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if entry.header().entry_type().is_file() && !take(&path, &mut entry, max_bytes, send)? {
            break;
        }
    }
    Ok(())
}

fn zip(archive: &Path, max_bytes: usize, send: &SyncSender<Unit>) -> Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(archive)?))?;
    for index in 0..archive.len() {
        let mut member = archive.by_index(index)?;
        let path = PathBuf::from(&*member.name()?);
        if member.is_file() && !take(&path, &mut member, max_bytes, send)? {
            break;
        }
    }
    Ok(())
}

/// Reads a member if it is one to convert; whether anybody still listens.
fn take(path: &Path, member: &mut impl Read, max_bytes: usize, send: &SyncSender<Unit>) -> Result<bool> {
    // Only the plain parts of a name: it comes from a stranger, and later stages look for files under it.
    let parts: Vec<_> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    let path = parts.join("/");
    if parts.iter().any(|part| part.starts_with('.')) || !is_wanted_name(Path::new(&path)) {
        return Ok(true);
    }
    let mut bytes = Vec::new();
    read_limited(member, max_bytes, &mut bytes).with_context(|| format!("cannot read {path}"))?;
    Ok(send.send(Unit::Member { path, bytes }).is_ok())
}

/// Reads to the end, but not more than one byte over the limit, which is enough to know.
pub fn read_limited(reader: &mut impl Read, max_bytes: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    reader.take(max_bytes as u64 + 1).read_to_end(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Kind;

    #[test]
    fn names_of_archives() {
        let kind = |name| Kind::of(Path::new(name));
        assert_eq!(kind("a/b.ZIP"), Some(Kind::Zip));
        assert_eq!(kind("b.tar.zst"), Some(Kind::Tar));
        assert_eq!(kind("b.tgz"), Some(Kind::TarGz));
        assert_eq!(kind("b.ipynb"), None);
    }
}
