//! `nb2py` as a process: what it reads, and how it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use testkit::{Command, Finished, fixtures};

const NOTEBOOK: &str =
    r#"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1"}], "metadata": {}}"#;

fn nb2py<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>, stdin: &str) -> Finished {
    Command::new(env!("CARGO_BIN_EXE_nb2py")).args(args).current_dir(folder).stdin(stdin).run()
}

#[track_caller]
fn records(finished: &Finished) -> Vec<Value> {
    assert!(finished.status.success(), "{finished}");
    let text = std::str::from_utf8(&finished.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn paths(finished: &Finished) -> Vec<String> {
    records(finished).iter().map(|record| record["path"].as_str().unwrap().to_owned()).collect()
}

/// A folder with notebooks at several places, some of them not to be read.
fn study() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        "s/b/two.ipynb",
        "s/a/one.ipynb",
        "s/a/.ipynb_checkpoints/one.ipynb",
        "s/.git/x.ipynb",
        "s/a/notes.txt",
        "s/a/tool.py",
        "s/top.ipynb",
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, if path.extension().unwrap() == "py" { "y = 2\n" } else { NOTEBOOK }).unwrap();
    }
    fs::write(folder.path().join("s/.gitignore"), "*.ipynb\n").unwrap();
    folder
}

#[test]
fn folders_are_searched_in_order() {
    let folder = study();
    let finished = nb2py(folder.path(), ["--root", "s", "s"], "");
    assert_eq!(paths(&finished), ["a/one.ipynb", "a/tool.py", "b/two.ipynb", "top.ipynb"]);
    let repos: Vec<_> = records(&finished).iter().map(|record| record["repo"].clone()).collect();
    assert_eq!(repos, ["a", "a", "b", ""]);
    let deep = nb2py(folder.path(), ["s/b/two.ipynb", "--repo-depth", "2"], "");
    assert_eq!(records(&deep)[0]["repo"], "s/b");
    assert_eq!(
        nb2py(folder.path(), ["s", "--limit", "2"], "").stdout.split(|&byte| byte == b'\n').count(),
        3
    );
}

#[test]
fn lists_count_from_the_root() {
    let folder = study();
    for list in ["b/two.ipynb\r\n\ntop.ipynb\n", "b/two.ipynb\0top.ipynb\0"] {
        let finished = nb2py(folder.path(), ["--files-from", "-", "--root", "s"], list);
        assert_eq!(paths(&finished), ["b/two.ipynb", "top.ipynb"]);
    }
    let finished = nb2py(folder.path(), ["--files-from", "-"], "gone.ipynb\ns/top.ipynb\n");
    assert_eq!(paths(&finished), ["s/top.ipynb"]);
    assert!(finished.stderr.contains("gone.ipynb: unreadable: No such file"), "{finished}");
}

