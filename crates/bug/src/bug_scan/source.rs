//! From one unit of work to a text, with all that is the same of its functions.

use anyhow::Result;
use filter::{Emit, Line};
use inputs::{Unit, repo_of};
use notebook::{Fault, decoded};
use records::{Function, Script, id_of};

use super::Args;
use super::distributions::Distributions;

/// A text to scan.
pub struct Source {
    /// The text.
    pub text: String,
    /// A record with what its functions have in common.
    pub head: Function,
}

/// Reads sources.
pub struct Sources {
    root: String,
    repo_depth: usize,
    skip_packages: Vec<String>,
    distributions: Distributions,
}

impl Sources {
    /// As the arguments ask.
    pub fn new(args: &Args, distributions: Distributions) -> Self {
        Self {
            root: args.root.to_string_lossy().into_owned(),
            repo_depth: args.repo_depth,
            skip_packages: args.skip_packages.iter().map(|name| plain(name)).collect(),
            distributions,
        }
    }

    /// Reads one unit; what cannot be used is rejected.
    ///
    /// # Errors
    /// If it is a line, but no `script/1` record.
    pub fn read(&self, unit: Unit, emit: &mut Emit) -> Result<Option<Source>> {
        Ok(match unit {
            Unit::File(file) => {
                let (package, version) = self.distributions.of_file(file.file());
                if self.skip_packages.contains(&plain(package)) {
                    emit.count("files_of_skipped_packages", 1);
                    return Ok(None);
                }
                match file.read() {
                    Ok(bytes) => self.bytes(&bytes, file.path().to_owned(), package, version, emit),
                    Err(fault) => reject(file.path().to_owned(), fault, emit),
                }
            }
            Unit::Member { path, bytes } => self.bytes(&bytes, path, "", "", emit),
            Unit::Line(line) => return script(&line, emit),
            Unit::Unusable { path, fault } => reject(path, fault, emit),
        })
    }

    fn bytes(
        &self,
        bytes: &[u8],
        path: String,
        package: &str,
        version: &str,
        emit: &mut Emit,
    ) -> Option<Source> {
        emit.count_bytes_in(bytes.len() as u64);
        let text = match decoded(bytes) {
            Ok(text) => text.into_owned(),
            Err(fault) => return reject(path, fault, emit),
        };
        let head = Function {
            repo: repo_of(&path, self.repo_depth),
            root: self.root.clone(),
            path,
            file: id_of([&text]),
            package: package.to_owned(),
            version: version.to_owned(),
            language: "python".to_owned(),
            ..Function::default()
        };
        Some(Source { text, head })
    }
}

fn script(line: &Line, emit: &mut Emit) -> Result<Option<Source>> {
    if line.too_long {
        emit.reject_too_long(line);
        return Ok(None);
    }
    emit.count_bytes_in(line.bytes.len() as u64 + 1);
    let script: Script = line.parse()?;
    let is_notebook = script.nbformat > 0;
    let head = Function {
        repo: script.repo,
        path: script.path,
        file: script.id,
        language: if is_notebook { "ipython" } else { "python" }.to_owned(),
        extra: script.extra,
        ..Function::default()
    };
    Ok(Some(Source { text: script.code, head }))
}

fn reject(path: String, fault: Fault, emit: &mut Emit) -> Option<Source> {
    emit.reject("", path, fault.reason, fault.detail);
    None
}

/// The name of a distribution as installers compare them (PEP 503).
fn plain(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}
