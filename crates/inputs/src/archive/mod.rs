//! The members of an archive: `.zip`, `.tar`, `.tar.gz` and `.tar.zst`.
//!
//! A member is called as it would be if the archive were unpacked in the root folder, so that the records
//! of an archive are those of its files. Members are read one after the other by a thread of their own,
//! a few ahead of the workers; nothing is unpacked to disk. A member that is damaged, encrypted or too long
//! costs itself and no other.

mod tar;
mod zip;

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::{Result, anyhow};
use flate2::read::MultiGzDecoder;

use crate::file::{read_limited, unreadable};
use crate::path::is_wanted;
use crate::unit::Unit;

/// How many members are read ahead. Each may be as large as a file may be.
const AHEAD: usize = 4;
/// A name that is longer could not be unpacked, and stands in every record of its member.
const MAX_PATH_BYTES: usize = 4096;

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

/// The members of an archive that have one of the endings, in its order. What is damaged is a unit too, to
/// be rejected.
pub fn members(
    archive: PathBuf,
    kind: Kind,
    endings: &'static [&'static str],
    max_bytes: usize,
) -> impl Iterator<Item = Unit> + Send {
    let (send, receive) = sync_channel(AHEAD);
    thread::spawn(move || {
        let members = Members { archive, endings, max_bytes, send };
        // A fault of a library must not look like the end of the archive.
        let reading = catch_unwind(AssertUnwindSafe(|| members.read(kind)));
        let reading = reading.unwrap_or_else(|_| Err(anyhow!("its reader failed, the rest is lost")));
        if let Err(error) = reading {
            // When nobody listens any more, nobody misses it.
            let _ = members.damaged(format!("{error:#}"));
        }
    });
    receive.into_iter()
}

/// Nobody reads on: the program ends early.
struct NobodyListens;

/// The members of one archive on their way to whoever works on them.
struct Members {
    archive: PathBuf,
    endings: &'static [&'static str],
    max_bytes: usize,
    send: SyncSender<Unit>,
}

impl Members {
    /// Reads all members; an error is one of the whole archive.
    fn read(&self, kind: Kind) -> Result<()> {
        let open = || filter::open(&self.archive).map(|(_, reader)| reader);
        let ended = match kind {
            Kind::Zip => zip::read(BufReader::new(File::open(&self.archive)?), self)?,
            Kind::Tar => tar::read(open()?, self),
            Kind::TarGz => tar::read(MultiGzDecoder::new(open()?), self),
        };
        // Early or late: there is nobody left to tell.
        let (Ok(()) | Err(NobodyListens)) = ended;
        Ok(())
    }

    /// Hands on a member if it is wanted; `open` gives its content.
    fn take<R: Read, E: ToString>(
        &self,
        path: &Path,
        open: impl FnOnce() -> Result<R, E>,
    ) -> Result<(), NobodyListens> {
        let Some(path) = self.wanted(path) else { return Ok(()) };
        if path.len() > MAX_PATH_BYTES {
            return self.damaged(format!("the name of a member is longer than {MAX_PATH_BYTES} bytes"));
        }
        let bytes =
            open().map_err(unreadable).and_then(|mut member| read_limited(&mut member, 0, self.max_bytes));
        self.send(match bytes {
            Ok(bytes) => Unit::Member { path, bytes },
            Err(fault) => Unit::Unusable { path, fault },
        })
    }

    /// What records call a member that is to be read.
    fn wanted(&self, path: &Path) -> Option<String> {
        // Only the plain parts of a name: it comes from a stranger, and later stages look for files under it.
        let plain = |part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        };
        let parts: Vec<Cow<'_, str>> = path.components().filter_map(plain).collect();
        let path = parts.join("/");
        let is_hidden = parts.iter().any(|part| part.starts_with('.'));
        (!is_hidden && is_wanted(Path::new(&path), self.endings)).then_some(path)
    }

    /// Tells that a part of the archive cannot be read, which may be all of it.
    fn damaged(&self, detail: impl ToString) -> Result<(), NobodyListens> {
        let path = self.archive.display().to_string();
        self.send(Unit::Unusable { path, fault: unreadable(detail) })
    }

    fn send(&self, unit: Unit) -> Result<(), NobodyListens> {
        self.send.send(unit).map_err(|_| NobodyListens)
    }
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
