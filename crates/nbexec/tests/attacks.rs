//! Notebooks that attack (`tests/attacks/`), each followed on the same worker by one that must not notice.
//!
//! The first line of an attack says how it must end: `# expect OUTCOME|OUTCOME: TEXT`, where TEXT is the
//! last recorded value of the name `result`. A second line `# container …` says so of a container, in which
//! notebooks share the processes' numbers, the container's own `/etc`, and a disk with room for the copy.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::Folder;

const SECRET: &str = "nalin-secret-4711";
/// The innocent notebook between two attacks, and what it must find.
const CANARY: &str = "import json, os, socket\n\
    pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]\n\
    result = [sum(range(10)), json.dumps({'a': 1}), sorted(pids), sorted(os.listdir('.')), os.listdir('/tmp')]";
const CANARY_RESULT: &str = r#"[45, '{"a": 1}', [1, 2], ['data.csv', 'secret.sock'], []]"#;

#[test]
fn attacks_of_the_first_quarter_fail() {
    attack(0);
}

#[test]
fn attacks_of_the_second_quarter_fail() {
    attack(1);
}

#[test]
fn attacks_of_the_third_quarter_fail() {
    attack(2);
}

#[test]
fn attacks_of_the_fourth_quarter_fail() {
    attack(3);
}

/// Runs every fourth attack, from `first`.
fn attack(first: usize) {
    let world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut attacks: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    attacks.sort();
    assert!(attacks.len() >= 25);
    let mut input = String::new();
    let mut expected = BTreeMap::new();
    for path in attacks.iter().skip(first).step_by(4) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let code = world.fill(&std::fs::read_to_string(path).unwrap());
        let mut head = code.lines().next().unwrap().strip_prefix("# expect ").unwrap();
        if let Some(other) = code.lines().nth(1).unwrap().strip_prefix("# container ")
            && sandbox() != "bwrap"
        {
            head = other;
        }
        let (outcomes, text) = head.split_once(": ").unwrap();
        expected.insert(name.clone(), (outcomes.to_owned(), text.to_owned()));
        let canary = format!("canary after {name}");
        expected.insert(canary.clone(), ("ok".to_owned(), CANARY_RESULT.to_owned()));
        input += &format!("{}\n{}\n", notebook(&name, &code), notebook(&canary, CANARY));
    }
    let output = world.run(&input);
    world.assert_untouched(&output);

    let mut results: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut runs = 0;
    let mut troubles = Vec::new();
    for line in output.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let name = record["notebook"].as_str().unwrap().to_owned();
        if record["schema"] == "assignment/1" {
            if record["site"]["name"] == "result" {
                let occurrence = record["occurrence"].as_u64().unwrap();
                let text = record["value"]["text"].as_str().unwrap().to_owned();
                results
                    .entry(name)
                    .and_modify(|last| *last = (occurrence, text.clone()))
                    .or_insert((occurrence, text));
            }
            continue;
        }
        runs += 1;
        let (outcomes, text) = &expected[&name];
        let outcome = record["outcome"].as_str().unwrap();
        let last = results.get(&name).map_or("nothing", |(_, text)| text.as_str());
        let right = if name.starts_with("canary") && sandbox() != "bwrap" {
            // The first process is the server, the second the notebook's, with whatever number; and the copy of its files
            // lies in `/tmp` and has no sockets.
            last.starts_with(r#"[45, '{"a": 1}', [1, "#)
                && last.contains("], ['data.csv'], ['nbexec-")
                && last.matches(", ").count() == 5
        } else {
            last == text
        };
        if !outcomes.split('|').any(|expected| expected == outcome) || !right {
            troubles.push(format!("{name}: expected {outcomes}: {text}\n  found {last} in {record}"));
        }
    }
    assert_eq!(runs, expected.len());
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

/// The walls to attack: those of bubblewrap, or what `make test-container` asks for.
fn sandbox() -> String {
    std::env::var("NALIN_TEST_SANDBOX").unwrap_or_else(|_| "bwrap".to_owned())
}

/// What there is to attack: files, a secret, sockets that listen.
struct World {
    folder: Folder,
    tcp: TcpListener,
    udp: UdpSocket,
    name: String,
    sockets: [UnixListener; 2],
}

