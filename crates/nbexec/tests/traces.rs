//! `nbexec --trace`: the conformance set of `fixtures/traces`, and programs that attack the recorder.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const LIMITS: &str = "--preload= --quiet --jobs 2 --memory-mb 400 --scratch-mb 32 --file-mb 16 --output-mb 4 \
    --max-processes 40";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/traces")
}

/// The script/1 record of a program.
fn program(name: &str, code: &str, stdin: &str) -> String {
    let rows = code.lines().count();
    let record = json!({
        "schema": "script/1", "id": name, "path": name, "repo": "", "language": "python", "language_version": "",
        "kernel": "", "nbformat": 0, "nbformat_minor": 0, "code": code,
        "cells": [{"cell": 1, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows,
            "physical_lines": (1..=rows).collect::<Vec<_>>(), "has_error": false}],
        "magics": [], "duplicate_of": "", "stdin": stdin, "argv": [],
    });
    format!("{record}\n")
}

/// Runs programs that end by themselves: the limit is for a machine that has other things to do.
fn run(arguments: &[&str], input: &str) -> Vec<Value> {
    run_within("60", arguments, input)
}

fn run_within(seconds: &str, arguments: &[&str], input: &str) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nbexec"))
        .args(LIMITS.split_whitespace())
        .args(["--timeout", seconds, "--cell-timeout", seconds])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// The traces, without what is of the interpreter and the engine.
fn traces(records: Vec<Value>) -> Vec<Value> {
    let traces = records.into_iter().filter(|record| record["schema"] == "trace/1");
    traces
        .map(|mut trace| {
            let fields = trace.as_object_mut().unwrap();
            fields.insert("engine".to_owned(), json!(""));
            fields.insert("python".to_owned(), json!(""));
            trace
        })
        .collect()
}

/// Interpreters to test with: those of `NALIN_PYTHONS`, as `make test-traces` finds them, or the one at hand.
fn pythons() -> Vec<String> {
    let named = std::env::var("NALIN_PYTHONS").unwrap_or_else(|_| "python3".to_owned());
    named.split_whitespace().map(str::to_owned).collect()
}

