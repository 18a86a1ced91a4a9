//! The model's folder: whole or absent.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::journal;

/// Says before any work is done whether the folder could be written: what stands there is a model that may
/// be replaced, or nothing.
///
/// # Errors
/// If something else is there, or there is no folder to put it in.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let is_ours = ["config.json", journal::FOLDER].iter().any(|name| folder.join(name).exists())
        || fs::read_dir(folder).is_ok_and(|mut dir| dir.next().is_none());
    if folder.exists() && !is_ours {
        bail!("{} is there and is no model; it stays as it is", folder.display());
    }
    let parent = parent(folder);
    if !parent.is_dir() {
        bail!("there is no folder {} to write the model to", parent.display());
    }
    Ok(())
}

/// Writes the files to a folder beside it, to disk, and moves that into place.
///
/// # Errors
/// If the disk is full or the folder cannot be moved.
pub(crate) fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let trouble = || format!("cannot write {}", folder.display());
    let name = folder.file_name().with_context(|| format!("`{}` names no folder", folder.display()))?;
    let temporary = tempfile::Builder::new()
        .prefix(&format!(".{}.", name.to_string_lossy()))
        .suffix(".tmp")
        .tempdir_in(parent(folder))
        .with_context(trouble)?;
    let new = temporary.path().join("new");
    fs::create_dir(&new).with_context(trouble)?;
    for (name, bytes) in files {
        let path = new.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&new)).with_context(trouble)?;
        let mut file = File::create(path).with_context(trouble)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).with_context(trouble)?;
    }
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).with_context(trouble)?;
    if folder.exists() {
        fs::rename(folder, temporary.path().join("old")).with_context(trouble)?;
    }
    fs::rename(&new, folder).with_context(trouble)
}

fn parent(folder: &Path) -> &Path {
    folder.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::{check, write};

    #[test]
    fn a_model_replaces_a_model_and_nothing_else() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("model");
        check(&folder).unwrap();
        for content in ["one", "two"] {
            let files = BTreeMap::from([("config.json".to_owned(), content.as_bytes().to_vec())]);
            write(&folder, &files).unwrap();
            assert_eq!(fs::read_to_string(folder.join("config.json")).unwrap(), content);
            check(&folder).unwrap();
        }
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
        fs::remove_file(folder.join("config.json")).unwrap();
        fs::write(folder.join("thesis.tex"), "years of work").unwrap();
        assert!(check(&folder).is_err());
        assert!(check(&base.path().join("no/model")).is_err());
    }
}
