//! The files to work on: named, found in folders and archives, or listed.

use std::ffi::OsStr;
use std::io::{BufRead as _, Cursor, Read as _};
use std::iter::{empty, from_fn, once};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::Input;
use ignore::WalkBuilder;

use crate::archive::{Kind, members};
use crate::file::{Boundary, FoundFile, unreadable};
use crate::path::{is_wanted, record_path};
use crate::unit::Unit;

/// Units of work, one after the other; an error ends the program.
pub type Units = Box<dyn Iterator<Item = Result<Unit>> + Send>;

/// Finds files, and names them as records have them.
///
/// What a person names is read wherever it lies. What lists and records name must lie below the root, what is
/// found in a folder within that folder, whatever links lead there; anything else is a fault of its file.
#[derive(Clone, Debug)]
pub struct Finder {
    root: PathBuf,
    below_root: Boundary,
    endings: &'static [&'static str],
    max_bytes: usize,
}

impl Finder {
    /// Finds files with these endings (without the dot) and not longer than `max_bytes`; their paths in
    /// records are relative to the folder `root`.
    pub fn new(root: &Path, endings: &'static [&'static str], max_bytes: usize) -> Self {
        let below_root = Boundary::new(root, "--root");
        Self { root: root.to_owned(), below_root, endings, max_bytes }
    }

    /// What a program is asked to read: its inputs, or the files of a list, or the records on `stdin` when
    /// neither is given.
    ///
    /// # Errors
    /// As [`Finder::named`] and [`Finder::listed`].
    pub fn units(self, inputs: Vec<PathBuf>, list: Option<&Path>, stdin: Input) -> Result<Units> {
        match list {
            Some(list) => self.listed(list),
            None if inputs.is_empty() => Ok(lines(stdin)),
            None => self.named(inputs),
        }
    }

    /// The files among the inputs, those in the folders and archives among them, and the lines of `.jsonl`
    /// (and of stdin, `-`).
    ///
    /// # Errors
    /// If one of them does not exist: whoever types a name wants to know.
    pub fn named(self, inputs: Vec<PathBuf>) -> Result<Units> {
        for input in inputs.iter().filter(|input| *input != Path::new("-")) {
            input.metadata().with_context(|| format!("cannot read {}", input.display()))?;
        }
        Ok(Box::new(inputs.into_iter().flat_map(move |input| self.expand(input, None))))
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
                Err(error) => return Box::new(once(Err(error))),
            };
            match name.strip_suffix(b"\r").unwrap_or(&name) {
                b"" => Box::new(empty()),
                name => self.of_list(self.root.join(OsStr::from_bytes(name))),
            }
        })))
    }

    /// The file that a record names, which must lie below the root; a relative path counts from there.
    pub fn file(&self, path: &str) -> FoundFile {
        self.found(self.root.join(path), Some(self.below_root.clone()))
    }

    fn of_list(&self, input: PathBuf) -> Units {
        let within = Some(self.below_root.clone());
        // Most names in lists are those of files: they are opened without a look beforehand.
        if is_wanted(&input, self.endings) {
            return Box::new(once(Ok(Unit::File(self.found(input, within)))));
        }
        match self.below_root.resolve(&input) {
            Ok(_) => self.expand(input, within),
            Err(error) => {
                let path = record_path(&input, &self.root);
                Box::new(once(Ok(Unit::Unusable { path, fault: unreadable(error) })))
            }
        }
    }

    /// A file as it is, an archive's members, the lines of JSONL, or all that is wanted in a folder.
    fn expand(&self, input: PathBuf, within: Option<Boundary>) -> Units {
        if input.is_dir() {
            return self.walk(input);
        }
        if let Some(kind) = Kind::of(&input) {
            return Box::new(members(input, kind, self.endings, self.max_bytes).map(Ok));
        }
        let name = input.to_string_lossy();
        if name == "-" || name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
            return lines(Input::new(vec![input], self.max_bytes, None));
        }
        Box::new(once(Ok(Unit::File(self.found(input, within)))))
    }

    /// The wanted files of a folder, in the order of their names.
    ///
    /// What is hidden is passed over, and so are the copies that Jupyter keeps in `.ipynb_checkpoints`.
    /// `.gitignore` is not asked: a study's notebooks are wanted, whatever its authors commit.
    fn walk(&self, folder: PathBuf) -> Units {
        let mut walk = WalkBuilder::new(&folder);
        walk.standard_filters(false).hidden(true).sort_by_file_name(OsStr::cmp);
        let within = Boundary::new(&folder, &folder.to_string_lossy());
        let finder = self.clone();
        Box::new(walk.build().filter_map(move |entry| match entry {
            // Links to files are followed, links to folders are not: they may lead in circles.
            Ok(entry) if is_wanted(entry.path(), finder.endings) && entry.path().is_file() => {
                Some(Ok(Unit::File(finder.found(entry.into_path(), Some(within.clone())))))
            }
            Ok(_) => None,
            Err(error) => {
                let path = record_path(&folder, &finder.root);
                Some(Ok(Unit::Unusable { path, fault: unreadable(error) }))
            }
        }))
    }

    fn found(&self, file: PathBuf, within: Option<Boundary>) -> FoundFile {
        let path = record_path(&file, &self.root);
        FoundFile { file, path, max_bytes: self.max_bytes, within }
    }
}

/// The records in files of JSONL.
fn lines(mut input: Input) -> Units {
    Box::new(from_fn(move || input.next_line().transpose()).map(|line| line.map(Unit::Line)))
}
