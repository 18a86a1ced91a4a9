//! The programs as people call them: the funnel, a prediction in the formats of findings, the page.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use serde_json::{Value, json};
use testkit::{Command, Folder, fixtures, same_records};

fn notebook(cells: &[&str]) -> String {
    let cell = |source: &&str| json!({"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "execution_count": null});
    let cells: Vec<Value> = cells.iter().map(cell).collect();
    serde_json::to_string_pretty(&json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}))
        .unwrap()
}

fn source(name: &str, error: (&str, &str), code: &str) -> String {
    let output = json!({"output_type": "error", "ename": error.0, "evalue": error.1, "traceback": []});
    let cell = json!({"cell_type": "code", "source": code, "metadata": {}, "execution_count": 1,
        "outputs": [output.clone(), output]});
    let notebook = json!({"nbformat": 4, "nbformat_minor": 4, "cells": [cell],
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}}});
    format!("{}\n", json!({"path": name, "notebook": notebook}))
}

#[test]
fn the_funnel_counts_every_step_and_repeats_once() {
    let folder = Folder::new();
    let funnel = folder.path().join("funnel.csv");
    let sources = [
        source("a.ipynb", ("ValueError", "x"), "import numpy"),
        source("b.ipynb", ("KeyboardInterrupt", ""), "import numpy"),
        source("c.ipynb", ("ValueError", "x"), "import os"),
        source("d.ipynb", ("ValueError", "x"), "import numpy\nprint 1"),
    ]
    .concat();
    let crashes = Command::new(env!("CARGO_BIN_EXE_nbcrashes")).stdin(sources).run().succeeds();
    assert_eq!(crashes.records().len(), 8);
    let kept = Command::new(env!("CARGO_BIN_EXE_crash-filter"))
        .args(["--funnel", funnel.to_str().unwrap()])
        .stdin(crashes.stdout)
        .run()
        .succeeds();
    let paths: Vec<Value> = kept.records().iter().map(|crash| crash["path"].clone()).collect();
    assert_eq!(paths, ["a.ipynb"]);
    assert_eq!(
        std::fs::read_to_string(funnel).unwrap(),
        "step,notebooks,crashes\nall,4,4\npython,4,4\nml,3,3\nrelevant,3,3\nast_valid,3,3\nall_three,1,1\n"
    );
}

