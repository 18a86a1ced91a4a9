//! From one unit of work to a script record or a reject.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Result;
use filter::{Emit, Line};
use notebook::{Fault, Options, notebook_script, python_script};
use records::{Extra, Reason, Script};

use crate::archive::read_limited;
use crate::cli::Args;
use crate::inputs::{Unit, record_path, repo_of};
use crate::source::{self, Embedded, Names};

/// What does not change from unit to unit.
pub struct Converter {
    options: Options,
    root: PathBuf,
    repo_depth: usize,
    max_bytes: usize,
    names: Names,
}

/// What records say about a script beside its content.
#[derive(Default)]
struct Name {
    path: String,
    repo: String,
    extra: Extra,
}

impl Converter {
    pub fn new(args: &Args) -> Self {
        Self {
            options: args.options(),
            root: args.root.clone(),
            repo_depth: args.repo_depth,
            max_bytes: args.common.max_record_bytes,
            names: Names {
                notebook: args.notebook_field.clone(),
                path: args.path_field.clone(),
                repo: args.repo_field.clone(),
            },
        }
    }

    /// Converts one unit; what gives no script is rejected.
    ///
    /// # Errors
    /// If it is a line, but no `source/1` record.
    pub fn convert(&self, unit: Unit, emit: &mut Emit) -> Result<Option<Script>> {
        let named = |path| Name { path, ..Name::default() };
        Ok(match unit {
            Unit::File { file, path } => self.file(&file, named(path), emit),
            Unit::Member { path, bytes } => {
                emit.count_bytes_in(bytes.len() as u64);
                self.bytes(&bytes, named(path), emit)
            }
            Unit::Line(line) => return self.line(&line, emit),
            Unit::Unusable { path, reason, detail } => reject(path, Fault { reason, detail }, emit),
        })
    }

    fn line(&self, line: &Line, emit: &mut Emit) -> Result<Option<Script>> {
        if line.too_long {
            return Ok(reject(line.place.to_string(), self.too_large(), emit));
        }
        emit.count_bytes_in(line.bytes.len() as u64 + 1);
        let source = source::parse(line, &self.names)?;
        let is_named = !source.path.is_empty();
        let path = if is_named { source.path } else { line.place.to_string() };
        let mut name = Name { path, repo: source.repo, extra: source.extra };
        Ok(match source.notebook {
            None => {
                let file = self.root.join(&name.path);
                name.path = record_path(&file, &self.root);
                self.file(&file, name, emit)
            }
            Some(Embedded::Object(text)) => self.bytes(text.as_bytes(), name, emit),
            Some(Embedded::Text(text)) => self.bytes(text.as_bytes(), name, emit),
        })
    }

    fn file(&self, file: &Path, name: Name, emit: &mut Emit) -> Option<Script> {
        match self.read(file) {
            Ok(bytes) => {
                emit.count_bytes_in(bytes.len() as u64);
                self.bytes(&bytes, name, emit)
            }
            Err(fault) => reject(name.path, fault, emit),
        }
    }

    fn bytes(&self, bytes: &[u8], name: Name, emit: &mut Emit) -> Option<Script> {
        let script = match self.script(bytes, &name.path, emit) {
            Ok(script) => script,
            Err(fault) => return reject(name.path, fault, emit),
        };
        let repo = if name.repo.is_empty() { repo_of(&name.path, self.repo_depth) } else { name.repo };
        let script = Script { path: name.path, repo, extra: own_fields(name.extra), ..script };
        count(&script, emit);
        Some(script)
    }

    fn script(&self, bytes: &[u8], path: &str, emit: &mut Emit) -> Result<Script, Fault> {
        if bytes.len() > self.max_bytes {
            return Err(self.too_large());
        }
        if Path::new(path).extension().is_some_and(|extension| extension == "py") {
            return python_script(bytes);
        }
        let notebook = notebook::read(bytes)?;
        if notebook.lone_surrogates > 0 {
            emit.warn(format!("{path}: lone surrogates replaced: {}", notebook.lone_surrogates));
        }
        emit.count("lone_surrogates", notebook.lone_surrogates);
        emit.count("duplicate_keys", notebook.duplicate_keys);
        notebook_script(notebook, self.options)
    }

    fn read(&self, file: &Path) -> Result<Vec<u8>, Fault> {
        let unreadable =
            |error: std::io::Error| Fault { reason: Reason::Unreadable, detail: error.to_string() };
        let mut opened = File::open(file).map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if length > self.max_bytes as u64 {
            return Err(self.too_large());
        }
        // The length of a pipe, and of a file that grows, is known only when it ends.
        let mut bytes = Vec::with_capacity(length as usize + 1);
        read_limited(&mut opened, self.max_bytes, &mut bytes).map_err(unreadable)?;
        Ok(bytes)
    }

    fn too_large(&self) -> Fault {
        let detail = format!("longer than {} bytes (--max-record-bytes)", self.max_bytes);
        Fault { reason: Reason::TooLarge, detail }
    }
}

fn reject(path: String, fault: Fault, emit: &mut Emit) -> Option<Script> {
    emit.reject("", path, fault.reason, fault.detail);
    None
}

/// Fields of users that bear the name of one of a script's own become `source_NAME`.
fn own_fields(extra: Extra) -> Extra {
    const TAKEN: [&str; 13] = [
        "path",
        "repo",
        "id",
        "language",
        "language_version",
        "kernel",
        "nbformat",
        "nbformat_minor",
        "code",
        "cells",
        "magics",
        "duplicate_of",
        "notebook",
    ];
    let rename = |name: String| if TAKEN.contains(&name.as_str()) { format!("source_{name}") } else { name };
    extra.into_iter().map(|(name, value)| (rename(name), value)).collect()
}

fn count(script: &Script, emit: &mut Emit) {
    emit.count("cells", script.cells.len() as u64);
    emit.count("lines", script.cells.iter().map(|cell| cell.physical_lines.len() as u64).sum());
    emit.count("magics", script.magics.len() as u64);
}