impl World {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("root/data.csv", "a,b\n1,2\n");
        folder.write("secrets/nalin-secret.txt", SECRET);
        for path in ["", "root", "secrets", "root/data.csv", "secrets/nalin-secret.txt"] {
            let mode = if path.contains('.') { 0o666 } else { 0o777 };
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(folder.join(path), permissions).unwrap();
        }
        let name = format!("nalin-attack-{}", folder.path().file_name().unwrap().to_string_lossy());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let sockets = [
            UnixListener::bind_addr(&address).unwrap(),
            UnixListener::bind(folder.join("root/secret.sock")).unwrap(),
        ];
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("0.0.0.0:0").unwrap();
        for socket in &sockets {
            socket.set_nonblocking(true).unwrap();
        }
        tcp.set_nonblocking(true).unwrap();
        udp.set_nonblocking(true).unwrap();
        Self { folder, tcp, udp, name, sockets }
    }

    fn fill(&self, code: &str) -> String {
        let path = |name: &str| self.folder.join(name).display().to_string();
        code.replace("{SECRET}", &path("secrets/nalin-secret.txt"))
            .replace("{SOCKET}", &path("root/secret.sock"))
            .replace("{ABSTRACT}", &self.name)
            .replace("{TCP}", &self.tcp.local_addr().unwrap().port().to_string())
            .replace("{UDP}", &self.udp.local_addr().unwrap().port().to_string())
    }

    fn run(&self, input: &str) -> String {
        let limits = "--timeout 2.5 --cell-timeout 2.5 --memory-mb 400 --scratch-mb 32 --file-mb 16 --output-mb 4 \
            --max-processes 40 --max-values 200";
        let mut child = Command::new(env!("CARGO_BIN_EXE_nbexec"))
            .args(limits.split_whitespace())
            .args(["--preload", "", "--jobs", "1", "--quiet", "--sandbox", &sandbox(), "--root"])
            .arg(self.folder.join("root"))
            .args(["--image", &std::env::var("NALIN_TEST_IMAGE").unwrap_or_default()])
            .env("NALIN_TOKEN", SECRET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    fn assert_untouched(&self, output: &str) {
        assert!(!output.contains(SECRET), "the secret is out");
        assert!(!output.contains("FORGED\",\"text_chars") || output.contains("\"occurrence\":7"));
        assert_eq!(self.folder.read("root/data.csv"), b"a,b\n1,2\n");
        assert_eq!(std::fs::read_dir(self.folder.join("root")).unwrap().count(), 2);
        let would_block = std::io::ErrorKind::WouldBlock;
        assert_eq!(self.tcp.accept().map(|_| ()).unwrap_err().kind(), would_block);
        assert_eq!(self.udp.recv(&mut [0; 16]).unwrap_err().kind(), would_block);
        for socket in &self.sockets {
            assert_eq!(socket.accept().map(|_| ()).unwrap_err().kind(), would_block);
        }
        // Every process behind the walls shows the path of the root or the mark of the attacks.
        let root = self.folder.join("root").display().to_string();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command);
            assert!(!command.contains(&root), "left running: {command}");
        }
    }
}

/// The instrumented/1 record of a percent script: a probe behind every line that binds `result`.
fn notebook(name: &str, code: &str) -> Value {
    let mut text = String::new();
    let mut cells = Vec::new();
    let mut row = 1;
    for (number, source) in (1..).zip(code.split("# %%\n")) {
        text += &format!("# %% [cell {number}]\n");
        let first = row + 1;
        for line in source.lines() {
            let probe = if line.starts_with("result = ") && !line.contains("_nalin_t") {
                // A comment at the line's end comes after the probe.
                let (statement, comment) = line.split_once("  # ").unwrap_or((line, ""));
                format!("{statement}; _nalin_t(0, result)  # {comment}")
            } else {
                line.to_owned()
            };
            text += &probe;
            text += "\n";
            row += 1;
        }
        cells.push(json!({
            "cell": number, "cell_id": "", "execution_count": -1, "first_row": first, "last_row": row,
            "physical_lines": vec![1; row - first + 1], "has_error": false,
        }));
        row += 1;
    }
    let site = |name: &str| {
        json!({"name": name, "kind": "assign", "cell": 1, "line": 1, "column": 1, "row": 2, "physical_line": 1,
            "scope": "", "text": ""})
    };
    json!({
        "schema": "instrumented/1", "id": name, "path": "attack.ipynb", "repo": "", "language": "python",
        "language_version": "", "kernel": "", "nbformat": 4, "nbformat_minor": 5, "code": text, "cells": cells,
        "magics": [], "duplicate_of": "", "instrumented_code": text, "sites": [site("result"), site("other")],
        "broken_cells": [], "skipped": [],
    })
}
