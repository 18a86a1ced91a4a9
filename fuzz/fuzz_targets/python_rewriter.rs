//! Any text as the cells of a script: whatever parses, probes taken out, is what it was.

#![no_main]

use std::panic;
use std::sync::Once;

use libfuzzer_sys::{Corpus, fuzz_target};
use nbinstrument::{Hook, Hooks, Outcome, Preset, instrument, verify};
use records::{Cell, Extra, Magic, Record as _, Script};

static HOOK: Once = Once::new();

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // A panic of ruff's on broken IPython syntax is caught by pysource; libfuzzer's hook would end the run.
    HOOK.call_once(|| {
        let ours = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_known = info.payload_as_str().is_some_and(|text| text.contains("IPython escape command"));
            if !is_known {
                ours(info);
            }
        }));
    });
    let Some((&choice, text)) = bytes.split_first() else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    let hooks: Hooks = match choice % 4 {
        0 => Hooks::default(),
        1 => Preset::Nalin.into(),
        _ => [Hook::All].into_iter().collect(),
    };
    // nb2py hands on lines that end with `\n` alone.
    let script = script(&text.replace("\r\n", "\n").replace('\r', "\n"), choice & 4 != 0);
    match instrument(script, &hooks).expect("the cell table fits") {
        Outcome::NothingParses(_) => Corpus::Reject,
        Outcome::Instrumented(record) => {
            if let Err(fault) = verify(&record) {
                panic!("{fault:#}\n{}", record.instrumented_code);
            }
            assert_eq!(record.script.code.matches('\n').count(), record.instrumented_code.matches('\n').count());
            for site in &record.sites {
                assert!(site.column > 0 && site.line > 0 && record.script.code.contains(&site.text));
            }
            Corpus::Keep
        }
    }
});

/// Cells are divided by a line that reads `#%%`.
fn script(text: &str, ipython: bool) -> Script {
    let mut code = String::new();
    let mut cells = Vec::new();
    let mut magics = Vec::new();
    let mut row = 0;
    for (index, text) in text.split("\n#%%\n").enumerate() {
        let rows = text.split('\n').count() as u32;
        let cell = index as u32 + 1;
        code.push_str(&format!("# %% [cell {cell}]\n{text}\n"));
        cells.push(Cell {
            cell,
            cell_id: String::new(),
            execution_count: -1,
            first_row: row + 2,
            last_row: row + 1 + rows,
            physical_lines: (1..=rows).collect(),
            has_error: false,
        });
        if ipython {
            let kind = "line_magic".to_owned();
            magics.push(Magic { cell, line: 1, kind, name: String::new(), action: "kept".to_owned() });
        }
        row += 1 + rows;
    }
    Script {
        schema: Script::SCHEMA.to_owned(),
        id: String::new(),
        path: String::new(),
        repo: String::new(),
        language: "python".to_owned(),
        language_version: String::new(),
        kernel: String::new(),
        nbformat: 4,
        nbformat_minor: 5,
        code,
        cells,
        magics,
        duplicate_of: String::new(),
        extra: Extra::new(),
    }
}