fn has_monitoring(python: &str) -> bool {
    let asked =
        Command::new(python).args(["-c", "import sys; sys.monitoring"]).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Programs that not every Python can read, or of which only engines beside one another know what is right.
const SIDE_BY_SIDE: [(&str, &str); 6] = [
    ("with_swallows.py", WITH_SWALLOWS),
    (
        "with_in_loop.py",
        "import contextlib\nn = 0\nwhile True:\n    with contextlib.suppress(KeyError) as a, contextlib.suppress(ValueError) as b:\n        n += 1\n        int('x')\n    if n > 2:\n        break\n",
    ),
    ("with_guards.py", WITH_GUARDS),
    (
        "match_guard.py",
        "def kind(v):\n    match v:\n        case int(n) if n > 2:\n            return n\n        case [first, *rest] if rest:\n            return first\n        case {'k': k, **others} if others:\n            return k\n    return None\na = kind(1)\nb = kind([5])\nc = kind({'k': 1})\nd = kind(3)\n",
    ),
    (
        "match_nothing.py",
        "x = [1, (2, 3)]\nseen = []\nmatch x:\n    case [p, (q, r)] if seen.append(p):\n        pass\n    case [s, 4]:\n        pass\nz = 2\nfor i in range(3):\n    match i:\n        case 0 | 1 as small if small:\n            continue\n        case other:\n            pass\ndone = 1\n",
    ),
    (
        "conditions.py",
        "if (w := 0) and (v := 1):\n    pass\nq = (p := 3) if False else 4\nwhile (n := w) > 0:\n    pass\ntry:\n    assert (r := 0)\nexcept AssertionError:\n    r = 1\nt = [k for k in range(3) if (m := k) > 5]\n",
    ),
];
const WITH_SWALLOWS: &str = "class CM:\n    def __init__(self, ok):\n        self.ok = ok\n    def __enter__(self):\n        return self\n    \
def __exit__(self, *exc):\n        return self.ok\nwith CM(False) as a, CM(True) as b:\n    {}['x']\ndone = 1\n\
with CM(True) as a, CM(False) as b:\n    {}['x']\ndone = 2\nwith CM(False) as a, CM(False) as b, CM(True) as c:\n    {}['x']\n\
with CM(True) as a:\n    with CM(False) as b, CM(True) as c:\n        {}['x']\ndone = 3\n";
const WITH_GUARDS: &str = "import contextlib\nlog = []\n@contextlib.contextmanager\ndef guard(name):\n    log.append(name)\n    try:\n        \
yield name.upper()\n    except KeyError as e:\n        log.append(repr(e))\n    finally:\n        log.append('out')\n\
with guard('a') as up, guard('b'):\n    d = {}\n    d['x']\ndone = up\n";

#[test]
fn engines_agree_where_conditions_fail_and_managers_swallow() {
    for python in pythons() {
        let newest =
            Command::new(&python).args(["-c", "match 1:\n case _: pass"]).stderr(Stdio::null()).status();
        let has_match = newest.is_ok_and(|status| status.success());
        let input: String = SIDE_BY_SIDE
            .iter()
            .filter(|(name, _)| has_match || !name.starts_with("match"))
            .map(|(name, code)| program(name, code, ""))
            .collect();
        let run_by = |engine: &str| {
            traces(run(&["--sandbox", "none", "--python", &python, &format!("--trace={engine}")], &input))
        };
        let expected = run_by("rewrite");
        assert!(expected.len() >= 4 && expected.iter().all(|trace| trace["outcome"] == "ok"), "{expected:?}");
        for engine in ["settrace", "monitor"].iter().take(1 + usize::from(has_monitoring(&python))) {
            for (found, expected) in run_by(engine).iter().zip(&expected) {
                assert_eq!(found, expected, "{python} {engine} {}", expected["path"]);
            }
        }
    }
}

#[test]
fn engines_agree_on_the_conformance_set() {
    let mut names: Vec<_> =
        std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    names.sort();
    assert!(names.len() >= 40);
    let input: String = names
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            let stdin = if name == "reading.py" { "2\nabc\nxyz\n" } else { "" };
            program(&name, &std::fs::read_to_string(path).unwrap(), stdin)
        })
        .collect();
    let file = fixtures().join("traces.jsonl");
    let expected: Vec<Value> = match std::fs::read_to_string(&file) {
        Ok(text) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        Err(_) => Vec::new(),
    };
    for python in pythons() {
        let mut engines = vec!["rewrite", "settrace"];
        if has_monitoring(&python) {
            engines.push("monitor");
        }
        for engine in engines {
            // Interpreters in somebody's home cannot be seen from behind walls.
            let arguments = ["--sandbox", "none", "--python", &python, &format!("--trace={engine}")];
            let found = traces(run(&arguments, &input));
            if std::env::var_os("NALIN_WRITE_TRACES").is_some() {
                let text: String = found.iter().map(|trace| format!("{trace}\n")).collect();
                return std::fs::write(file, text).unwrap();
            }
            assert_eq!(found.len(), expected.len(), "{python} {engine}");
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, expected, "{python} {engine} {}", expected["path"]);
            }
        }
    }
}

/// The same under interpreters that nbexec cannot start: `NALIN_TRACE_WORDS` names a file of what the runtime said
/// there, as `scripts/trace-pyodide.mjs` writes it.
#[test]
fn engines_agree_under_other_interpreters() {
    let Some(file) = std::env::var_os("NALIN_TRACE_WORDS") else { return };
    let expected = std::fs::read_to_string(fixtures().join("traces.jsonl")).unwrap();
    let expected: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = std::fs::read_to_string(file).unwrap();
    let mut compared = 0;
    for line in said.lines() {
        let said: Value = serde_json::from_str(line).unwrap();
        let wanted = expected.iter().find(|trace| trace["path"] == said["path"]).unwrap();
        let mut assembler = nbexec::trace::assemble::Assembler::new(10_000);
        for word in said["words"].as_array().unwrap() {
            assert!(assembler.take(word.as_str().unwrap().as_bytes()), "{word}");
        }
        let found = assembler.finish();
        let events = records::encode_events(&found.events);
        let found = json!([found.names, found.values, events, found.stdout]);
        let wanted = json!([wanted["names"], wanted["values"], wanted["events"], wanted["stdout"]]);
        assert_eq!(found, wanted, "{} {}", said["engine"], said["path"]);
        compared += 1;
    }
    assert_eq!(compared, 3 * expected.len());
}

