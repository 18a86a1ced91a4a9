//! `nbexec` as a process: what its records say, and how it goes on after being killed.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Folder;

/// An instrumented/1 record of one cell, whose probes are written out.
fn notebook(id: &str, code: &str, sites: usize) -> String {
    let rows = code.lines().count();
    let site = json!({"name": "value", "kind": "assign", "cell": 1, "line": 1, "column": 1, "row": 2,
        "physical_line": 3, "scope": "", "text": "value = 1"});
    let record = json!({
        "schema": "instrumented/1", "id": id, "path": "a.ipynb", "repo": "r", "language": "python",
        "language_version": "", "kernel": "", "nbformat": 4, "nbformat_minor": 5, "code": code,
        "cells": [{"cell": 2, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows,
            "physical_lines": vec![1; rows], "has_error": false}],
        "magics": [], "duplicate_of": "", "instrumented_code": code, "sites": vec![site; sites],
        "broken_cells": [], "skipped": [], "split": "train",
    });
    format!("{record}\n")
}

fn start(arguments: &[&str], input: &str) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nbexec"))
        .args(["--preload", "", "--quiet"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    child
}

fn run(arguments: &[&str], input: &str) -> Output {
    start(arguments, input).wait_with_output().unwrap()
}

/// The records without what differs from run to run.
fn records(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut record: Value = serde_json::from_slice(line).unwrap();
            for volatile in ["wall_seconds", "cpu_seconds", "peak_bytes"] {
                record.as_object_mut().unwrap().shift_remove(volatile);
            }
            record
        })
        .collect()
}

#[test]
fn shown_whole_the_root_keeps_its_name() {
    let folder = Folder::new();
    folder.write("churn/a.ipynb", "");
    let code = "import os\nvalue = os.path.basename(os.getcwd()); _nalin_t(0, value)";
    let name = |files: &str| {
        let root = folder.join("churn").display().to_string();
        let output = run(&["--sandbox", "none", "--root", &root, "--files", files], &notebook("n", code, 1));
        records(&output.stdout)[0]["value"]["text"].clone()
    };
    assert_eq!((name("root"), name("folder")), (json!("churn"), json!("notebook")));
}

#[test]
fn a_value_is_asked_only_if_it_is_trusted() {
    let code = "class A:\n  def __repr__(self): return 'an A'\n  def __len__(self): return 7\nvalue = A(); _nalin_t(0, value)";
    let value = |arguments: &[&str]| {
        let output = run(&[&["--sandbox", "none"], arguments].concat(), &notebook("n", code, 1));
        let value = records(&output.stdout)[0]["value"].clone();
        (value["len"].clone(), value["text"].clone())
    };
    assert_eq!(value(&[]), (json!(-1), json!("<__main__.A object>")));
    assert_eq!(value(&["--trust-repr"]), (json!(7), json!("an A")));
}

#[test]
fn half_a_surrogate_pair_does_not_hide_an_error() {
    let code = "import os\nos.write(3, b'{\"k\":\"m\",\"name\":\"no\\\\udc00\"}\\n')\nraise ValueError('half \\ud800')";
    let output = run(&["--sandbox", "none"], &notebook("n", code, 0));
    let run = records(&output.stdout).remove(0);
    assert_eq!((&run["outcome"], &run["complete"]), (&json!("cell_errors"), &json!(true)));
    assert_eq!(
        (&run["cells"][0]["message"], &run["missing_module"]),
        (&json!("half \u{fffd}"), &json!("no\u{fffd}"))
    );
}

#[test]
fn values_and_the_run_that_closes_them() {
    let code = "value = [1, 2]; _nalin_t(0, value)\nvalue = None; _nalin_t(1, value)\nimport nosuch";
    let output = run(&["--sandbox", "none"], &notebook("n", code, 3));
    let records = records(&output.stdout);
    assert_eq!(records.len(), 3);
    let value = json!({"type": "list", "len": 2, "rank": -1, "shape": [], "size": -1, "dtype": "",
        "iterable": true, "text": "[1, 2]", "text_chars": 6});
    assert_eq!(records[0]["value"], value);
    assert_eq!(records[0]["occurrences"], 1);
    assert_eq!(records[0]["split"], "train");
    assert_eq!(records[1]["value"]["type"], "NoneType");
    let closing = &records[2];
    assert_eq!(closing["outcome"], "cell_errors");
    assert_eq!(closing["missing_module"], "nosuch");
    assert_eq!(closing["complete"], true);
    let counts =
        ["sites", "sites_reached", "values", "cells_failed"].map(|name| closing[name].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 2, 1]);
    assert_eq!(closing["cells"][0]["frames"], json!(["cell 2 line 3"]));
}

