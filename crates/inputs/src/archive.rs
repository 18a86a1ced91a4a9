//! The members of an archive: `.zip`, `.tar`, `.tar.gz` and `.tar.zst`.
//!
//! A member is called as it would be if the archive were unpacked in the root folder, so that the records
//! of an archive are those of its files. Members are read one after the other by a thread of their own,
//! a few ahead of the workers; nothing is unpacked to disk.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::{Result, bail};
use flate2::read::MultiGzDecoder;
use notebook::Fault;
use records::Reason;

use crate::Unit;
use crate::file::read_limited;
use crate::path::is_wanted;

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
        let reader = MemberReader { endings, max_bytes, send };
        let reading = match kind {
            Kind::Zip => reader.zip(&archive),
            Kind::Tar => open(&archive).and_then(|file| reader.tar(file)),
            Kind::TarGz => open(&archive).and_then(|file| reader.tar(MultiGzDecoder::new(file))),
        };
        if let Err(error) = reading {
            let fault = Fault { reason: Reason::Unreadable, detail: format!("{error:#}") };
            let _ = reader.send.send(Unit::Unusable { path: archive.display().to_string(), fault });
        }
    });
    receive.into_iter()
}

fn open(archive: &Path) -> Result<impl Read + use<>> {
    filter::open(archive).map(|(_, reader)| reader)
}

/// Reads members and sends them on.
struct MemberReader {
    endings: &'static [&'static str],
    max_bytes: usize,
    send: SyncSender<Unit>,
}

impl MemberReader {
    fn tar(&self, archive: impl Read) -> Result<()> {
        for entry in tar::Archive::new(archive).entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            if entry.header().entry_type().is_file() && !self.take(&path, &mut entry)? {
                break;
            }
        }
        Ok(())
    }

    fn zip(&self, archive: &Path) -> Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(File::open(archive)?))?;
        for index in 0..archive.len() {
            let mut member = archive.by_index(index)?;
            let path = PathBuf::from(&*member.name()?);
            if member.is_file() && !self.take(&path, &mut member)? {
                break;
            }
        }
        Ok(())
    }

    /// Reads a member if it is wanted; whether anybody still listens.
    fn take(&self, path: &Path, member: &mut impl Read) -> Result<bool> {
        // Only the plain parts of a name: it comes from a stranger, and later stages look for files under it.
        let parts: Vec<_> = path
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy()),
                _ => None,
            })
            .collect();
        let path = parts.join("/");
        if parts.iter().any(|part| part.starts_with('.')) || !is_wanted(Path::new(&path), self.endings) {
            return Ok(true);
        }
        let unit = match read_limited(member, 0, self.max_bytes) {
            Ok(bytes) => Unit::Member { path, bytes },
            Err(fault) if fault.reason == Reason::TooLarge => Unit::Unusable { path, fault },
            Err(fault) => bail!("cannot read {path}: {fault}"),
        };
        Ok(self.send.send(unit).is_ok())
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
