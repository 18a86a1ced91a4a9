//! Scripts made by hand, and what becomes of them.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its share, and fails when it cannot go on"
)]

use nbinstrument::{Hooks, Outcome, instrument, verify};
use records::{Cell, Instrumented, Magic, Record as _, Script};

/// A script with one cell for each text, as `nb2py` would write it.
pub fn script(cells: &[&str]) -> Script {
    let mut code = String::new();
    let mut table = Vec::new();
    let mut row = 0;
    for (index, text) in cells.iter().enumerate() {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let rows = text.split('\n').count() as u32;
        let number = index as u32 + 1;
        code.push_str(&format!("# %% [cell {number}]\n{text}\n"));
        table.push(Cell {
            cell: number,
            cell_id: String::new(),
            execution_count: -1,
            first_row: row + 2,
            last_row: row + 1 + rows,
            physical_lines: (0..rows).map(|line| 10 * number + line).collect(),
            has_error: false,
        });
        row += 1 + rows;
    }
    Script {
        schema: Script::SCHEMA.to_owned(),
        id: "0123".to_owned(),
        path: "a.ipynb".to_owned(),
        repo: String::new(),
        language: "python".to_owned(),
        language_version: String::new(),
        kernel: String::new(),
        nbformat: 4,
        nbformat_minor: 5,
        code,
        cells: table,
        magics: Vec::new(),
        duplicate_of: String::new(),
        stdin: String::new(),
        argv: Vec::new(),
        extra: records::Extra::new(),
    }
}

/// The magic of a cell, kept for IPython.
pub fn kept(cell: u32, kind: &str, name: &str) -> Magic {
    Magic { cell, line: 1, kind: kind.to_owned(), name: name.to_owned(), action: "kept".to_owned() }
}

/// The hooks of a list, as on the command line.
pub fn hooks(list: &str) -> Hooks {
    list.split(',').map(|word| word.parse().unwrap()).collect()
}

/// Instruments a script and proves the result.
#[track_caller]
pub fn instrumented(script: Script, hooks: &Hooks) -> Instrumented {
    match instrument(script, hooks).unwrap() {
        Outcome::Instrumented(record) => {
            if let Err(fault) = verify(&record) {
                panic!("{fault:#}\n{}", record.instrumented_code);
            }
            *record
        }
        Outcome::NothingParses(fault) => panic!("nothing parses: {fault}"),
    }
}

/// The code of one cell with probes, and what was skipped (`reason` or `reason 2`).
#[track_caller]
pub fn probed(text: &str, hooks: &Hooks) -> (String, String) {
    let record = instrumented(script(&[text]), hooks);
    let code = record.instrumented_code.strip_prefix("# %% [cell 1]\n").unwrap();
    let skipped = record.skipped.iter().map(|it| match it.count {
        1 => it.reason.clone(),
        count => format!("{} {count}", it.reason),
    });
    (code.strip_suffix('\n').unwrap().to_owned(), skipped.collect::<Vec<_>>().join(", "))
}
