//! What becomes of every oddity in `fixtures/odd`, one snapshot for all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use serde_json::Value;
use testkit::{Command, fixtures};

/// Consecutive numbers as `18-21`, for tables that a person can check.
fn ranges(numbers: &[Value]) -> String {
    let numbers: Vec<u64> = numbers.iter().filter_map(Value::as_u64).collect();
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let texts: Vec<String> = runs
        .map(|run| match run {
            [one] => one.to_string(),
            _ => format!("{}-{}", run[0], run[run.len() - 1]),
        })
        .collect();
    texts.join(",")
}

fn describe(script: &Value) -> String {
    let mut text = format!(
        "{}\nid {}, repo {}, {} {}, kernel {}, nbformat {}.{}\n",
        script["path"],
        script["id"],
        script["repo"],
        script["language"],
        script["language_version"],
        script["kernel"],
        script["nbformat"],
        script["nbformat_minor"],
    );
    for cell in script["cells"].as_array().unwrap() {
        let lines = ranges(cell["physical_lines"].as_array().unwrap());
        writeln!(
            text,
            "cell {} {} count {} rows {}-{} physical {lines} error {}",
            cell["cell"],
            cell["cell_id"],
            cell["execution_count"],
            cell["first_row"],
            cell["last_row"],
            cell["has_error"]
        )
        .unwrap();
    }
    for magic in script["magics"].as_array().unwrap() {
        writeln!(
            text,
            "cell {} line {}: {} {} {}",
            magic["cell"], magic["line"], magic["kind"], magic["name"], magic["action"]
        )
        .unwrap();
    }
    text + script["code"].as_str().unwrap()
}

#[test]
fn every_oddity() {
    let rejects = tempfile::NamedTempFile::new().unwrap();
    let finished = Command::new(env!("CARGO_BIN_EXE_nb2py"))
        .args(["odd", "--root", "odd", "--rejects"])
        .args([rejects.path()])
        .current_dir(fixtures())
        .run();
    assert!(finished.status.success(), "{finished}");
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let output = String::from_utf8(finished.stdout).unwrap();
    let mut texts: Vec<String> = output.lines().map(|line| describe(&parse(line))).collect();
    for reject in std::fs::read_to_string(rejects.path()).unwrap().lines().map(parse) {
        let detail = reject["detail"].as_str().unwrap();
        texts.push(format!("{}\nreject {}: {detail}\n", reject["path"], reject["reason"]));
    }
    texts.sort();
    insta::assert_snapshot!(texts.join("\n"));
}
