//! The files to convert: named, found in folders and archives, or listed.

use std::ffi::OsStr;
use std::io::{BufRead as _, Cursor, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::{Input, Line};
use ignore::WalkBuilder;
use records::Reason;

use crate::archive::{self, members};

/// One unit of work. What records call a file is its `path`.
pub enum Unit {
    /// A file.
    File {
        /// Where it is.
        file: PathBuf,
        /// Its name.
        path: String,
    },
    /// A member of an archive.
    Member {
        /// Its name.
        path: String,
        /// Its content, or more of it than is allowed.
        bytes: Vec<u8>,
    },
    /// A line that should be a `source/1` record.
    Line(Line),
    /// What was found, but cannot be used.
    Unusable {
        /// Its name.
        path: String,
        /// Why.
        reason: Reason,
        /// What is wrong.
        detail: String,
    },
}

/// Finds files, and names them as records have them.
#[derive(Clone)]
pub struct Finder {
    /// The folder that paths in records are relative to.
    pub root: PathBuf,
    /// How large a file may be.
    pub max_bytes: usize,
}

type Units = Box<dyn Iterator<Item = Result<Unit>> + Send>;

impl Finder {
    /// The files among the arguments, and those in the folders and archives among them.
    ///
    /// # Errors
    /// If one of them does not exist: whoever types a name wants to know.
    pub fn named(self, inputs: Vec<PathBuf>) -> Result<Units> {
        for input in &inputs {
            input.metadata().with_context(|| format!("cannot read {}", input.display()))?;
        }
        Ok(Box::new(inputs.into_iter().flat_map(move |input| self.expand(input))))
    }

    /// The files named in a list, one a line or separated by NUL bytes; relative names count from the root.
    ///
    /// # Errors
    /// If the list cannot be opened.
    pub fn listed(self, list: &Path) -> Result<Units> {
        let (list, mut reader) = filter::open(list)?;
        let mut head = Vec::new();
        reader
            .by_ref()
            .take(1 << 16)
            .read_to_end(&mut head)
            .with_context(|| format!("cannot read {list}"))?;
        let separator = if head.contains(&0) { 0 } else { b'\n' };
        let names = Cursor::new(head).chain(reader).split(separator);
        Ok(Box::new(names.flat_map(move |name| -> Units {
            let name = match name.with_context(|| format!("cannot read {list}")) {
                Ok(name) => name,
                Err(error) => return Box::new(std::iter::once(Err(error))),
            };
            match name.strip_suffix(b"\r").unwrap_or(&name) {
                b"" => Box::new(std::iter::empty()),
                name => {
                    let input = self.root.join(OsStr::from_bytes(name));
                    // Most names in lists are those of files: they are opened without a look beforehand.
                    if is_wanted_name(&input) {
                        return Box::new(std::iter::once(Ok(self.file(input))));
                    }
                    self.expand(input)
                }
            }
        })))
    }

    /// The records in files of JSONL, or on stdin when there are none.
    pub fn lines(mut input: Input) -> Units {
        Box::new(std::iter::from_fn(move || input.next_line().transpose()).map(|line| line.map(Unit::Line)))
    }

    /// A file as it is, an archive's members, the lines of JSONL, or all that is wanted in a folder.
    fn expand(&self, input: PathBuf) -> Units {
        if input.is_dir() {
            return self.walk(input);
        }
        if let Some(kind) = archive::Kind::of(&input) {
            return Box::new(members(input, kind, self.max_bytes).map(Ok));
        }
        let name = input.to_string_lossy();
        if name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
            return Self::lines(Input::new(vec![input], self.max_bytes, None));
        }
        Box::new(std::iter::once(Ok(self.file(input))))
    }

    /// The notebooks and scripts of a folder, in the order of their names.
    ///
    /// What is hidden is passed over, and so are the copies that Jupyter keeps in `.ipynb_checkpoints`.
    /// `.gitignore` is not asked: a study's notebooks are wanted, whatever its authors commit.
    fn walk(&self, folder: PathBuf) -> Units {
        let mut walk = WalkBuilder::new(&folder);
        walk.standard_filters(false).hidden(true).sort_by_file_name(OsStr::cmp);
        let finder = self.clone();
        Box::new(walk.build().filter_map(move |entry| match entry {
            // Links to files are followed, links to folders are not: they may lead in circles.
            Ok(entry) if is_wanted_name(entry.path()) && entry.path().is_file() => {
                Some(Ok(finder.file(entry.into_path())))
            }
            Ok(_) => None,
            Err(error) => {
                let path = record_path(&folder, &finder.root);
                Some(Ok(Unit::Unusable { path, reason: Reason::Unreadable, detail: error.to_string() }))
            }
        }))
    }

    fn file(&self, file: PathBuf) -> Unit {
        let path = record_path(&file, &self.root);
        Unit::File { file, path }
    }
}

/// Whether a name found in a folder or an archive is that of a notebook or script.
pub fn is_wanted_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ipynb" || extension == "py")
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
