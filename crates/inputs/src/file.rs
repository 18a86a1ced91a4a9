//! A file that was found: its name, its bytes up to a limit, and the folder that it must lie in.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use filter::too_long;
use nix::fcntl::OFlag;
use notebook::Fault;
use records::Reason;

/// A folder out of which nothing is read, whatever links and `..` lead there.
///
/// The files of strangers are found, not named: a link in a repository may lead to the reader's own
/// secrets, and a pipe in it may keep the reader waiting for ever.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// The folder without links.
    real: Arc<Path>,
    /// What messages call it.
    name: Arc<str>,
}

impl Boundary {
    /// The folder, which need not exist: then nothing in it does.
    pub fn new(folder: &Path, name: &str) -> Self {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Self { real: real.into(), name: name.into() }
    }

    /// The path of a file or folder without links, if it lies inside.
    ///
    /// # Errors
    /// If it does not exist, lies outside, or is a pipe, a device or a socket.
    pub fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let real = path.canonicalize()?;
        if !real.starts_with(&self.real) {
            return Err(io::Error::other(format!("leads out of {}, which is not followed", self.name)));
        }
        let kind = real.symlink_metadata()?.file_type();
        if kind.is_file() || kind.is_dir() { Ok(real) } else { Err(no_file()) }
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        let real = self.resolve(path)?;
        // Should something else have taken its place since the look, nobody waits for it.
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let opened = File::options().read(true).custom_flags(flags.bits()).open(real)?;
        if opened.metadata()?.is_file() { Ok(opened) } else { Err(no_file()) }
    }
}

fn no_file() -> io::Error {
    io::Error::other("no regular file")
}

/// A file that was found and is not opened yet.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// What records call it.
    pub(crate) path: String,
    /// How many bytes it may have.
    pub(crate) max_bytes: usize,
    /// Where it must lie; a file that a person named may lie anywhere, and be a pipe of the shell.
    pub(crate) within: Option<Boundary>,
}

impl FoundFile {
    /// What records call it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Reads it whole.
    ///
    /// # Errors
    /// If it cannot be read, is longer than allowed, or lies outside of the folder that it was found in.
    pub fn read(&self) -> Result<Vec<u8>, Fault> {
        let opened = match &self.within {
            Some(boundary) => boundary.open(&self.file),
            None => File::open(&self.file),
        };
        let mut opened = opened.map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if length > self.max_bytes as u64 {
            return Err(too_large(self.max_bytes));
        }
        // The length of a pipe, and of a file that grows, is known only when it ends.
        read_limited(&mut opened, length as usize, self.max_bytes)
    }
}

/// Reads to the end, where about `expected` bytes are expected.
///
/// # Errors
/// If it cannot be read, or is longer than `max_bytes`.
pub fn read_limited(reader: &mut impl Read, expected: usize, max_bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(expected + 1);
    reader.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > max_bytes { Err(too_large(max_bytes)) } else { Ok(bytes) }
}

/// The fault of what cannot be read.
pub fn unreadable(error: impl ToString) -> Fault {
    Fault { reason: Reason::Unreadable, detail: error.to_string() }
}

fn too_large(max_bytes: usize) -> Fault {
    Fault { reason: Reason::TooLarge, detail: too_long(max_bytes) }
}
