//! From one unit of work to a script record or a reject.

use std::path::Path;

use anyhow::Result;
use filter::{Emit, Line};
use inputs::{Embedded, Finder, FoundFile, Names, Unit, parse_source, repo_of};
use notebook::{Fault, Options, notebook_script, python_script};
use records::{Extra, Script};

use crate::cli::Args;

/// What does not change from unit to unit.
pub struct Converter {
    options: Options,
    finder: Finder,
    repo_depth: usize,
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
    pub fn new(args: &Args, finder: Finder) -> Self {
        Self {
            options: args.options(),
            finder,
            repo_depth: args.repo_depth,
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
            Unit::File(file) => self.file(&file, named(file.path().to_owned()), emit),
            Unit::Member { path, bytes } => {
                emit.count_bytes_in(bytes.len() as u64);
                self.bytes(&bytes, named(path), emit)
            }
            Unit::Line(line) => return self.line(&line, emit),
            Unit::Unusable { path, fault } => reject(path, fault, emit),
        })
    }

    fn line(&self, line: &Line, emit: &mut Emit) -> Result<Option<Script>> {
        if line.too_long {
            emit.reject_too_long(line);
            return Ok(None);
        }
        emit.count_bytes_in(line.bytes.len() as u64 + 1);
        let source = parse_source(line, &self.names)?;
        let is_named = !source.path.is_empty();
        let path = if is_named { source.path } else { line.place.to_string() };
        let mut name = Name { path, repo: source.repo, extra: source.extra };
        Ok(match source.notebook {
            None => {
                let file = self.finder.file(&name.path);
                name.path = file.path().to_owned();
                self.file(&file, name, emit)
            }
            Some(Embedded::Object(text)) => self.bytes(text.as_bytes(), name, emit),
            Some(Embedded::Text(text)) => self.bytes(text.as_bytes(), name, emit),
        })
    }

    fn file(&self, file: &FoundFile, name: Name, emit: &mut Emit) -> Option<Script> {
        match file.read() {
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