#[test]
fn a_cold_interpreter_says_the_same() {
    let code = "value = {'a': 1.5}; _nalin_t(0, value)\nimport sys, os\nvalue = (sys.argv, __name__, \
        hash('a'), sys.path[0], os.getcwd()); _nalin_t(1, value)\nraise KeyError(value)";
    let input = notebook("n", code, 2);
    let warm = run(&[], &input);
    let cold = run(&["--cold"], &input);
    assert_eq!(records(&warm.stdout), records(&cold.stdout));
    assert_eq!(records(&warm.stdout).len(), 3);
}

#[test]
fn probes_do_nothing_in_another_interpreter() {
    // As joblib sends functions.
    let code = "import marshal, subprocess, sys\ndef f():\n    x = 2; _nalin_t(0, x)\n    return _nalin_w(0, x)\n\
        run = 'import marshal, sys, types; print(types.FunctionType(marshal.load(sys.stdin.buffer), globals())())'\n\
        child = subprocess.run([sys.executable, '-c', run], input=marshal.dumps(f.__code__), capture_output=True)\n\
        value = (child.stdout, child.stderr); _nalin_t(1, value)";
    let output = run(&[], &notebook("n", code, 2));
    let records = records(&output.stdout);
    assert_eq!(records[0]["value"]["text"], "(b'2\\n', b'')", "{records:?}");
    assert_eq!(records.len(), 2);
}

#[test]
fn tracebacks_and_inspect_show_the_notebooks_own_text() {
    let code = "import inspect, traceback\ndef f(n):\n    y = n; _nalin_t(0, y)\n    return 1 / y\n\
        value = inspect.getsource(f); _nalin_t(1, value)\n\
        try:\n    f(0)\nexcept ZeroDivisionError:\n    value = traceback.format_exc(); _nalin_t(2, value)";
    let mut record: Value = serde_json::from_str(&notebook("n", code, 3)).unwrap();
    let plain = ["y", "value"].iter().fold(code.to_owned(), |code, name| {
        (0..3).fold(code, |code, site| code.replace(&format!("; _nalin_t({site}, {name})"), ""))
    });
    record["code"] = plain.into();
    let records = records(&run(&["--sandbox", "none"], &format!("{record}\n")).stdout);
    let text = |at: usize| records[at]["value"]["text"].as_str().unwrap();
    assert_eq!(text(1), "def f(n):\n    y = n\n    return 1 / y\n");
    assert!(text(2).contains("    return 1 / y\n") && !text(2).contains("_nalin"), "{}", text(2));
}

#[test]
fn missing_modules_and_files_are_counted() {
    let codes = ["import sklearn_x.svm", "import cv2_x", "import sklearn_x", "open('a.csv')", "1"];
    let input: String = (0..).zip(codes).map(|(n, code)| notebook(&format!("n{n}"), code, 0)).collect();
    let folder = Folder::new();
    let summary = folder.join("summary");
    let output = run(&["--sandbox", "none", "--summary", &summary.display().to_string()], &input);
    assert!(output.status.success());
    let summary: Value = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
    let most = json!({"missing_files": {"a.csv": 1}, "missing_modules": {"cv2_x": 1, "sklearn_x": 2}});
    assert_eq!(summary["most"], most);
    assert!(summary["counts"]["notebook_cpu_seconds"].is_u64());
}

#[test]
fn the_plan_names_packages() {
    let codes = ["import numpy as np, os\nfrom sklearn import svm", "import numpy", "import near\nimport ("];
    let input: String = (0..).zip(codes).map(|(n, code)| notebook(&format!("n{n}"), code, 0)).collect();
    let folder = Folder::new();
    folder.write("near.py", "");
    let root = folder.path().display().to_string();
    let output = run(&["--plan", "--root", &root], &input.replace("import near\\nimport (", "import near"));
    let text = String::from_utf8(output.stdout).unwrap();
    let packages: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(packages, ["numpy  # 2", "scikit-learn  # 1"]);
}

#[test]
fn without_its_sandbox_it_refuses() {
    let child = Command::new(env!("CARGO_BIN_EXE_nbexec"))
        .env("PATH", "/nowhere")
        .args(["--sandbox", "podman"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(child.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&child.stderr).contains("container does not work here"));
    assert!(child.stdout.is_empty());
}

#[test]
fn it_goes_on_after_any_torn_end() {
    let input: String =
        (0..4).map(|number| notebook(&format!("n{number}"), "value = 1; _nalin_t(0, value)", 1)).collect();
    let folder = Folder::new();
    let file = folder.join("out.jsonl");
    let name = file.display().to_string();
    let arguments = ["--sandbox", "none", "--resume", &name];
    assert!(run(&arguments, &input).status.success());
    let whole = std::fs::read(&file).unwrap();
    assert_eq!(records(&whole).len(), 8);
    let mut second_run =
        whole.windows(15).enumerate().filter(|(_, bytes)| bytes.starts_with(b"{\"schema\":\"run/"));
    let (second_run, _) = second_run.nth(1).unwrap();
    for keep in [0, 10, second_run - 3, second_run + 20, whole.len() - 1, whole.len()] {
        std::fs::write(&file, &whole[..keep]).unwrap();
        let output = run(&arguments, &input);
        assert!(output.status.success() && output.stdout.is_empty());
        assert_eq!(records(&std::fs::read(&file).unwrap()), records(&whole), "after {keep} bytes");
    }
    let other = run(&arguments, &notebook("other", "1", 0));
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("stdin:1: --resume expects notebook n0 here"));
    assert_eq!(records(&std::fs::read(&file).unwrap()), records(&whole));
}

