//! The files to convert: named, found in folders, or listed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::Line;
use ignore::WalkBuilder;

/// One unit of work.
pub enum Unit {
    /// A file.
    File {
        /// Where it is.
        file: PathBuf,
        /// What records call it.
        path: String,
    },
    /// A line that should be a `source/1` record.
    Line(Line),
    /// A folder that could not be searched.
    Unreadable {
        /// What is wrong with which folder.
        detail: String,
    },
}

/// The files among the arguments, and those in the folders among them.
///
/// # Errors
/// If one of them does not exist: whoever types a name wants to know.
pub fn named(inputs: Vec<PathBuf>, root: &Path) -> Result<impl Iterator<Item = Result<Unit>> + Send + use<>> {
    for input in &inputs {
        input.metadata().with_context(|| format!("cannot read {}", input.display()))?;
    }
    let root = root.to_owned();
    Ok(inputs.into_iter().flat_map(move |input| expand(input, &root)).map(Ok))
}

/// The files named in a list, one a line or separated by NUL bytes; relative names count from `root`.
///
/// # Errors
/// If the list cannot be opened.
pub fn listed(list: &Path, root: &Path) -> Result<impl Iterator<Item = Result<Unit>> + Send + use<>> {
    let mut reader: Box<dyn BufRead + Send> = if list == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(list).with_context(|| format!("cannot open {}", list.display()))?))
    };
    let has_nul = reader.fill_buf().with_context(|| format!("cannot read {}", list.display()))?.contains(&0);
    let separator = if has_nul { 0 } else { b'\n' };
    let list = list.display().to_string();
    let root = root.to_owned();
    Ok(reader.split(separator).flat_map(move |name| {
        let name = match name.with_context(|| format!("cannot read {list}")) {
            Ok(name) => name,
            Err(error) => return vec![Err(error)].into_iter(),
        };
        let name = name.strip_suffix(b"\r").unwrap_or(&name);
        let units: Vec<_> = match name {
            b"" => Vec::new(),
            name => expand(root.join(OsStr::from_bytes(name)), &root).map(Ok).collect(),
        };
        units.into_iter()
    }))
}

/// A file as it is; of a folder all notebooks and scripts, in the order of their names.
///
/// What is hidden is passed over, and so are the copies that Jupyter keeps in `.ipynb_checkpoints`.
/// `.gitignore` is not asked: a study's notebooks are wanted, whatever its authors commit.
fn expand(input: PathBuf, root: &Path) -> Box<dyn Iterator<Item = Unit> + Send> {
    if !input.is_dir() {
        return Box::new(std::iter::once(unit(input, root)));
    }
    let mut walk = WalkBuilder::new(&input);
    walk.standard_filters(false).hidden(true).sort_by_file_name(OsStr::cmp);
    let root = root.to_owned();
    Box::new(walk.build().filter_map(move |entry| match entry {
        Ok(entry) if is_wanted(&entry) => Some(unit(entry.into_path(), &root)),
        Ok(_) => None,
        Err(error) => Some(Unit::Unreadable { detail: error.to_string() }),
    }))
}

fn is_wanted(entry: &ignore::DirEntry) -> bool {
    // Links to files are followed, links to folders are not: they may lead in circles.
    entry.path().extension().is_some_and(|extension| extension == "ipynb" || extension == "py")
        && entry.path().is_file()
}

fn unit(file: PathBuf, root: &Path) -> Unit {
    let path = record_path(&file, root);
    Unit::File { file, path }
}

/// The path as records have it: relative to `root` if it lies below, with `/` between its parts.
pub fn record_path(file: &Path, root: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (file, root) = (parts(file), parts(root));
    let below = file.strip_prefix(&root[..]).filter(|rest| !rest.is_empty()).unwrap_or(&file);
    below.join("/").replace("//", "/")
}

/// The repository of a path: its first folders, `""` when it has none.
pub fn repo_of(path: &str, depth: usize) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let parts: Vec<&str> = folders.split('/').filter(|part| !part.is_empty()).take(depth).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{record_path, repo_of};

    #[test]
    fn paths_in_records_are_relative_to_the_root() {
        let path = |file: &str, root: &str| record_path(Path::new(file), Path::new(root));
        assert_eq!(path("./a/b.ipynb", "."), "a/b.ipynb");
        assert_eq!(path("c/a/b.ipynb", "c/"), "a/b.ipynb");
        assert_eq!(path("d/a.ipynb", "c"), "d/a.ipynb");
        assert_eq!(path("/x/a.ipynb", "/x"), "a.ipynb");
        assert_eq!(path("/x/a.ipynb", "."), "/x/a.ipynb");
    }

    #[test]
    fn repositories_are_the_first_folders() {
        assert_eq!(repo_of("a/b/c.ipynb", 1), "a");
        assert_eq!(repo_of("a/b/c.ipynb", 2), "a/b");
        assert_eq!(repo_of("a/b/c.ipynb", 9), "a/b");
        assert_eq!(repo_of("c.ipynb", 1), "");
        assert_eq!(repo_of("/x/c.ipynb", 1), "x");
    }
}
