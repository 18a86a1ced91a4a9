//! The program as a process: what it finds, and where.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use records::{Assignment, Script};
use testkit::Command;

fn script(code: &str) -> Script {
    let sample = testkit::sample("script");
    let first = sample.split(|byte| *byte == b'\n').next().unwrap();
    let mut script: Script = serde_json::from_slice(first).unwrap();
    script.cells.truncate(1);
    script.code = format!("# %% [cell 2]\n{code}");
    script.cells[0].first_row = 2;
    script.cells[0].last_row = 1 + code.lines().count() as u32;
    script.cells[0].physical_lines = (30..).take(code.lines().count()).collect();
    script.magics.clear();
    script
}

#[test]
fn literals_become_assignments_with_their_place() {
    let mut script =
        script("def f(n_rows=10, x=None):\n    return fit(n_rows,\n        größe=1, rate=-.5)\n");
    script.extra.insert("own".to_owned(), "é".into());
    let input = serde_json::to_string(&script).unwrap();
    let finished = Command::new(env!("CARGO_BIN_EXE_nbliterals")).stdin(input).run();
    assert!(finished.status.success(), "{finished}");
    let text = std::str::from_utf8(&finished.stdout).unwrap();
    let found: Vec<Assignment> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let places: Vec<_> = found
        .iter()
        .map(|it| {
            (&*it.site.name, &*it.site.kind, it.site.line, it.site.column, it.site.row, it.site.physical_line)
        })
        .collect();
    let expected = [
        ("n_rows", "parameter", 1, 7, 2, 30),
        ("größe", "keyword", 3, 9, 4, 32),
        ("rate", "keyword", 3, 18, 4, 32),
    ];
    assert_eq!(places, expected);
    assert_eq!(
        (&*found[2].value.text, &*found[2].site.text, &*found[2].site.scope),
        ("-0.5", "rate=-.5", "f")
    );
    assert_eq!((&found[0].evidence[..], &found[0].extra["weight"]), ("literal", &0.3.into()));
    assert_eq!(found[0].extra["own"], "é");
}

#[test]
fn types_that_are_written_down_come_when_asked_for() {
    let input =
        serde_json::to_string(&script("n_rows: int = ask()\nname = str(n_rows)\nsize = 3\n")).unwrap();
    let found = |args: &[&str]| -> Vec<(String, String, String)> {
        let finished =
            Command::new(env!("CARGO_BIN_EXE_nbliterals")).args(args).stdin(input.clone()).run().succeeds();
        let text = std::str::from_utf8(&finished.stdout).unwrap();
        let found = text.lines().map(|line| serde_json::from_str::<Assignment>(line).unwrap());
        found.map(|it| (it.site.name, it.value.type_name, it.evidence)).collect()
    };
    let of = |name: &str, type_name: &str, evidence: &str| (name.into(), type_name.into(), evidence.into());
    assert_eq!(found(&[]), [of("size", "int", "literal")]);
    assert_eq!(
        found(&["--types"]),
        [of("n_rows", "int", "declared"), of("name", "str", "inferred"), of("size", "int", "literal")]
    );
}

#[test]
fn what_is_imported_tells_nothing_by_its_use() {
    // A notebook's cells may run in any order, so the import may stand below.
    let input =
        serde_json::to_string(&script("np.append(rows, 1)\nrows.append(1)\nimport numpy as np\n")).unwrap();
    let finished =
        Command::new(env!("CARGO_BIN_EXE_nbliterals")).args(["--types"]).stdin(input).run().succeeds();
    let found: Assignment = serde_json::from_slice(&finished.stdout).expect("one record");
    assert_eq!((&*found.site.name, &*found.value.type_name, &*found.evidence), ("rows", "list", "used"));
}

#[test]
fn what_does_not_parse_is_a_reject() {
    let input = serde_json::to_string(&script("print 'x'\n")).unwrap();
    let finished = Command::new(env!("CARGO_BIN_EXE_nbliterals")).stdin(input).run();
    assert!(finished.status.success() && finished.stdout.is_empty(), "{finished}");
    assert!(finished.stderr.contains("syntax: cell 2 line 1: "), "{finished}");
}
