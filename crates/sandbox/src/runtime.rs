//! The temporary folder with the files of the server, which does not outlive its program: who is killed leaves it, and
//! the next to start removes it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "nbexec-runtime-";
/// Held by its program as long as that lives.
const LOCK: &str = ".lock";

/// A folder whose lock we hold.
pub(crate) struct Folder {
    folder: TempDir,
    _lock: File,
}

impl Folder {
    /// Removes folders that nobody holds any more, and makes one with the files (name and text) of `nalin_runtime`.
    /// `made` is told of it before there is anything in it.
    pub(crate) fn new(files: &[(&str, &str)], made: impl Fn(&Path)) -> io::Result<Self> {
        remove_abandoned(&std::env::temp_dir());
        loop {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(fs::Permissions::from_mode(0o755))
                .tempdir()?;
            made(folder.path());
            let lock = File::create(folder.path().join(LOCK))?;
            if lock.try_lock().is_err() {
                continue; // another took it for abandoned, between its making and its lock
            }
            let package = folder.path().join("nalin_runtime");
            fs::create_dir(&package)?;
            for (name, text) in files {
                let path = package.join(name);
                let parent = path.parent().unwrap_or(&package);
                if !parent.exists() {
                    fs::create_dir(parent)?; // and not all above it, which a signal may just have removed
                }
                fs::write(&path, text)?;
            }
            return Ok(Self { folder, _lock: lock });
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn remove_abandoned(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // A link must not lead us elsewhere; one of another user is not ours to open.
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        // Without a lock it is being made just now.
        let lock = File::options().write(true).open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use std::fs::{self, File};

    use super::{LOCK, PREFIX, remove_abandoned};

    #[test]
    fn what_a_killed_program_left_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let folder = temporary.path().join(name);
            fs::create_dir(&folder).unwrap();
            (folder.clone(), File::create(folder.join(LOCK)).unwrap())
        };
        let (abandoned, lock) = make(&format!("{PREFIX}a"));
        drop(lock);
        let (held, lock) = make(&format!("{PREFIX}b"));
        lock.try_lock().unwrap();
        let (other, _lock) = make("other");
        let new = temporary.path().join(format!("{PREFIX}c"));
        fs::create_dir(&new).unwrap();
        remove_abandoned(temporary.path());
        let exists = [abandoned, held, other, new].map(|folder| folder.exists());
        assert_eq!(exists, [false, true, true, true]);
    }
}
