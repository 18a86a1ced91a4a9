//! `--predict`: which cells will fail when the notebook is run from top to bottom, told without running it.
//!
//! The cells are gone through in the order of the file, with the set of names that are there. A name that a cell
//! is sure to read and that is not there ends the cell: what it would bind further down is not there for the
//! cells below, and when they fail for that alone, they follow ([`Rule::FollowsFailure`]). Wherever code could
//! do what is not seen here (`from x import *`, `exec`, `%run`), names are believed to be there.

mod files;
mod names;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Result, anyhow};
use filter::{Emit, Stage};
use inputs::Unit;
use notebook::CodeCell;
use pysource::{LineIndex, silences};
use records::{CrashCell, Finding, Head, Record as _, Rule, Site, Value, escape, id_of};
use report::{Background, Options, Subject};

use super::{Args, Found, open, units};

/// A cell that will fail.
#[derive(Clone, Debug, PartialEq)]
struct Failure {
    /// Place among the code cells.
    at: usize,
    rule: Rule,
    score: f64,
    name: String,
    line: u32,
    column: u32,
    message: String,
}

/// What is known of where a notebook runs.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    /// Modules that can be imported; `None` when nobody said.
    installed: Option<BTreeSet<String>>,
}

/// Reads notebooks and reports what will fail.
///
/// # Errors
/// As [`super::run`].
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let surroundings = Surroundings { installed: args.installed.as_deref().map(modules).transpose()? };
    let mut findings: Vec<Finding> = Vec::new();
    let work = |unit: Unit, emit: &mut Emit| -> Result<Vec<Finding>> {
        let Some(found) = open(args, unit, emit)? else { return Ok(Vec::new()) };
        if found.notebook.language != "python" {
            emit.count("notebooks_in_other_languages", 1);
            return Ok(Vec::new());
        }
        emit.count("notebooks", 1);
        let folder = args.root.join(&found.path).parent().map(Path::to_owned).unwrap_or_default();
        let cells: Vec<CrashCell> = found.notebook.cells.iter().map(crash_cell).collect();
        let failures = names::failures(&cells, &folder, &surroundings);
        let mut own = Vec::new();
        for failure in failures {
            let is_wanted = failure.rule != Rule::FollowsFailure || args.cascades;
            if is_wanted && failure.score >= args.min_score && !is_silenced(&failure, &found) {
                own.push(finding(&failure, &found));
            }
        }
        Ok(own)
    };
    stage.map_items(units(args, stage)?, work, |own, _| {
        findings.extend(own);
        Ok(())
    })?;
    stage.count("findings", findings.len() as u64);
    if args.check && !findings.is_empty() {
        stage.answer_no();
    }
    let options = Options {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        threshold: args.min_score,
        order: report::Order::Place,
        background: Background::of(&findings),
        subject: Subject::Crashes,
        ..Options::default()
    };
    let mut out = BufWriter::new(filter::StageWriter(stage));
    report::write(args.format, &findings, &options, &mut out).map_err(|error| match error {
        report::Error::Io(error) => error.into(),
        other => anyhow!(other),
    })?;
    Ok(out.flush()?)
}

/// The modules of a list, one a line.
fn modules(path: &Path) -> Result<BTreeSet<String>> {
    let (name, reader) = filter::open(path)?;
    let mut modules = BTreeSet::new();
    for line in reader.lines() {
        let line = line.map_err(|error| anyhow!("cannot read {name}: {error}"))?;
        let line = line.trim();
        if !line.is_empty() {
            modules.insert(line.split('.').next().unwrap_or(line).to_owned());
        }
    }
    Ok(modules)
}

fn crash_cell(cell: &CodeCell) -> CrashCell {
    // A cell in another language is handed to something else than Python.
    let source = if cell.language.is_empty() { cell.source.text.clone() } else { String::new() };
    CrashCell { cell: cell.number, source, expects_error: cell.expects_error, ..CrashCell::default() }
}

/// Whether a comment on the line says so: `# nalin: ignore`, `# noqa`, both with a list of rules or names.
fn is_silenced(failure: &Failure, found: &Found) -> bool {
    let text = &found.notebook.cells[failure.at].source.text;
    let directives = pysource::directives(text);
    if directives.is_empty() {
        return false;
    }
    let lines = LineIndex::new(text);
    directives
        .into_iter()
        .filter(|directive| lines.line(directive.start) == failure.line)
        .any(|directive| silences(&text[directive], failure.rule.code(), &failure.name))
}

fn line_of<'a>(failure: &Failure, found: &'a Found) -> &'a str {
    let source = &found.notebook.cells[failure.at].source;
    failure.line.checked_sub(1).and_then(|at| source.text.lines().nth(at as usize)).unwrap_or_default()
}

/// The line in the notebook's script, where each cell has a line of its own above it.
fn row_of(failure: &Failure, found: &Found) -> u32 {
    let before = &found.notebook.cells[..failure.at];
    let rows: usize = before.iter().map(|cell| cell.source.physical_lines.len() + 1).sum();
    u32::try_from(rows).unwrap_or(u32::MAX).saturating_add(failure.line + 1)
}

/// A line is shown with so many characters.
const MOST_CHARS: usize = 200;

fn finding(failure: &Failure, found: &Found) -> Finding {
    let cell = &found.notebook.cells[failure.at];
    let text: String = line_of(failure, found).trim_end().chars().take(MOST_CHARS).collect();
    let notebook = found.notebook.script_id();
    let place = format!("{}:{}", cell.number, failure.line);
    let physical = failure.line.checked_sub(1).and_then(|at| cell.source.physical_lines.get(at as usize));
    let words = text.split_whitespace().collect::<String>();
    Finding {
        schema: Finding::SCHEMA.to_owned(),
        id: id_of([notebook.as_str(), &found.path, &place, failure.rule.code(), &failure.name]),
        fingerprint: id_of([found.path.as_str(), failure.rule.code(), &failure.name, &words]),
        rule: failure.rule,
        score: failure.score,
        message: escape(&failure.message).into_owned(),
        head: Head { notebook, path: found.path.clone(), repo: found.repo.clone() },
        site: Site {
            name: failure.name.clone(),
            kind: "use".to_owned(),
            cell: cell.number,
            line: failure.line,
            column: failure.column,
            row: row_of(failure, found),
            physical_line: physical.copied().unwrap_or(0),
            text,
            ..Site::default()
        },
        value: Value::default(),
        type_class: String::new(),
        usual_types: Vec::new(),
        usual_values: Vec::new(),
        weighed: Vec::new(),
        better_names: Vec::new(),
    }
}
