//! The proof, record by record, that nothing but probes was added.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use pysource::{LineIndex, check_probes};
use records::Instrumented;

use crate::instrument::python_cells;
use crate::probe;

/// Proves that each cell which parses is its original once the probes are taken out, tree for tree and
/// line for line, and that everything else in the code is as it was, letter for letter.
///
/// # Errors
/// The first difference: cell and line.
pub fn verify(record: &Instrumented) -> Result<()> {
    let script = &record.script;
    let (before, after) = (&script.code, &record.instrumented_code);
    let (old_lines, new_lines) = (LineIndex::new(before), LineIndex::new(after));
    let broken: BTreeSet<u32> = record.broken_cells.iter().copied().collect();
    let mut proved_rows = 0;
    let unchanged = |first: u32, last: u32| -> Result<()> {
        let same = old_lines.bytes(first, last).map(|range| &before[range])
            == new_lines.bytes(first, last).map(|range| &after[range]);
        ensure!(same, "rows {first} to {last} changed");
        Ok(())
    };
    for (cell, _, text, dialect) in python_cells(script, &old_lines)? {
        unchanged(proved_rows + 1, cell.first_row - 1)?;
        proved_rows = cell.last_row;
        if broken.contains(&cell.cell) {
            unchanged(cell.first_row, cell.last_row)?;
            continue;
        }
        let range = new_lines
            .bytes(cell.first_row, cell.last_row)
            .with_context(|| format!("cell {}: its rows are gone", cell.cell))?;
        check_probes(text, &after[range], dialect, &probe::NAMES)
            .with_context(|| format!("cell {}", cell.cell))?;
    }
    let rest =
        |text: &'_ str, lines: &LineIndex| lines.start(proved_rows + 1).map(|start| text[start..].to_owned());
    ensure!(rest(before, &old_lines) == rest(after, &new_lines), "what follows the last cell changed");
    Ok(())
}
