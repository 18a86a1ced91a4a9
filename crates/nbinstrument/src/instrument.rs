//! One script: find the bindings of each cell, put the probes, write the table of sites.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Result, bail};
use pysource::ipython::has_python_body;
use pysource::{Binding, Dialect, Edits, LineIndex, NoPlace, Query, SyntaxError};
use records::{Cell, Instrumented, Magic, Record as _, Script, Site, Skipped, first_chars};

use crate::{Hooks, pragma, probe};

/// A site shows this much of its statement, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// Reason of [`Skipped`] for code that has probes already.
const ALREADY_PROBED: &str = "already_probed";

/// What comes of a script.
pub enum Outcome {
    /// It has probes now.
    Instrumented(Box<Instrumented>),
    /// Not one of its cells parses: the first fault.
    NothingParses(String),
}

/// Puts probes into a script.
///
/// # Errors
/// If the cell table does not fit the code.
pub fn instrument(script: Script, hooks: &Hooks) -> Result<Outcome> {
    let lines = LineIndex::new(&script.code);
    let cells = python_cells(&script, &lines)?;
    let mut compiled = BTreeSet::new();
    for (_, _, text, dialect) in &cells {
        compiled.extend(pysource::compiled_functions(text, *dialect).unwrap_or_default());
    }
    let query = Query {
        kinds: hooks.kinds,
        compiled: &compiled,
        foreign_namespaces: script.code.contains("__prepare__"),
    };
    let already = [probe::NAMES.look, probe::NAMES.pass].iter().any(|name| script.code.contains(name));

    let mut sites = Vec::new();
    let mut skipped = BTreeMap::<&str, u64>::new();
    let mut broken = Vec::new();
    let mut first_fault = None;
    let mut edits = Edits::default();
    let stand_ins = stand_ins(&script);
    for &(cell, start, text, dialect) in &cells {
        let bindings = match pysource::bindings(text, dialect, &query) {
            Ok(bindings) => bindings,
            Err(fault) => {
                broken.push(cell.cell);
                first_fault.get_or_insert((cell.cell, fault));
                continue;
            }
        };
        let cell_lines = LineIndex::new(text);
        let pragmas = pysource::directives(text);
        for binding in bindings.iter().filter(|binding| hooks.wants(binding)) {
            let line = cell_lines.line(binding.statement.start);
            match &binding.place {
                _ if already => *skipped.entry(ALREADY_PROBED).or_default() += 1,
                _ if stand_ins.contains(&(cell.cell, line)) => {
                    *skipped.entry(NoPlace::Magic.as_str()).or_default() += 1
                }
                Err(reason) => *skipped.entry(reason.as_str()).or_default() += 1,
                Ok(place) => {
                    let place = place.moved_by(start);
                    probe::put(&mut edits, &place, sites.len(), &text[binding.name_range.clone()]);
                    sites.push(site(binding, cell, text, &cell_lines, &pragmas));
                }
            }
        }
    }
    if let Some((cell, SyntaxError { line, message })) = first_fault
        && broken.len() == cells.len()
    {
        return Ok(Outcome::NothingParses(format!("cell {cell} line {line}: {message}")));
    }
    let instrumented_code = edits.apply(&script.code)?.text;
    Ok(Outcome::Instrumented(Box::new(Instrumented {
        script: Script { schema: Instrumented::SCHEMA.to_owned(), ..script },
        instrumented_code,
        sites,
        broken_cells: broken,
        skipped: skipped
            .into_iter()
            .map(|(reason, count)| Skipped { reason: reason.to_owned(), count })
            .collect(),
    })))
}

/// The cells that are read as Python: where each begins in the code, its text and its dialect.
pub(crate) fn python_cells<'a>(
    script: &'a Script,
    lines: &LineIndex,
) -> Result<Vec<(&'a Cell, usize, &'a str, Dialect)>> {
    let mut cells = Vec::with_capacity(script.cells.len());
    let magics = by_cell(script, "kept");
    for cell in &script.cells {
        let Some(range) = lines.bytes(cell.first_row, cell.last_row) else {
            bail!(
                "{}: cell {}: expected rows of the code, found {} to {}",
                script.id,
                cell.cell,
                cell.first_row,
                cell.last_row
            );
        };
        let kept = magics.get(&cell.cell).map_or(&[][..], Vec::as_slice);
        let dialect = if kept.is_empty() { Dialect::Python } else { Dialect::Ipython };
        // The body of `%%bash` is not Python, though the parser would try.
        if kept.iter().any(|it| it.kind == "cell_magic" && !has_python_body(&it.name)) {
            continue;
        }
        cells.push((cell, range.start, &script.code[range], dialect));
    }
    Ok(cells)
}

/// The magics with which one thing was done, by cell.
fn by_cell<'a>(script: &'a Script, action: &str) -> BTreeMap<u32, Vec<&'a Magic>> {
    let mut cells = BTreeMap::<u32, Vec<&Magic>>::new();
    for magic in script.magics.iter().filter(|magic| magic.action == action) {
        cells.entry(magic.cell).or_default().push(magic);
    }
    cells
}

/// Lines on which `nb2py` put a stand-in for a value that only IPython could have made (`x = !ls`), with their cells.
fn stand_ins(script: &Script) -> BTreeSet<(u32, u32)> {
    let replaced = |it: &&Magic| it.action == "replaced";
    // These two name the first line for what was done to all.
    let of_line = |it: &&Magic| it.kind != "indent" && it.kind != "prompt";
    script.magics.iter().filter(replaced).filter(of_line).map(|it| (it.cell, it.line)).collect()
}

fn site(binding: &Binding, cell: &Cell, text: &str, lines: &LineIndex, pragmas: &[Range<usize>]) -> Site {
    let line = lines.line(binding.statement.start);
    let (_, column) = lines.line_column(text, binding.name_range.start);
    Site {
        name: binding.name.clone(),
        kind: binding.kind.as_str().to_owned(),
        cell: cell.cell,
        line,
        column,
        row: cell.first_row + line - 1,
        physical_line: cell.physical_lines.get(line as usize - 1).copied().unwrap_or(0),
        scope: binding.scope.to_string(),
        text: first_chars(&text[binding.statement.clone()], MAX_TEXT_CHARS).to_owned(),
        pragma: first_chars(pragma::on_lines_of(text, lines, &binding.statement, pragmas), MAX_TEXT_CHARS)
            .to_owned(),
    }
}

/// The name of the summary's counter for a reason to skip.
pub(crate) fn counter(reason: &str) -> &'static str {
    match reason.parse() {
        Ok(NoPlace::Rebound) => "skipped_rebound",
        Ok(NoPlace::SecondRead) => "skipped_second_read",
        Ok(NoPlace::BeforeWhile) => "skipped_before_while",
        Ok(NoPlace::BeforeDef) => "skipped_before_def",
        Ok(NoPlace::NothingFollows) => "skipped_nothing_follows",
        Ok(NoPlace::Magic) => "skipped_magic",
        Ok(NoPlace::SoftKeyword) => "skipped_soft_keyword",
        Ok(NoPlace::SourceIsValue) => "skipped_source_is_value",
        Ok(NoPlace::ClassNamespace) => "skipped_class_namespace",
        Ok(NoPlace::CompiledFunction) => "skipped_compiled_function",
        Ok(NoPlace::Invalid) => "skipped_invalid",
        Ok(NoPlace::FutureImport) => "skipped_future_import",
        Ok(NoPlace::StarImport) => "skipped_star_import",
        Err(_) => "skipped_already_probed",
    }
}
