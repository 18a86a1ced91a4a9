//! The walls around notebooks where they are hard to build, and what must hold of every run behind them.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Command, Folder};

const NBEXEC: &str = env!("CARGO_BIN_EXE_nbexec");

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The instrumented/1 record of one cell, whose probes are written out.
fn notebook(path: &str, code: &str) -> String {
    let rows = code.lines().count();
    let site = json!({"name": "value", "kind": "assign", "cell": 1, "line": 1, "column": 1, "row": 1,
        "physical_line": 1, "scope": "", "text": ""});
    let record = json!({
        "schema": "instrumented/1", "id": path, "path": path, "repo": "", "language": "python",
        "language_version": "", "kernel": "", "nbformat": 4, "nbformat_minor": 5, "code": code,
        "cells": [{"cell": 1, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows,
            "physical_lines": vec![1; rows], "has_error": false}],
        "magics": [], "duplicate_of": "", "instrumented_code": code, "sites": [site],
        "broken_cells": [], "skipped": [],
    });
    format!("{record}\n")
}

/// Runs nbexec on one notebook of `folder`: its last value and its run record.
fn run(folder: &Folder, flags: &[&str], path: &str, code: &str) -> (String, Value) {
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let root = folder.path().display().to_string();
    let found = Command::new(NBEXEC)
        .args(["--preload", "", "--quiet", "--root", &root])
        .args(flags)
        .stdin(notebook(path, code))
        .run();
    assert!(found.status.success(), "{found}");
    let records: Vec<Value> = found
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let mut values = records.iter().filter_map(|record| record["value"]["text"].as_str());
    (values.next_back().unwrap_or("nothing").to_owned(), records.last().unwrap().clone())
}

/// On hosts of a cluster, in containers and in CI there are few processes, none with the numbers of the host's.
#[test]
fn bubblewrap_comes_up_in_a_process_namespace_of_its_own_as_root_and_not() {
    let own = ["--pid", "--fork", "--mount-proc"];
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let mut cases: Vec<Vec<&str>> = vec![[&["unshare", "--user", "--map-current-user"], &own[..]].concat()];
    if is_root() {
        cases = vec![
            [&["unshare"], &own[..]].concat(),
            // The same twice: a container on a host that is one itself.
            [&["unshare"], &own[..], &["unshare"], &own[..]].concat(),
            [&["unshare"], &own[..], &nobody[..]].concat(),
            nobody.to_vec(),
        ];
    }
    let folder = Folder::new();
    // Where nobody may go too.
    let program = folder.join("nbexec");
    std::fs::copy(NBEXEC, &program).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let root = folder.path().display().to_string();
    let python =
        if std::path::Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
    for case in cases {
        let found = Command::new(case[0])
            .args(&case[1..])
            .args([&program.display().to_string(), "--self-test", "--preload", "", "--jobs", "1"])
            .args(["--python", python, "--root", &root])
            .env("TMPDIR", "/tmp")
            .run();
        assert!(found.status.success(), "{case:?}: {found}");
        assert!(found.stderr.contains("ok: bwrap sandbox"), "{case:?}: {found}");
    }
}

#[test]
fn cpu_time_used_up_is_a_timeout() {
    let folder = Folder::new();
    let limits = ["--cpu", "1", "--timeout", "300", "--cell-timeout", "300"];
    // A loop that no signal interrupts, in the process itself and in a child.
    let endless = "import itertools\nsum(itertools.repeat(0))";
    let child = format!("import os\nif os.fork() == 0:\n    {}\nos.wait()", endless.replace('\n', "; "));
    for code in [endless, &child] {
        let (_, run) = run(&folder, &limits, "a.ipynb", code);
        assert_eq!(run["outcome"], "timeout", "{run}");
        assert!(run["detail"].as_str().unwrap().contains("CPU"), "{run}");
    }
}

#[test]
fn modules_of_the_notebooks_folder_do_not_stand_in_the_runtimes_way() {
    let folder = Folder::new();
    for name in
        ["json", "random", "io", "os", "sys", "ast", "types", "builtins", "threading", "own", "channel"]
    {
        folder.write(format!("{name}.py"), "raise SystemExit");
    }
    for flags in [&["--cold"][..], &[]] {
        let (value, run) = run(&folder, flags, "a.ipynb", "value = 7; _nalin_t(0, value)");
        assert_eq!((value.as_str(), &run["outcome"]), ("7", &json!("ok")), "{run}");
    }
}

#[test]
fn folders_nested_without_measure_hide_nothing_but_themselves() {
    let folder = Folder::new();
    let name = "n".repeat(20);
    let mut deep = folder.path().to_owned();
    // Deeper than Python recurses, and than a path is long.
    for _ in 0..150 {
        deep.push(&name);
    }
    std::fs::create_dir_all(&deep).unwrap();
    let mut at = std::process::Command::new("sh");
    at.current_dir(&deep)
        .args(["-c", &format!("for i in $(seq 1000); do mkdir {name}; cd {name}; done 2> /dev/null")]);
    let _ = at.status();
    folder.write("data.csv", "1");
    let code = "value = open('data.csv').read(); _nalin_t(0, value)";
    for flags in [&[][..], &["--sandbox", "none"]] {
        let (value, run) = run(&folder, flags, "a.ipynb", code);
        assert_eq!((value.as_str(), &run["outcome"]), ("1", &json!("ok")), "{run}");
    }
    let removed = std::process::Command::new("rm").arg("-rf").arg(folder.path()).status().unwrap();
    assert!(removed.success());
}

#[test]
fn an_interrupted_run_leaves_no_folder_behind() {
    let folder = Folder::new();
    let temporary = folder.join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let start = |signal: &str| {
        let names = std::fs::read_dir(&temporary).unwrap().flatten().map(|folder| folder.file_name());
        let before: Vec<_> = names.collect();
        let mut child = std::process::Command::new(NBEXEC)
            .args(["--preload", "", "--quiet", "--sandbox", "none", "--root"])
            .arg(folder.path())
            .env("TMPDIR", &temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let is_new = |folder: std::fs::DirEntry| {
            !before.contains(&folder.file_name()) && folder.path().join("nalin_runtime").exists()
        };
        while !std::fs::read_dir(&temporary).unwrap().flatten().any(is_new) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        child.wait().unwrap();
        std::fs::read_dir(&temporary).unwrap().count()
    };
    assert_eq!(start("-TERM"), 0);
    assert_eq!(start("-INT"), 0);
    // Nobody can clean up after that but the next.
    assert_eq!(start("-KILL"), 1);
    assert_eq!(start("-TERM"), 0);
}