#[test]
fn source_records_have_a_path_or_a_notebook() {
    let folder = study();
    let lines = [
        r#"{"path": "a/one.ipynb", "split": "train"}"#.to_owned(),
        format!(r#"{{"schema": "source/1", "notebook": {NOTEBOOK}, "repo": "r", "id": 7}}"#),
        serde_json::json!({"notebook": "x = 3\n", "path": "n/p.py"}).to_string(),
    ];
    let finished = nb2py(folder.path(), ["--root", "s"], &lines.join("\n"));
    let records = records(&finished);
    assert_eq!(paths(&finished), ["a/one.ipynb", "stdin:2", "n/p.py"]);
    assert_eq!((&records[0]["split"], &records[0]["repo"]), (&Value::from("train"), &Value::from("a")));
    assert_eq!((&records[1]["source_id"], &records[1]["repo"]), (&Value::from(7), &Value::from("r")));
    assert_eq!(records[1]["id"], records[0]["id"]);
    assert_eq!(records[2]["code"], "x = 3\n");
}

#[test]
fn what_is_no_source_record_ends_the_program() {
    let folder = study();
    let input = "{\"path\": \"top.ipynb\"}\n{\"own\": 1}\n";
    let finished = nb2py(folder.path(), ["--root", "s"], input);
    assert_eq!(finished.status.code(), Some(2), "{finished}");
    assert!(
        finished.stderr.contains("nb2py: stdin:2: expected a source/1 record, found neither"),
        "{finished}"
    );
    assert_eq!(finished.stdout.iter().filter(|&&byte| byte == b'\n').count(), 1);
}

#[test]
fn a_name_that_does_not_exist_is_an_error() {
    let finished = nb2py(&fixtures(), ["nowhere.ipynb"], "");
    assert_eq!(finished.status.code(), Some(2), "{finished}");
    assert!(finished.stderr.contains("cannot read nowhere.ipynb"), "{finished}");
}

#[test]
fn a_file_over_the_limit_is_rejected() {
    let finished =
        nb2py(&fixtures(), ["odd/huge_output.ipynb", "odd/minified.ipynb", "--max-record-bytes", "2000"], "");
    assert_eq!(paths(&finished), ["odd/minified.ipynb"]);
    assert!(finished.stderr.contains("huge_output.ipynb: too_large"), "{finished}");
}

#[test]
fn any_number_of_jobs_gives_the_same_bytes() {
    let run = |jobs| nb2py(&fixtures(), ["odd", "demo", "--jobs", jobs], "").stdout;
    let one = run("1");
    assert!(one.len() > 10_000);
    assert_eq!(one, run("4"));
}

#[test]
fn archives_give_the_records_of_their_files() {
    let folder = study();
    let study = folder.path().join("s");
    let path = |name: &str| folder.path().join(name);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", &study).unwrap();
    let tar = tar.into_inner().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&tar).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(path("s.zip")).unwrap());
    for name in ["top.ipynb", "a/one.ipynb", "a/.ipynb_checkpoints/one.ipynb", "b/two.ipynb", "../a/tool.py"]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let file = study.join(name.trim_start_matches("../"));
        zip.write_all(&fs::read(file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
    fs::write(path("s.tar.zst"), zstd::encode_all(&tar[..], 1).unwrap()).unwrap();
    fs::write(path("s.tgz"), gz.finish().unwrap()).unwrap();
    fs::write(path("s.tar"), tar).unwrap();

    let sorted = |input| {
        let mut records: Vec<String> =
            records(&nb2py(folder.path(), ["--root", "s", input], "")).iter().map(Value::to_string).collect();
        records.sort();
        records
    };
    let unpacked = sorted("s");
    assert_eq!(unpacked.len(), 4);
    for archive in ["s.tar", "s.tgz", "s.tar.zst", "s.zip"] {
        assert_eq!(sorted(archive), unpacked, "{archive}");
    }
    fs::write(path("bad.zip"), "no archive").unwrap();
    let finished = nb2py(folder.path(), ["bad.zip", "s/top.ipynb"], "");
    assert_eq!(paths(&finished), ["s/top.ipynb"]);
    assert!(finished.stderr.contains("bad.zip: unreadable"), "{finished}");
}

#[test]
fn scripts_can_be_files() {
    let folder = study();
    let finished = nb2py(folder.path(), ["--root", "s", "s", "--to", "py", "out"], "");
    assert!(records(&finished).is_empty());
    let read = |path: &str| fs::read_to_string(folder.path().join("out").join(path)).unwrap();
    assert_eq!(read("a/one.py"), "# %% [cell 1]\nx = 1\n");
    assert_eq!(read("a/tool.py"), "y = 2\n");
    let wrong = nb2py(folder.path(), ["s", "--to", "html", "out"], "");
    assert_eq!(wrong.status.code(), Some(2), "{wrong}");
}

#[test]
fn repetitions_are_named() {
    let folder = study();
    for how in ["exact", "near"] {
        let finished = nb2py(folder.path(), ["--root", "s", "s", "--dedup", how], "");
        let records = records(&finished);
        let first = records[0]["id"].clone();
        let originals: Vec<_> = records.iter().map(|record| record["duplicate_of"].clone()).collect();
        assert_eq!(originals, [Value::from(""), Value::from(""), first.clone(), first]);
        assert!(finished.stderr.contains("duplicates 2"), "{finished}");
    }
}

#[test]
fn datasets_have_fields_of_their_own() {
    let folder = study();
    let line = serde_json::json!({"content": NOTEBOOK, "file": "a/b.ipynb", "origin": "o", "repo": 7, "path": "kept"});
    let arguments = ["-q", "--notebook-field", "content", "--path-field", "file", "--repo-field", "origin"];
    let records = records(&nb2py(folder.path(), arguments, &format!("{line}\n")).succeeds());
    let fields = ["path", "repo", "source_path", "source_repo"].map(|name| records[0][name].clone());
    assert_eq!(serde_json::json!(fields), serde_json::json!(["a/b.ipynb", "o", "kept", 7]));
}

#[test]
fn jsonl_files_are_read_as_stdin_is() {
    let folder = study();
    fs::write(folder.path().join("list.jsonl"), "{\"path\": \"top.ipynb\"}\n").unwrap();
    let finished = nb2py(folder.path(), ["--root", "s", "list.jsonl", "s/a/one.ipynb"], "");
    assert_eq!(paths(&finished), ["top.ipynb", "a/one.ipynb"]);
}