/// Name, code, and how it may end.
const HOSTILE: [(&str, &str, &str); 16] = [
    ("endless loop", "n = 0\nwhile True:\n    n += 1", "timeout"),
    (
        "loop that catches",
        "while True:\n    try:\n        while True:\n            x = 1\n    except BaseException:\n        pass",
        "timeout",
    ),
    (
        "fork bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        x = 1",
        "timeout|killed",
    ),
    ("long text", "x = 'a' * (10 * 1024 ** 3)", "oom"),
    ("growing list", "x = []\nwhile True:\n    x.append('a' * 100000)", "oom|timeout|killed"),
    ("no tracer", "import sys\nsys.settrace(None)\nx = 1", "ok"),
    ("exit", "import os\nx = 1\nos._exit(3)", "killed"),
    ("deep recursion", "def f(n):\n    return f(n + 1)\nf(0)", "cell_errors"),
    (
        "repr",
        "class R:\n    def __repr__(self):\n        print('seen')\n        raise SystemExit\n    __str__ = __len__ = __eq__ = __hash__ = __repr__\nr = R()\nrs = [r]",
        "ok",
    ),
    ("no stdout", "import os, sys\nos.close(1)\nsys.stdout = None\nx = 1", "ok|killed|cell_errors"),
    ("end of input", "x = input()", "cell_errors"),
    ("another folder", "import os\nos.mkdir('sub')\nos.chdir('sub')\nx = 1", "ok"),
    (
        "no probes",
        "import builtins\nfor name in list(vars(builtins)):\n    if name.startswith('_nalin'):\n        delattr(builtins, name)\nx = 1",
        "ok|cell_errors",
    ),
    (
        "poisoned modules",
        "import json, array, sys\njson.JSONEncoder.encode = array.array = None\nlen = type = list = locals = 5\nx = [1]\nx.append(2)\ny = x",
        "ok|cell_errors|killed",
    ),
    (
        "forged words",
        "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'\\n{\"k\":\"t\",\"new\":{\"n\":[\"forged\"],\"d\":[],\"s\":[],\"b\":[]},\"e\":[2,7,34,8,15,1,4,9]}\\n')\n    except OSError:\n        pass\nx = 1",
        "ok|killed",
    ),
    (
        "threads",
        "import threading\ndef work():\n    for k in range(1000):\n        y = k\nt = [threading.Thread(target=work) for _ in range(3)]\nfor one in t:\n    one.start()\nfor one in t:\n    one.join()\nx = 1",
        "ok",
    ),
];

#[test]
fn hostile_programs_end_and_the_next_one_is_recorded() {
    let canary = "a = [1]\na.append(2)\n";
    let input: String = HOSTILE
        .iter()
        .map(|(name, code, _)| program(name, code, "") + &program("canary", canary, ""))
        .collect();
    for engine in ["rewrite", "settrace"] {
        let records = run_within("3", &[&format!("--trace={engine}")], &input);
        let (traces, runs): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record["schema"] == "trace/1");
        assert_eq!((traces.len(), runs.len()), (2 * HOSTILE.len(), 2 * HOSTILE.len()));
        let mut troubles = Vec::new();
        for ((name, _, outcomes), pair) in HOSTILE.iter().zip(traces.chunks(2)) {
            let outcome = pair[0]["outcome"].as_str().unwrap();
            if !outcomes.split('|').any(|expected| expected == outcome) {
                troubles.push(format!("{engine}, {name}: expected {outcomes}, found {outcome}: {}", pair[0]));
            }
            if pair[1]["values"] != json!(["[1]", "[1, 2]"]) || pair[1]["outcome"] != "ok" {
                troubles.push(format!("{engine}, after {name}: {}", pair[1]));
            }
            assert!(
                !pair[0]["values"].as_array().unwrap().contains(&json!("seen")),
                "{engine}: {name} was asked"
            );
        }
        assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    }
}

#[test]
fn limits_of_a_trace() {
    let code = "total = 0\nfor i in range(1000):\n    total += i\nprint(total)\n";
    let whole = traces(run(&["--sandbox", "none", "--trace"], &program("p", code, "")));
    assert_eq!(whole[0]["truncated"], false);
    let cut = traces(run(&["--sandbox", "none", "--trace", "--trace-events", "50"], &program("p", code, "")));
    let events: Vec<u32> = serde_json::from_value(cut[0]["events"].clone()).unwrap();
    assert_eq!((records::decode_events(&events).unwrap().len(), &cut[0]["truncated"]), (50, &json!(true)));
    assert_eq!(cut[0]["stdout"], "499500\n");
    // Lines that are not recorded leave no gap in the state.
    for engine in ["rewrite", "settrace"] {
        let arguments = ["--sandbox", "none", &format!("--trace={engine}"), "--per-line", "5"];
        let some = traces(run(&arguments, &program("p", code, "")));
        let events: Vec<u32> = serde_json::from_value(some[0]["events"].clone()).unwrap();
        let events = records::decode_events(&events).unwrap();
        assert!(events.len() < 30 && events.contains(&records::TraceEvent::Elided), "{engine}: {events:?}");
        assert!(some[0]["values"].as_array().unwrap().contains(&json!("499500")), "{engine}");
    }
}
