//! The cells that failed in a run of nbexec, from top to bottom.

use std::collections::BTreeMap;

use notebook::CodeCell;
use records::{CellRun, CellStatus, Crash, CrashOrigin, Run};

use super::Found;
use super::stored::{Copies, cells, head, in_cell, with_id};

/// One record for each cell that failed; the cells' execution counts are those of the run.
pub fn crashes(found: &Found, run: &Run, with_cells: bool) -> Vec<Crash> {
    let failed: Vec<(usize, &CellRun)> =
        run.cells.iter().enumerate().filter(|(_, cell)| failed(cell)).collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let head = Crash { notebook: run.head.notebook.clone(), ..head(found, CrashOrigin::Executed) };
    let mut all = if with_cells { cells(found) } else { Vec::new() };
    let mut turns = BTreeMap::new();
    for (turn, one) in run.cells.iter().enumerate().filter(|(_, one)| one.status != CellStatus::Skipped) {
        turns.entry(one.cell).or_insert(turn);
    }
    for cell in &mut all {
        cell.execution_count = -1;
        if let Some(&turn) = turns.get(&cell.cell) {
            let one = &run.cells[turn];
            cell.execution_count = turn as i64 + 1;
            cell.exception = exception(one);
            cell.line = one.line;
        }
    }
    let by_number: BTreeMap<u32, &CodeCell> =
        found.notebook.cells.iter().rev().map(|cell| (cell.number, cell)).collect();
    let mut copies = Copies::of(all);
    let crash = |(turn, cell): (usize, &CellRun)| {
        let nothing = CodeCell { number: cell.cell, ..CodeCell::default() };
        let code = by_number.get(&cell.cell).copied().unwrap_or(&nothing);
        let crash = Crash {
            execution_count: turn as i64 + 1,
            line: cell.line,
            message: cell.message.clone(),
            traceback: cell.frames.clone(),
            cells: copies.next(),
            ..in_cell(&head, code, cell.line, &exception(cell))
        };
        with_id(crash, 0)
    };
    failed.into_iter().map(crash).collect()
}

/// Whether an exception ended the cell; time-outs and kills are matters of the run, not of the notebook.
fn failed(cell: &CellRun) -> bool {
    matches!(cell.status, CellStatus::Error | CellStatus::Syntax)
}

fn exception(cell: &CellRun) -> String {
    match cell.status {
        CellStatus::Syntax if cell.exception.is_empty() => "SyntaxError".to_owned(),
        _ => cell.exception.clone(),
    }
}