#[test]
fn predictions_in_the_formats_of_findings() {
    let folder = Folder::new();
    let path = folder.path().join("a.ipynb");
    std::fs::write(
        &path,
        notebook(&["print(later)", "later = 1", "open('gone.txt')\nx = 1", "x\ny  # noqa", "import os"]),
    )
    .unwrap();
    let predict = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_nbcrashes"))
            .args(["--predict", "--root", folder.path().to_str().unwrap()])
            .args(arguments)
            .args([path.to_str().unwrap()])
            .run()
    };
    let rules = |arguments: &[&str]| -> Vec<String> {
        let found = predict(&[&["--format", "jsonl"], arguments].concat()).succeeds().records();
        found
            .iter()
            .map(|one| {
                format!("{}:{} {}", one["place"]["cell"], one["place"]["line"], one["rule"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(rules(&[]), ["1:1 NBC001", "3:1 NBC004"]);
    assert_eq!(rules(&["--cascades"]), ["1:1 NBC001", "3:1 NBC004", "4:1 NBC006"]);
    let github = predict(&["--format", "github", "--check"]).ends_with(1).text();
    assert!(github.starts_with("::warning file=a.ipynb,line="), "{github}");
    let sarif: Value = serde_json::from_str(&predict(&["--format", "sarif"]).succeeds().text()).unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"], "NBC001");
    let text = predict(&["--format", "text"]).succeeds().text();
    assert!(
        text.contains("`later` is used here, but defined only in cell 2") && !text.contains("usually"),
        "{text}"
    );
    let html = predict(&["--format", "html"]).succeeds().text();
    assert!(html.contains("cells that will fail") && !html.contains("holds"), "{html}");
}

#[test]
fn strangers_text_is_harmless_on_the_page_and_in_the_table() {
    let folder = Folder::new();
    let table = folder.path().join("crashes.csv");
    let crash = source("a.ipynb", ("<script>alert(1)</script>", "\u{202e}x"), "x")
        + &source("b.ipynb", ("=HYPERLINK(1)", "y"), "x");
    let crashes = Command::new(env!("CARGO_BIN_EXE_nbcrashes")).stdin(crash).run().succeeds();
    let page = Command::new(env!("CARGO_BIN_EXE_crash-report"))
        .args(["--csv", table.to_str().unwrap()])
        .stdin(crashes.stdout)
        .run()
        .succeeds()
        .text();
    assert!(page.contains("4 crashes in 2 notebooks") && page.contains("&lt;script"), "{page}");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    let table = std::fs::read_to_string(table).unwrap();
    assert!(table.contains("exception,'=HYPERLINK(1),stored,2,0.5000"), "{table}");
    let empty = Command::new(env!("CARGO_BIN_EXE_crash-report")).run().succeeds();
    assert!(empty.stdout.is_empty());
    Command::new(env!("CARGO_BIN_EXE_crash-report"))
        .stdin("{}\n")
        .run()
        .ends_with(2)
        .says("stdin:1: expected a crash/1 record");
}

#[test]
fn archives_give_the_crashes_of_their_files() {
    let folder = Folder::new();
    let study = folder.path().join("study");
    std::fs::create_dir_all(study.join("a")).unwrap();
    for name in ["a/one.ipynb", "two.ipynb"] {
        let line: Value = serde_json::from_str(&source(name, ("ValueError", name), "import os")).unwrap();
        std::fs::write(study.join(name), line["notebook"].to_string()).unwrap();
    }
    let mut archive = tar::Builder::new(std::fs::File::create(folder.path().join("study.tar")).unwrap());
    archive.append_dir_all(".", &study).unwrap();
    archive.finish().unwrap();
    let crashes = |input: &str| {
        let finished = Command::new(env!("CARGO_BIN_EXE_nbcrashes"))
            .args(["--root", "study", input])
            .current_dir(folder.path())
            .run()
            .succeeds();
        let mut records: Vec<String> = finished.records().iter().map(Value::to_string).collect();
        records.sort();
        records
    };
    let unpacked = crashes("study");
    assert_eq!(unpacked.len(), 4);
    assert_eq!(crashes("study.tar"), unpacked);
}

#[test]
fn a_notebook_inside_a_record_may_hold_what_json_may_not() {
    let line = source("a.ipynb", ("ValueError", "x"), "import os")
        .replace(r#""nbformat":4"#, r#""nbformat":4,"own":NaN"#);
    assert!(line.contains("NaN"));
    let finished = Command::new(env!("CARGO_BIN_EXE_nbcrashes")).stdin(line).run().succeeds();
    assert_eq!(finished.records().len(), 2);
}

#[test]
fn predictions_say_all_that_version_1_said() {
    let (root, map) = (fixtures(), fixtures().join("../scripts/finding-1.jq"));
    let found = Command::new(env!("CARGO_BIN_EXE_nbcrashes"))
        .args(["--quiet", "--predict", "--format", "jsonl", "--cascades", "--min-score", "0.3"])
        .args(["--root", root.to_str().unwrap(), root.join("odd").to_str().unwrap()])
        .run()
        .succeeds();
    let back = Command::new("jq").args(["-c", "-f", map.to_str().unwrap()]).stdin(found.stdout);
    let kept = std::fs::read_to_string(fixtures().join("kept/finding-1-foretold.jsonl")).unwrap();
    // One of them was wrong: of an annotation that nobody looks at under `from __future__ import annotations`.
    let kept: String = kept
        .lines()
        .filter(|line| !line.contains("future_import"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    assert_eq!(same_records(&back.run().succeeds().text(), &kept), Ok(()));
}
