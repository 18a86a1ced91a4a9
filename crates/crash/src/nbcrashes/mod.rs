//! `nbcrashes`: notebooks, or the runs of nbexec, in; crash records out.
//!
//! Input: notebooks, folders, archives, lists of files, `source/1` and `run/1` records. A notebook gives one record for
//! each error among its saved outputs, a run one for each cell that failed. With `--predict` nothing need have
//! been run: findings say which cells will fail.

mod cli;
mod executed;
mod predict;
mod stored;

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::Result;
use filter::{Emit, Line, Stage};
use inputs::{Embedded, Finder, Names, Unit, Units, parse_source, repo_of};
use notebook::{Fault, Notebook};
use records::{Assignment, Extra, Record as _, Run, table_cell};

pub use cli::Args;

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
    stage.map_items(units(args, stage)?, work, |(), _| Ok(()))?;
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

/// Where notebooks are found.
fn finder(args: &Args) -> Finder {
    Finder::new(&args.root, &["ipynb"], args.common.max_record_bytes)
}

/// All that the arguments name.
///
/// # Errors
/// If something that they name does not exist.
fn units(args: &Args, stage: &Stage) -> Result<Units> {
    finder(args).units(args.inputs.clone(), args.files_from.as_deref(), stage.input(Vec::new()))
}

/// What is known of a notebook before it is read.
#[derive(Default)]
struct Name {
    path: String,
    repo: String,
    extra: Extra,
    run: Option<Run>,
}

/// The bytes of a notebook, or why there are none.
type Content = Result<Vec<u8>, Fault>;

/// Reads the notebook of a unit; what is none is rejected.
///
/// # Errors
/// If the unit is a line, but no record that is read here.
fn open(args: &Args, unit: Unit, emit: &mut Emit) -> Result<Option<Found>> {
    let named = |path: String| Name { path, ..Name::default() };
    let (name, bytes) = match unit {
        Unit::File(file) => (named(file.path().to_owned()), file.read()),
        Unit::Member { path, bytes } => (named(path), Ok(bytes)),
        Unit::Unusable { path, fault } => (named(path), Err(fault)),
        Unit::Line(line) if line.too_long => {
            emit.reject_too_long(&line);
            return Ok(None);
        }
        Unit::Line(line) => match of_line(args, &line)? {
            Some(of_line) => of_line,
            None => return Ok(None),
        },
    };
    let read = bytes.and_then(|bytes| {
        emit.count_bytes_in(bytes.len() as u64);
        let notebook = notebook::read(&bytes)?;
        Ok((bytes, notebook))
    });
    let (bytes, notebook) = match read {
        Ok(read) => read,
        // The run says enough to tell of its crashes, if not of their causes.
        Err(_) if name.run.is_some() => {
            (Vec::new(), Notebook { language: "python".to_owned(), ..Notebook::default() })
        }
        Err(fault) => {
            emit.reject("", name.path, fault.reason, fault.detail);
            return Ok(None);
        }
    };
    let Name { path, repo, extra, run } = name;
    let mut found = Found { path, repo, extra, bytes, notebook, run };
    if let Some(run) = &found.run {
        if found.notebook.script_id() != run.head.notebook {
            found.notebook.cells.clear();
            emit.count("runs_without_notebook", 1);
        }
    } else if found.repo.is_empty() {
        found.repo = repo_of(&found.path, args.repo_depth);
    }
    Ok(Some(found))
}

/// The notebook that a record names or holds; `None` for an assignment, which says nothing of crashes.
///
/// # Errors
/// If it is no record that is read here.
fn of_line(args: &Args, line: &Line) -> Result<Option<(Name, Content)>> {
    let finder = finder(args);
    match line.schema().as_deref() {
        Some(schema) if schema == Assignment::SCHEMA => Ok(None),
        Some(schema) if schema == Run::SCHEMA => {
            let mut run: Run = line.parse()?;
            let bytes = finder.file(&run.head.path).read();
            let extra = std::mem::take(&mut run.extra);
            let name =
                Name { path: run.head.path.clone(), repo: run.head.repo.clone(), extra, run: Some(run) };
            Ok(Some((name, bytes)))
        }
        _ => {
            let source = parse_source(line, &Names::default())?;
            let mut name = Name { path: source.path, repo: source.repo, extra: source.extra, run: None };
            let bytes = match source.notebook {
                None => {
                    let file = finder.file(&name.path);
                    name.path = file.path().to_owned();
                    file.read()
                }
                Some(Embedded::Object(text)) => Ok(text.as_bytes().to_vec()),
                Some(Embedded::Text(text)) => Ok(text.into_bytes()),
            };
            if name.path.is_empty() {
                name.path = line.place.to_string();
            }
            Ok(Some((name, bytes)))
        }
    }
}

fn count_imports(notebook: &Notebook, (notebooks, counts): &mut (u64, ImportCounts)) {
    *notebooks += 1;
    let mut found: BTreeMap<&'static str, ()> = BTreeMap::new();
    for cell in &notebook.cells {
        let imported = foretell::imported_by_lines(&cell.source.text);
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
