//! The errors that are saved among a notebook's outputs.

use std::collections::BTreeMap;

use notebook::{CodeCell, ErrorOutput, errors, note};
use records::{Crash, CrashCell, CrashOrigin, Record as _, id_of};
use uuid::Uuid;

use super::Found;
use crate::traceback::{frames, line_in_cell};

/// Of a traceback its last bytes are kept: a recursion without end fills megabytes.
const MOST_TRACEBACK_BYTES: usize = 64 << 10;
/// A notebook's code stands in the records of its crashes until that is so much.
const MOST_COPIED_BYTES: usize = 64 << 20;
/// Of the text above a cell its last characters are kept.
const MOST_NOTE_CHARS: usize = 300;

/// One record for each error output.
pub fn crashes(found: &Found, with_cells: bool) -> Vec<Crash> {
    let failed: Vec<(&CodeCell, Vec<ErrorOutput>)> = found
        .notebook
        .cells
        .iter()
        .filter(|cell| cell.has_error)
        .map(|cell| (cell, errors(&found.bytes, cell)))
        .collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let head = head(found, CrashOrigin::Stored);
    let mut cells = cells(found);
    let first: BTreeMap<u32, &ErrorOutput> =
        failed.iter().filter_map(|(cell, errors)| Some((cell.number, errors.first()?))).collect();
    for cell in &mut cells {
        if let Some(first) = first.get(&cell.cell) {
            cell.exception.clone_from(&first.name);
            cell.line = line_of(first, cell.source.lines().count());
        }
    }
    let mut crashes = Vec::new();
    let mut copies = Copies::of(cells);
    for (cell, errors) in &failed {
        let lines = cell.source.text.lines().count();
        for (turn, error) in errors.iter().enumerate() {
            let line = line_of(error, lines);
            let crash = Crash {
                execution_count: cell.execution_count,
                line,
                message: error.value.clone().unwrap_or_default(),
                traceback: tail(&error.traceback),
                cells: if with_cells { copies.next() } else { Vec::new() },
                ..in_cell(&head, cell, line, &error.name)
            };
            crashes.push(with_id(crash, turn));
        }
    }
    crashes
}

/// What all crashes of a notebook have in common.
pub fn head(found: &Found, origin: CrashOrigin) -> Crash {
    let notebook = &found.notebook;
    Crash {
        schema: Crash::SCHEMA.to_owned(),
        notebook: notebook.script_id(),
        path: found.path.clone(),
        repo: found.repo.clone(),
        origin,
        nbformat: notebook.nbformat,
        kernel: notebook.kernel.clone(),
        kernelspec_language: notebook.kernelspec_language.clone(),
        language_info: notebook.language_info.clone(),
        language_version: notebook.language_version.clone(),
        n_cells: notebook.n_cells,
        extra: found.extra.clone(),
        ..Crash::default()
    }
}

/// The crash of a cell, with its place and the study's id.
pub fn in_cell(head: &Crash, cell: &CodeCell, line: u32, exception: &str) -> Crash {
    let physical = line.checked_sub(1).and_then(|at| cell.source.physical_lines.get(at as usize));
    Crash {
        eid: eid(&head.path, cell.number, exception),
        cell: cell.number,
        cell_id: cell.id.clone(),
        physical_line: physical.copied().unwrap_or(0),
        exception: exception.to_owned(),
        ..head.clone()
    }
}

/// The study's id of an error: cells count from 0 there, and everything is in lower case.
pub fn eid(path: &str, cell: u32, exception: &str) -> String {
    let name = format!("nb_exception://{path}.{}.{exception}", cell.saturating_sub(1)).to_lowercase();
    Uuid::new_v3(&Uuid::NAMESPACE_DNS, name.as_bytes()).to_string()
}

/// The crash with an id of its own; `turn` tells equal errors of one cell apart.
pub fn with_id(mut crash: Crash, turn: usize) -> Crash {
    let origin = if crash.origin == CrashOrigin::Stored { "stored" } else { "executed" };
    let (cell, turn) = (crash.cell.to_string(), turn.to_string());
    let parts = [origin, &crash.notebook, &crash.path, &cell, &crash.exception, &crash.message, &turn];
    crash.id = id_of(parts);
    crash
}

/// The notebook's code, as crash records carry it.
pub fn cells(found: &Found) -> Vec<CrashCell> {
    let notebook = &found.notebook;
    let mut notes = BTreeMap::new();
    for (number, place) in &notebook.notes {
        notes.entry(number + 1).or_insert(place);
    }
    let cells = notebook.cells.iter().map(|cell| CrashCell {
        cell: cell.number,
        execution_count: cell.execution_count,
        source: cell.source.text.clone(),
        expects_error: cell.expects_error,
        note: notes.get(&cell.number).map_or_else(String::new, |place| {
            let text = note(&found.bytes, place);
            let from = text.char_indices().rev().nth(MOST_NOTE_CHARS - 1).map_or(0, |(at, _)| at);
            text[from..].to_owned()
        }),
        ..CrashCell::default()
    });
    cells.collect()
}

/// The notebook's code for each of its crashes, until that is together as much as [`MOST_COPIED_BYTES`]: of a notebook
/// whose ten thousand cells all failed a hundred million cells would be written.
pub struct Copies {
    cells: Vec<CrashCell>,
    left: usize,
}

impl Copies {
    /// Of these cells.
    pub fn of(cells: Vec<CrashCell>) -> Self {
        Self { cells, left: MOST_COPIED_BYTES }
    }

    /// One more; nothing when there have been enough.
    pub fn next(&mut self) -> Vec<CrashCell> {
        // A cell without code takes room too.
        let bytes: usize = self.cells.iter().map(|cell| cell.source.len() + 100).sum();
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                self.cells.clone()
            }
            None => Vec::new(),
        }
    }
}

/// The line of an error in a cell of so many lines, if there is such a line.
fn line_of(error: &ErrorOutput, lines: usize) -> u32 {
    let line = line_in_cell(&frames(&error.traceback));
    if line as usize <= lines { line } else { 0 }
}

/// The last pieces of a traceback, as many as are kept.
fn tail(traceback: &[String]) -> Vec<String> {
    let mut left = MOST_TRACEBACK_BYTES;
    let mut kept: Vec<String> = Vec::new();
    for piece in traceback.iter().rev() {
        if piece.len() > left {
            kept.push(piece[piece.ceil_char_boundary(piece.len() - left)..].to_owned());
            break;
        }
        left -= piece.len();
        kept.push(piece.clone());
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use records::CrashCell;

    use super::{Copies, MOST_TRACEBACK_BYTES, eid, tail};

    /// Each record held the code of all cells.
    #[test]
    fn a_notebook_of_many_crashes_copies_its_code_so_often_and_no_more() {
        let cells = vec![CrashCell { source: "x".repeat(10 << 20), ..CrashCell::default() }];
        let mut copies = Copies::of(cells);
        let sizes: Vec<usize> = (0..9).map(|_| copies.next().len()).collect();
        assert_eq!(sizes, [1, 1, 1, 1, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn the_id_of_the_study() {
        assert_eq!(eid("a.ipynb", 4, "NameError"), "4336a37b-f104-33b2-bdb0-bd78a6a9160f");
    }

    #[test]
    fn a_traceback_keeps_its_end() {
        let kept = tail(&["a".repeat(MOST_TRACEBACK_BYTES), "é".repeat(10), "z".to_owned()]);
        assert_eq!((kept.len(), kept[0].len(), kept[2].as_str()), (3, MOST_TRACEBACK_BYTES - 21, "z"));
    }
}
