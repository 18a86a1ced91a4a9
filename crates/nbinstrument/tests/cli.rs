//! The program: records, broken cells, rejects, magics that were kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::common::{hooks, instrumented, kept, script};
use nbinstrument::{Hooks, Outcome, instrument};
use records::{Instrumented, Magic, Record as _, Reject, Script, Summary};

fn lines(scripts: &[Script]) -> Vec<u8> {
    let lines = scripts.iter().map(|script| serde_json::to_string(script).unwrap() + "\n");
    lines.collect::<String>().into_bytes()
}

fn run(arguments: &[&str], input: Vec<u8>) -> testkit::Finished {
    testkit::Command::new(env!("CARGO_BIN_EXE_nbinstrument")).args(arguments).stdin(input).run()
}

#[test]
fn a_record_has_the_script_and_its_sites() {
    let mut input = script(&["import os", "def f(v):\n    a, b = (\n        1, 2)  # two\n    return a\n"]);
    input.extra.insert("split".to_owned(), "test".into());
    let finished = run(&["-q"], lines(std::slice::from_ref(&input))).succeeds();
    let record: Instrumented = serde_json::from_value(finished.records()[0].clone()).unwrap();
    assert_eq!(record.script.schema, Instrumented::SCHEMA);
    assert_eq!(record.script.code, input.code);
    assert_eq!(record.script.cells, input.cells);
    assert_eq!(record.script.extra["split"], "test");
    assert!(record.instrumented_code.contains("1, 2); _nalin_t(0, a); _nalin_t(1, b)  # two\n"));
    let site = &record.sites[1];
    assert_eq!((site.name.as_str(), site.kind.as_str(), site.scope.as_str()), ("b", "assign", "f"));
    assert_eq!((site.cell, site.line, site.column, site.row, site.physical_line), (2, 2, 8, 5, 21));
    assert_eq!(site.text, "a, b = (\n        1, 2)");
}

#[test]
fn one_bad_cell_costs_only_itself() {
    let record = instrumented(script(&["x = 1", "print 'two'\ny = 2", "", "z = 3"]), &Hooks::default());
    assert_eq!(record.broken_cells, [2]);
    assert_eq!(record.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>(), ["x", "z"]);
    assert!(record.instrumented_code.contains("\nprint 'two'\ny = 2\n"));
}

#[test]
fn a_script_of_which_nothing_parses_is_rejected() {
    let folder = testkit::Folder::new();
    let (rejects, summary) = (folder.join("rejects"), folder.join("summary"));
    let input =
        lines(&[script(&["x = 1"]), script(&["print 'a'", "x = = 1"]), script(&["y = 1; y.z, w = 2"])]);
    let arguments = ["-q", "--rejects", rejects.to_str().unwrap(), "--summary", summary.to_str().unwrap()];
    let finished = run(&arguments, input).succeeds();
    assert_eq!(finished.records().len(), 2);
    let reject: Reject = serde_json::from_slice(&folder.read("rejects")).unwrap();
    assert_eq!((reject.reason.as_str(), reject.path.as_str()), ("syntax", "a.ipynb"));
    assert!(reject.detail.starts_with("cell 1 line 1: "), "{}", reject.detail);
    let summary: Summary = serde_json::from_slice(&folder.read("summary")).unwrap();
    assert_eq!((summary.counts["sites"], summary.counts["cells"]), (3, 2));
}

#[test]
fn a_cell_table_that_does_not_fit_is_an_error() {
    let mut wrong = script(&["x = 1"]);
    wrong.cells[0].last_row = 7;
    run(&[], lines(&[wrong])).ends_with(2).says("expected rows of the code, found 2 to 7");
}

#[test]
fn magics_that_were_kept() {
    let mut input = script(&["%%time\nx = 1\n!ls\ny = !ls", "%%bash\nx=1", "for i in a:\n  %magic"]);
    input.magics = vec![
        kept(1, "cell_magic", "time"),
        kept(1, "shell", ""),
        kept(2, "cell_magic", "bash"),
        kept(3, "line_magic", "magic"),
    ];
    let record = instrumented(input, &Hooks::default());
    assert_eq!((record.broken_cells.len(), record.sites.len()), (0, 1));
    assert!(record.instrumented_code.contains("%%time\nx = 1; _nalin_t(0, x)\n!ls\ny = !ls\n"));
    assert_eq!((record.skipped[0].reason.as_str(), record.skipped[0].count), ("magic", 2));
}

#[test]
fn a_stand_in_for_a_magic_is_no_value() {
    let mut input = script(&["x = []  # !ls\ny = 1"]);
    input.magics = vec![Magic { action: "replaced".to_owned(), ..kept(1, "shell", "") }];
    let record = instrumented(input, &Hooks::default());
    assert_eq!(record.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>(), ["y"]);
    assert_eq!((record.skipped[0].reason.as_str(), record.skipped[0].count), ("magic", 1));
}

#[test]
fn functions_compiled_in_another_cell_are_left_alone() {
    let record = instrumented(script(&["def f():\n  x = 1", "g = njit(f)"]), &Hooks::default());
    assert_eq!(record.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>(), ["g"]);
    assert_eq!(record.skipped[0].reason, "compiled_function");
}

#[test]
fn hooks_and_presets_are_checked() {
    let input = || lines(&[script(&["x = [y for y in z]"])]);
    let sites = |arguments: &[&str]| {
        run(arguments, input()).succeeds().records()[0]["sites"].as_array().unwrap().len()
    };
    assert_eq!(sites(&["-q", "--hooks", "default,comprehension", "--verify"]), 2);
    assert_eq!(sites(&["-q", "--hooks", "comprehension"]), 1);
    assert_eq!(sites(&["-q", "--preset", "nalin"]), 1);
    run(&["--hooks", "nothing"], input()).ends_with(2).says("`nothing` is none of assign, ann_assign");
    run(&["--hooks", "for", "--preset", "nalin"], input()).ends_with(2);
}

#[test]
fn a_fault_is_found_by_the_proof() {
    let Outcome::Instrumented(record) = instrument(script(&["x = 1", "y = 2"]), &hooks("all")).unwrap()
    else {
        panic!("it parses");
    };
    for (from, to) in
        [("x = 1;", "x = 3;"), ("; _nalin_t(0, x)", "\n_nalin_t(0, x)"), ("# %% [cell 2]", "# %% [cell 3]")]
    {
        let mut wrong = record.clone();
        wrong.instrumented_code = wrong.instrumented_code.replace(from, to);
        assert!(nbinstrument::verify(&wrong).is_err(), "{from} -> {to}");
    }
    assert!(nbinstrument::verify(&record).is_ok());
}
