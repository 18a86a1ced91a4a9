//! The export of the conformance set: `fixtures/traces/traces.dots` is what `traces.jsonl` reads as.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_conformance_set_reads_as_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/traces");
    let output = Command::new(env!("CARGO_BIN_EXE_trace-text"))
        .args(["--quiet", "--ret", "--exc", "--out"])
        .arg(folder.join("traces.jsonl"))
        .output()
        .unwrap();
    let expected = std::fs::read_to_string(folder.join("traces.dots")).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