#[test]
fn killed_at_any_moment_it_loses_only_what_was_in_flight() {
    let code = "import time; time.sleep(0.05)\nvalue = 1; _nalin_t(0, value)";
    let input: String = (0..12).map(|number| notebook(&format!("n{number}"), code, 1)).collect();
    let folder = Folder::new();
    let file = folder.join("out.jsonl");
    let name = file.display().to_string();
    let root = folder.join("root");
    std::fs::create_dir(&root).unwrap();
    let root_name = root.display().to_string();
    let arguments = ["--resume", &name, "--jobs", "2", "--root", &root_name];
    for _ in 0..3 {
        let mut child = start(&arguments, &input);
        std::thread::sleep(Duration::from_millis(700));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_nothing_runs(&root);
    }
    let before = records(
        &std::fs::read(&file)
            .unwrap_or_default()
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
            .collect::<Vec<_>>()
            .concat(),
    );
    assert!(run(&arguments, &input).status.success());
    let records = records(&std::fs::read(&file).unwrap());
    let closed: Vec<_> = records.iter().filter(|record| record["schema"] == "run/1").collect();
    let ids: Vec<_> = closed.iter().map(|record| record["notebook"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, (0..12).map(|number| format!("n{number}")).collect::<Vec<_>>());
    assert_eq!(records.len(), 24);
    assert_eq!(&records[..before.len()], &before[..]);
}

#[test]
fn who_interrupts_it_is_told_how_to_keep_what_is_done() {
    let folder = Folder::new();
    let (file, root) = (folder.join("out.jsonl"), folder.join("root"));
    std::fs::create_dir(&root).unwrap();
    let arguments = ["--output", &file.display().to_string(), "--root", &root.display().to_string()];
    let child = start(&arguments, &notebook("endless", "while True: pass", 0));
    wait_until("a worker runs", || somebody_names(&root));
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("keeps what is done"), "{said}");
    assert_eq!(folder.names(), ["root"], "nothing half-written is left");
    assert_nothing_runs(&root);
}

fn assert_nothing_runs(root: &Path) {
    wait_until("no worker outlives its nbexec", || !somebody_names(root));
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a worker is there: bubblewrap's command line names the root folder, and so does nbexec's own.
fn somebody_names(root: &Path) -> bool {
    let root = root.display().to_string();
    let is_worker = |entry: std::fs::DirEntry| {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command);
        command.contains(&root) && command.contains("bwrap")
    };
    std::fs::read_dir("/proc").unwrap().flatten().any(is_worker)
}

#[test]
fn the_self_test_says_what_is_lacking_and_what_to_do() {
    let folder = Folder::new();
    folder.write("secret.csv", "1");
    std::fs::set_permissions(folder.join("secret.csv"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let root = folder.path().display().to_string();
    let test = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_nbexec"))
            .args(["--self-test", "--root", &root])
            .args(more)
            .output()
            .unwrap();
        assert!(output.stdout.is_empty());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, said) =
        test(&["--sandbox", "none", "--preload", "json,no_such_module.part", "--jobs", "100000"]);
    assert_eq!(status, Some(0), "{said}");
    for line in [
        "self-test: ok: none sandbox, Python 3.",
        "self-test: note: no_such_module.part cannot be imported: ",
        " packages, fingerprint ",
        "self-test: note: 100000 notebooks at a time may take 214748.4 GB, and there is ",
        "self-test: notebooks can run here",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let (status, said) = test(&["--python", "/nowhere/python"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("LACKING: cannot start the interpreter /nowhere/python"), "{said}");
    assert!(said.contains("cannot run here: 1 lacking"), "{said}");
    assert_eq!(test(&["--root", "/nowhere"]).0, Some(2));
    let (status, said) = test(&["--preload", ""]);
    // Elsewhere than as root, notebooks read what we read; in a container there may be no walls to test.
    if status == Some(0) && std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        assert!(said.contains("note: 1 files or folders that nobody can read, first "), "{said}");
    }
}
