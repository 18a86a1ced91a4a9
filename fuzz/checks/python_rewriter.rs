//! Any text as the cells of a script: whatever parses, probes taken out, is what it was.

#[path = "../../crates/nbinstrument/tests/common/mod.rs"]
mod common;

use common::{kept, script};
use nbinstrument::{Hook, Hooks, Outcome, Preset, instrument, verify};

/// Whether the bytes are of interest.
pub fn check(bytes: &[u8]) -> bool {
    let Some((&choice, text)) = bytes.split_first() else { return false };
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let hooks: Hooks = match choice % 4 {
        0 => Hooks::default(),
        1 => Preset::Nalin.into(),
        _ => [Hook::All].into_iter().collect(),
    };
    // nb2py hands on lines that end with `\n` alone. Cells are divided by a line that reads `#%%`.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let cells: Vec<&str> = text.split("\n#%%\n").collect();
    let mut script = script(&cells);
    if choice & 4 != 0 {
        script.magics = script.cells.iter().map(|cell| kept(cell.cell, "line_magic", "")).collect();
    }
    match instrument(script, &hooks).expect("the cell table fits") {
        Outcome::NothingParses(_) => false,
        Outcome::Instrumented(record) => {
            if let Err(fault) = verify(&record) {
                panic!("{fault:#}\n{}", record.instrumented_code);
            }
            assert_eq!(
                record.script.code.matches('\n').count(),
                record.instrumented_code.matches('\n').count()
            );
            for site in &record.sites {
                assert!(site.column > 0 && site.line > 0 && record.script.code.contains(&site.text));
            }
            true
        }
    }
}
