//! The notebooks to look at: named, found in folders, listed, or in records.

use std::ffi::OsStr;
use std::io::BufRead as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::{Input, Line, Stage};
use ignore::WalkBuilder;
use notebook::Fault;
use records::Reason;

use super::Args;

/// One unit of work.
pub enum Unit {
    /// A file.
    File {
        /// Where it is.
        file: PathBuf,
        /// What records call it.
        path: String,
    },
    /// A line that should be a record.
    Line(Line),
}

/// Finds and reads files.
#[derive(Clone)]
pub struct Finder {
    args: Args,
}

type Units = Box<dyn Iterator<Item = Result<Unit>> + Send>;

impl Finder {
    pub fn of(args: &Args) -> Self {
        Self { args: args.clone() }
    }

    /// All that the arguments name.
    ///
    /// # Errors
    /// If something that they name does not exist.
    pub fn units(self, stage: &Stage) -> Result<Units> {
        if let Some(list) = self.args.files_from.clone() {
            return self.listed(&list);
        }
        if self.args.inputs.is_empty() {
            return Ok(Self::lines(stage.input(Vec::new())));
        }
        let inputs = self.args.inputs.clone();
        for input in inputs.iter().filter(|input| *input != Path::new("-")) {
            input.metadata().with_context(|| format!("cannot read {}", input.display()))?;
        }
        Ok(Box::new(inputs.into_iter().flat_map(move |input| self.expand(input))))
    }

    fn listed(self, list: &Path) -> Result<Units> {
        let (list, reader) = filter::open(list)?;
        let lines = reader.split(b'\n').filter_map(move |name| {
            let name = match name.with_context(|| format!("cannot read {list}")) {
                Ok(name) => name,
                Err(error) => return Some(Err(error)),
            };
            let name = name.trim_ascii();
            (!name.is_empty()).then(|| Ok(self.file(self.args.root.join(OsStr::from_bytes(name)))))
        });
        Ok(Box::new(lines))
    }

    fn lines(mut input: Input) -> Units {
        Box::new(std::iter::from_fn(move || input.next_line().transpose()).map(|line| line.map(Unit::Line)))
    }

    fn expand(&self, input: PathBuf) -> Units {
        if input.is_dir() {
            return self.walk(&input);
        }
        let name = input.to_string_lossy();
        if name == "-" || name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
            return Self::lines(Input::new(vec![input], self.args.common.max_record_bytes, None));
        }
        Box::new(std::iter::once(Ok(self.file(input))))
    }

    /// The notebooks of a folder in the order of their names; the copies that Jupyter keeps are hidden.
    fn walk(&self, folder: &Path) -> Units {
        let mut walk = WalkBuilder::new(folder);
        walk.standard_filters(false).hidden(true).sort_by_file_name(OsStr::cmp);
        let finder = self.clone();
        Box::new(walk.build().filter_map(move |entry| match entry {
            Ok(entry) => {
                let is_notebook = entry.path().extension().is_some_and(|extension| extension == "ipynb");
                (is_notebook && entry.path().is_file()).then(|| Ok(finder.file(entry.into_path())))
            }
            Err(error) => Some(Err(error.into())),
        }))
    }

    fn file(&self, file: PathBuf) -> Unit {
        let path = record_path(&file, &self.args.root);
        Unit::File { file, path }
    }

    /// Reads a file, if it is not longer than allowed.
    ///
    /// # Errors
    /// If it is, or cannot be read.
    pub fn read(&self, file: &Path) -> Result<Vec<u8>, Fault> {
        let unreadable =
            |error: std::io::Error| Fault { reason: Reason::Unreadable, detail: error.to_string() };
        let limit = self.args.common.max_record_bytes;
        if file.metadata().map_err(unreadable)?.len() > limit as u64 {
            let detail = format!("longer than {limit} bytes (--max-record-bytes)");
            return Err(Fault { reason: Reason::TooLarge, detail });
        }
        std::fs::read(file).map_err(unreadable)
    }
}

/// The path as records have it: relative to `root` if it lies below.
fn record_path(file: &Path, root: &Path) -> String {
    let plain =
        |path: &Path| path.components().filter(|part| *part != Component::CurDir).collect::<PathBuf>();
    let (file, root) = (plain(file), plain(root));
    file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned()
}

/// The repository of a path: its first folders, `""` when it has none.
pub fn repo_of(path: &str, depth: usize) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').filter(|part| !part.is_empty()).take(depth).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{record_path, repo_of};

    #[test]
    fn paths_are_relative_to_the_root_and_begin_with_the_repository() {
        assert_eq!(record_path(Path::new("./s/a/b.ipynb"), Path::new("s")), "a/b.ipynb");
        assert_eq!(record_path(Path::new("/x/b.ipynb"), Path::new(".")), "/x/b.ipynb");
        assert_eq!((repo_of("a/b/c.ipynb", 1), repo_of("c.ipynb", 1)), ("a".to_owned(), String::new()));
    }
}
