//! `nbcrashes`: notebooks, or the runs of nbexec, in; crash records out.
//!
//! Input: notebooks, folders, lists of files, `source/1` and `run/1` records. A notebook gives one record for
//! each error among its saved outputs, a run one for each cell that failed. With `--predict` nothing need have
//! been run: findings say which cells will fail.

mod cli;
mod executed;
mod inputs;
mod predict;
mod stored;

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::Result;
use filter::{Emit, Line, Stage};
use notebook::{Fault, Notebook};
use records::{Extra, Record as _, Run, Source, table_cell};

pub use cli::Args;
use inputs::{Finder, Unit};

use crate::libraries::{self, ImportCounts};

/// Finds crashes, or predicts them.
///
/// # Errors
/// If an argument names nothing, a line is no record that is read here, or the output cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if args.predict {
        return predict::run(args, stage);
    }
    let imports = args.imports.is_some().then(|| Mutex::new((0_u64, ImportCounts::new())));
    let work = |unit: Unit, emit: &mut Emit| -> Result<()> {
        let Some(found) = open(args, unit, emit)? else { return Ok(()) };
        emit.count("notebooks", 1);
        if let Some(imports) = &imports
            && found.notebook.language == "python"
        {
            count_imports(&found.notebook, &mut imports.lock().expect("no thread panics with it"));
        }
        let crashes = match &found.run {
            None => stored::crashes(&found, !args.no_cells),
            Some(run) => executed::crashes(&found, run, !args.no_cells),
        };
        emit.count("notebooks_with_errors", u64::from(!crashes.is_empty()));
        crashes.iter().try_for_each(|crash| emit.record(crash))
    };
    stage.map_items(Finder::of(args).units(stage)?, work, |(), _| Ok(()))?;
    match (&args.imports, imports) {
        (Some(path), Some(imports)) => {
            let (notebooks, counts) = imports.into_inner().expect("no thread panics with it");
            write_imports(path, notebooks, &counts)
        }
        _ => Ok(()),
    }
}

/// A notebook that was read, with the bytes it was read from.
struct Found {
    path: String,
    repo: String,
    extra: Extra,
    bytes: Vec<u8>,
    notebook: Notebook,
    run: Option<Run>,
}

/// Reads the notebook of a unit; what is none is rejected.
///
/// # Errors
/// If the unit is a line, but no record that is read here.
fn open(args: &Args, unit: Unit, emit: &mut Emit) -> Result<Option<Found>> {
    let finder = Finder::of(args);
    let reject =
        |path: String, fault: Fault, emit: &mut Emit| emit.reject("", path, fault.reason, fault.detail);
    let (path, repo, extra, run, bytes) = match unit {
        Unit::File { file, path } => (path, String::new(), Extra::new(), None, finder.read(&file)),
        Unit::Line(line) if line.too_long => {
            emit.reject_too_long(&line);
            return Ok(None);
        }
        Unit::Line(line) => match line.schema().as_deref() {
            Some("assignment/1") => return Ok(None),
            Some(schema) if schema == Run::SCHEMA => {
                let mut run: Run = line.parse()?;
                let bytes = finder.read(&args.root.join(&run.head.path));
                let extra = std::mem::take(&mut run.extra);
                (run.head.path.clone(), run.head.repo.clone(), extra, Some(run), bytes)
            }
            _ => {
                let source: Source = line.parse()?;
                let (path, bytes) = content(args, &source, &line, &finder)?;
                (path, source.repo, source.extra, None, bytes)
            }
        },
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(fault) if run.is_none() => {
            reject(path, fault, emit);
            return Ok(None);
        }
        // The run says enough to tell of its crashes, if not of their causes.
        Err(_) => Vec::new(),
    };
    emit.count_bytes_in(bytes.len() as u64);
    let notebook = match notebook::read(&bytes) {
        Ok(notebook) => notebook,
        Err(_) if run.is_some() => Notebook { language: "python".to_owned(), ..Notebook::default() },
        Err(fault) => {
            reject(path, fault, emit);
            return Ok(None);
        }
    };
    let mut found = Found { path, repo, extra, bytes, notebook, run };
    if let Some(run) = &found.run {
        if found.notebook.script_id() != run.head.notebook {
            found.notebook.cells.clear();
            emit.count("runs_without_notebook", 1);
        }
    } else if found.repo.is_empty() {
        found.repo = inputs::repo_of(&found.path, args.repo_depth);
    }
    Ok(Some(found))
}

/// The path and bytes that a `source/1` record names or holds.
fn content(
    args: &Args,
    source: &Source,
    line: &Line,
    finder: &Finder,
) -> Result<(String, Result<Vec<u8>, Fault>)> {
    let path = if source.path.is_empty() { line.place.to_string() } else { source.path.clone() };
    let bytes = match &source.notebook {
        serde_json::Value::Null if source.path.is_empty() => {
            return Err(line.expected(Source::SCHEMA, "neither `path` nor `notebook`"));
        }
        serde_json::Value::Null => finder.read(&args.root.join(&path)),
        serde_json::Value::String(text) => Ok(text.clone().into_bytes()),
        object => Ok(object.to_string().into_bytes()),
    };
    Ok((path, bytes))
}

fn count_imports(notebook: &Notebook, (notebooks, counts): &mut (u64, ImportCounts)) {
    *notebooks += 1;
    let mut found: BTreeMap<&'static str, ()> = BTreeMap::new();
    for cell in &notebook.cells {
        let imported = libraries::imported_by_lines(&cell.source.text);
        found.extend(
            imported.iter().filter_map(|(root, _)| libraries::counted_as(root)).map(|root| (root, ())),
        );
    }
    for (library, ()) in found {
        *counts.entry(library).or_default() += 1;
    }
}

fn write_imports(path: &std::path::Path, notebooks: u64, counts: &ImportCounts) -> Result<()> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["library", "notebooks"])?;
    table.write_record(["*", &notebooks.to_string()])?;
    for (library, n) in counts {
        table.write_record([&*table_cell(library), n.to_string().as_str()])?;
    }
    filter::write_whole(path, &table.into_inner()?)
}
