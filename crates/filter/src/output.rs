//! Where records go: stdout, or a file that is whole or absent.

use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

use crate::signals;

/// A writer of bytes that counts them and keeps a file under a temporary name until it is complete.
pub struct Output {
    writer: Writer,
    target: Option<(NamedTempFile, PathBuf)>,
    /// Uncompressed bytes written.
    pub bytes: u64,
}

enum Writer {
    Plain(BufWriter<Box<dyn Write + Send>>),
    Zstd(Box<zstd::Encoder<'static, Box<dyn Write + Send>>>),
}

impl Output {
    /// Opens `path`, `-` for stdout. The file has a dotted temporary name until [`Output::finish`].
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn create(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self { writer: Writer::plain(Box::new(io::stdout())), target: None, bytes: 0 });
        }
        // A device or a pipe is written to as it is: a file put in its place would take `/dev/null` away
        // from the whole machine.
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let trouble = || format!("cannot write to {}", path.display());
            let file = std::fs::OpenOptions::new().write(true).open(path).with_context(trouble)?;
            return Ok(Self { writer: Writer::plain(Box::new(file)), target: None, bytes: 0 });
        }
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = path.file_name().with_context(|| format!("`{}` names no file", path.display()))?;
        let prefix = format!(".{}.", name.to_string_lossy());
        let temporary = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(".tmp")
            .permissions(permissions())
            .tempfile_in(folder)
            .with_context(|| format!("cannot write to {}", path.display()))?;
        signals::remove_at_signal(temporary.path());
        let file: Box<dyn Write + Send> =
            Box::new(temporary.reopen().context("cannot open a temporary file")?);
        let writer = if path.extension().is_some_and(|extension| extension == "zst") {
            Writer::Zstd(Box::new(zstd::Encoder::new(file, 3).context("cannot start zstd")?))
        } else {
            Writer::plain(file)
        };
        Ok(Self { writer, target: Some((temporary, path.to_owned())), bytes: 0 })
    }

    /// Goes on in a plain file that an earlier run left under its final name: keeps its first `keep` bytes.
    ///
    /// For long runs that can be resumed; whoever reads the file must be able to tell its torn end.
    ///
    /// # Errors
    /// If the file cannot be written to.
    pub fn append(path: &Path, keep: u64) -> Result<Self> {
        let trouble = || format!("cannot write to {}", path.display());
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).truncate(false).write(true).open(path).with_context(trouble)?;
        file.set_len(keep).with_context(trouble)?;
        file.seek(SeekFrom::End(0)).with_context(trouble)?;
        Ok(Self { writer: Writer::plain(Box::new(file)), target: None, bytes: 0 })
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// If the disk is full or the reader has gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        let result = match &mut self.writer {
            Writer::Plain(writer) => writer.write_all(bytes),
            Writer::Zstd(writer) => writer.write_all(bytes),
        };
        result.with_context(|| self.trouble())
    }

    /// Hands a pipe's reader what there is.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn flush(&mut self) -> Result<()> {
        match &mut self.writer {
            Writer::Plain(writer) => writer.flush().with_context(|| self.trouble()),
            // Flushing ends a block of zstd and costs compression; nobody waits at the end of a file.
            Writer::Zstd(_) => Ok(()),
        }
    }

    /// Completes the output: to disk, and under its final name.
    ///
    /// # Errors
    /// As [`Output::write`]; the file is then absent.
    pub fn finish(self) -> Result<()> {
        let trouble = self.trouble();
        match self.writer {
            Writer::Plain(mut writer) => writer.flush().context(trouble.clone())?,
            Writer::Zstd(writer) => {
                writer.finish().and_then(|mut file| file.flush()).context(trouble.clone())?;
            }
        }
        if let Some((temporary, path)) = self.target {
            temporary.as_file().sync_all().context(trouble.clone())?;
            let before = temporary.path().to_owned();
            temporary.persist(&path).map_err(|failure| failure.error).context(trouble)?;
            signals::keep(&before);
        }
        Ok(())
    }

    fn trouble(&self) -> String {
        match &self.target {
            Some((_, path)) => format!("cannot write {}", path.display()),
            None => "cannot write to stdout".to_owned(),
        }
    }
}

impl Writer {
    fn plain(inner: Box<dyn Write + Send>) -> Self {
        Self::Plain(BufWriter::with_capacity(1 << 16, inner))
    }
}

/// What an ordinary `open` would give; `tempfile` alone makes files that only their owner can read.
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o666)
}

/// Writes a file that is in memory, whole or not at all.
///
/// # Errors
/// As [`Output::create`] and [`Output::write`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write(bytes)?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::Output;

    #[test]
    fn a_file_is_whole_or_absent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let mut output = Output::create(&path).unwrap();
        output.write(b"{}\n").unwrap();
        assert!(!path.exists());
        output.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}\n");

        let mut output = Output::create(&path).unwrap();
        output.write(b"half").unwrap();
        drop(output);
        assert_eq!(std::fs::read(&path).unwrap(), b"{}\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_a_pipe() {
        use std::io::Read as _;
        use std::os::unix::fs::FileTypeExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let reader = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut text = String::new();
                std::fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        let mut output = Output::create(&path).unwrap();
        output.write(b"{}\n").unwrap();
        output.finish().unwrap();
        assert_eq!(reader.join().unwrap(), "{}\n");
        assert!(std::fs::symlink_metadata(&path).unwrap().file_type().is_fifo());
    }

    #[test]
    fn appending_keeps_what_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        for (keep, expected) in [(0, "{}\n"), (3, "{}\n{}\n"), (3, "{}\n{}\n")] {
            let mut output = Output::append(&path, keep).unwrap();
            output.write(b"{}\n").unwrap();
            output.finish().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        }
    }

    #[test]
    fn a_name_in_zst_is_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl.zst");
        let mut output = Output::create(&path).unwrap();
        output.write(b"{}\n").unwrap();
        output.finish().unwrap();
        let compressed = std::fs::read(&path).unwrap();
        assert_eq!(zstd::decode_all(&compressed[..]).unwrap(), b"{}\n");
    }
}
