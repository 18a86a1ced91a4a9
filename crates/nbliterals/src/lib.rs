//! `nbliterals`: reads name-value pairs off the source, without running anything.
//!
//! Script records in, assignment records out, as `nbexec` would write them: one for every name that has a
//! literal beside it, and on request one for every name of whose value only the type can be seen. A cell that
//! does not parse is passed over; a script of which no cell parses leaves as a reject (`syntax`). Fields of
//! users flow through.

pub mod cli;
mod python;

use anyhow::{Context as _, Result};
use filter::{Emit, Input, Stage};
use pysource::ipython::has_python_body;
use pysource::{Dialect, LineIndex, Tree};
use pytypes::{Constant, Holds, Reader, Written};
use records::{Assignment, Cell, Head, Reason, Record as _, Script, Site, Value, id_of};

/// A site shows this much of its statement, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// Reads scripts, writes assignments.
///
/// # Errors
/// A malformed line, or an output that cannot be written.
pub fn run(types: bool, weight: f64, input: Input, stage: &mut Stage) -> Result<()> {
    stage.map(input, |script: Script, emit| read_script(&script, types, weight, emit))
}

fn read_script(script: &Script, types: bool, weight: f64, emit: &mut Emit) -> Result<()> {
    let rows: Vec<&str> = script.code.split('\n').collect();
    let (mut broken, mut read) = (Vec::new(), Vec::new());
    let mut n_cells = 0;
    let mut reader = Reader::default();
    for cell in script.cells.iter().filter(|cell| cell.last_row >= cell.first_row && is_python(script, cell))
    {
        n_cells += 1;
        let rows = rows
            .get(cell.first_row.max(1) as usize - 1..cell.last_row as usize)
            .with_context(|| format!("{}: cell {} lies outside of the code", script.id, cell.cell))?;
        let text = rows.join("\n");
        let found = Tree::parse(&text, Dialect::Ipython).map(|tree| reader.read(&tree));
        match found {
            Ok(found) => read.push((cell, text, found)),
            Err(fault) => broken.push(format!("cell {} line {}: {}", cell.cell, fault.line, fault.message)),
        }
    }
    for (cell, text, found) in read {
        let lines = LineIndex::new(&text);
        for written in found {
            let (value, evidence) = match &written.holds {
                // Where `None` is written down it stands for "nothing yet".
                Holds::Value(Constant::None) => continue,
                Holds::Value(value) => (python::describe(value), "literal"),
                _ if !types => continue,
                Holds::Inferred(type_name) => (unknown(type_name), "inferred"),
                Holds::Declared(type_name) => (unknown(type_name), "declared"),
                // `np.append(…)` says nothing of lists; a cell above may be run after the one that imports.
                Holds::Used(_) if reader.is_imported(&written.name) => continue,
                Holds::Used(type_name) => (unknown(type_name), "used"),
            };
            emit.record(&assignment(script, cell, (&text, &lines), &written, (value, evidence), weight))?;
            emit.count(if evidence == "literal" { written.kind } else { evidence }, 1);
        }
    }
    emit.count("cells", n_cells);
    emit.count("broken_cells", broken.len() as u64);
    if n_cells > 0 && broken.len() as u64 == n_cells {
        emit.reject(&script.id, &script.path, Reason::Syntax, broken.swap_remove(0));
    }
    Ok(())
}

/// The body of `%%bash` is not Python, though the parser would try.
fn is_python(script: &Script, cell: &Cell) -> bool {
    !script
        .magics
        .iter()
        .any(|magic| magic.cell == cell.cell && magic.kind == "cell_magic" && !has_python_body(&magic.name))
}

/// A value of which only the type is known.
fn unknown(type_name: &str) -> Value {
    let type_name = type_name.to_owned();
    Value { type_name, len: -1, rank: -1, size: -1, text_chars: -1, ..Value::default() }
}

fn assignment(
    script: &Script,
    cell: &Cell,
    (text, lines): (&str, &LineIndex),
    literal: &Written,
    (value, evidence): (Value, &str),
    weight: f64,
) -> Assignment {
    let (line, column) = lines.line_column(text, literal.name_range.start);
    let row = cell.first_row + line - 1;
    let written = &text[literal.range.clone()];
    let end = written.char_indices().nth(MAX_TEXT_CHARS).map_or(written.len(), |(end, _)| end);
    let mut extra = script.extra.clone();
    extra.entry("weight").or_insert_with(|| weight.into());
    Assignment {
        schema: Assignment::SCHEMA.to_owned(),
        id: id_of([&script.id, &row.to_string(), &column.to_string(), &literal.name, evidence]),
        head: Head::of(script),
        site: Site {
            name: literal.name.clone(),
            kind: literal.kind.to_owned(),
            cell: cell.cell,
            line,
            column,
            row,
            physical_line: cell.physical_lines.get(line as usize - 1).copied().unwrap_or(0),
            scope: literal.scope.to_string(),
            text: written[..end].to_owned(),
            pragma: String::new(),
        },
        value,
        occurrence: 1,
        occurrences: 1,
        evidence: evidence.to_owned(),
        extra,
    }
}
