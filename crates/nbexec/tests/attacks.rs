//! Notebooks that attack (`tests/attacks/`), each followed on the same worker by one that must not notice; and each again
//! without the wall that it attacks, where it must succeed: what nobody would notice is no attack.
//!
//! An attack begins with lines that say how it must end, where TEXT is the last recorded value of the name `result`:
//!
//! - `# expect OUTCOME|OUTCOME: TEXT` behind the walls;
//! - `# container …`, where it differs, in a container, whose notebooks have its disk, its network and `/etc` in common;
//! - `# control: …` without any walls: by `without_walls.py`, as root, in a machine of its own (`FIELD`);
//! - `# control FLAGS: …` behind the walls, with that limit of `nbexec` raised;
//! - `# control replace OLD -> NEW: …` behind the walls, with an attack that does not overreach.
//!
//! What stands behind a line `# next` is the notebook after the first: what it finds is what counts.

#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Folder;

const SECRET: &str = "nalin-secret-4711";
/// The limits that the attacks meet, beside that of time: those that are to reach it need not wait long, and the others
/// must not on a slow machine.
const LIMITS: &str = "--memory-mb 200 --scratch-mb 32 --file-mb 16 --output-mb 4 \
    --max-processes 40 --max-values 200";
/// Seconds that an attack waits for what the server's looks find (`{LOOKS}`), however slow the machine is; and the control,
/// in which they find nothing.
const LOOKED_AT: &str = "30";
const AT_ONCE: &str = "0.2";
/// The innocent notebook between two attacks, and what it must find.
const CANARY: &str = "import json, os, socket\n\
    pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]\n\
    result = [sum(range(10)), json.dumps({'a': 1}), sorted(pids), sorted(os.listdir('.')), os.listdir('/tmp')]";
const CANARY_RESULT: &str = r#"[45, '{"a": 1}', [1, 2], ['data.csv', 'secret.sock'], []]"#;

/// A machine with nothing to lose, in which an attack may do what it likes: processes, mounts and a name of its own, a
/// layer over all files that goes with it. The network is the host's, where the sockets to be reached are.
/// `$1`: the folder of the world, `$2` the program, `$3` its argument.
const FIELD: &str = r#"set -e
mount --make-rprivate /
mkdir -p "$1/field"
mount -t tmpfs field "$1/field"
mkdir "$1/field/upper" "$1/field/work" "$1/field/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/field/upper,workdir=$1/field/work" "$1/field/root"
cd "$1/field/root"
mount -t proc proc proc
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
mkdir dev/shm
for device in null zero full random urandom; do : > dev/$device; mount --bind /dev/$device dev/$device; done
mkdir -p ".$1" tmp/here outside
mount --bind "$1" ".$1"
mount -o remount,bind,ro ".$1"
echo a,b > tmp/here/data.csv
pivot_root . outside
umount -l /outside
cd /tmp/here
python3 "$2" "$3"
exit"#;

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

#[test]
fn every_attack_succeeds_without_the_wall() {
    if sandbox() != "bwrap" {
        return;
    }
    // Most of their time they wait.
    let attacks = attacks();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let troubles = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(attack) = attacks.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let trouble = attack.control();
                    troubles.lock().unwrap().extend(trouble);
                }
            });
        }
    });
    let troubles = troubles.into_inner().unwrap();
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

/// How an attack must end.
#[derive(Clone, Debug)]
struct End {
    outcomes: String,
    text: String,
}

impl End {
    fn parse(text: &str) -> Self {
        let (outcomes, text) = text.split_once(": ").unwrap();
        Self { outcomes: outcomes.to_owned(), text: text.to_owned() }
    }

    fn is(&self, outcome: &str, text: &str) -> bool {
        self.outcomes.split('|').any(|expected| expected == outcome) && self.text == text
    }
}

/// The limits for what is expected to end so.
fn limits(expected: &End) -> String {
    let seconds = if expected.outcomes.contains("timeout") { 4 } else { 60 };
    format!("{LIMITS} --timeout {seconds} --cell-timeout {seconds}")
}

struct Attack {
    name: String,
    /// The notebooks one after another.
    parts: Vec<String>,
    expected: End,
    container: Option<End>,
    /// What is to be changed for the control, and how it ends then.
    control: (String, End),
}

fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 100);
    paths.iter().map(|path| Attack::read(path)).collect()
}

impl Attack {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let code = std::fs::read_to_string(path).unwrap();
        let head = |mark: &str| code.lines().take(3).find_map(|line| line.strip_prefix(mark));
        let control = head("# control").unwrap_or_else(|| panic!("{name} has no control"));
        // What is replaced may hold the separator.
        let (change, end) = if control.starts_with(" replace ") {
            let at = control.rfind(": ").and_then(|end| control[..end].rfind(": ")).unwrap();
            (&control[..at], &control[at + 2..])
        } else {
            control.split_once(": ").unwrap()
        };
        Self {
            parts: code.split("# next\n").map(str::to_owned).collect(),
            expected: End::parse(head("# expect ").unwrap()),
            container: head("# container ").map(End::parse),
            control: (change.trim().to_owned(), End::parse(end)),
            name,
        }
    }

    /// Runs it without the wall; what is wrong with that.
    fn control(&self) -> Option<String> {
        let world = World::new();
        let (change, expected) = &self.control;
        let (outcome, text) = if change.is_empty() {
            self.without_walls(&world)
        } else {
            let (mut parts, mut flags) = (self.parts.clone(), limits(expected));
            match change.strip_prefix("replace ") {
                Some(change) => {
                    let (old, new) = change.split_once(" -> ").unwrap();
                    assert!(parts[0].contains(old), "{}: no {old}", self.name);
                    parts[0] = parts[0].replace(old, new);
                }
                None => flags = with(&flags, change),
            }
            let input: String = parts
                .iter()
                .map(|part| format!("{}\n", notebook(&self.name, &world.fill(part, AT_ONCE))))
                .collect();
            let output = world.run(&input, &flags);
            results(&output).pop().map(|(_, record, text)| (outcome_of(&record), text)).unwrap()
        };
        let differs = !self.expected.is(&outcome, &text);
        (!differs || !expected.is(&outcome, &text)).then(|| {
            format!("{}: without its wall expected {expected:?}, found {outcome}: {text}", self.name)
        })
    }

    fn without_walls(&self, world: &World) -> (String, String) {
        let parts: Vec<Vec<String>> = self
            .parts
            .iter()
            .map(|part| probed(&world.fill(part, AT_ONCE)).split("# %%\n").map(str::to_owned).collect())
            .collect();
        world.folder.write("attack.json", json!(parts).to_string());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/without_walls.py");
        let is_root =
            std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let mut command = Command::new("unshare");
        if !is_root {
            command.args(["--user", "--map-root-user"]);
        }
        let mut child = command
            .args([
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--uts",
                "--ipc",
                "sh",
                "-c",
                FIELD,
                "field",
            ])
            .args([world.folder.path(), &script, &world.folder.join("attack.json")])
            .env("NALIN_TOKEN", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::from(std::fs::File::create(world.folder.join("said")).unwrap()))
            .stderr(Stdio::from(std::fs::File::create(world.folder.join("complaints")).unwrap()))
            .spawn()
            .unwrap();
        let seconds = if self.control.1.outcomes.contains("timeout") { 4 } else { 60 };
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let mut is_late = false;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                is_late = true;
                let _ = child.kill();
                let _ = child.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let said = world.folder.read("said");
        let (mut outcome, mut text) = (None, "nothing".to_owned());
        for line in String::from_utf8_lossy(&said).lines() {
            let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
            if let Some(result) = record["result"].as_str() {
                result.clone_into(&mut text);
            }
            if let (Some(told), None) = (record["outcome"].as_str(), &outcome) {
                outcome = Some(told.to_owned());
            }
        }
        let end = if is_late { "timeout" } else { "killed" };
        let outcome = if is_late { None } else { outcome };
        (outcome.unwrap_or_else(|| end.to_owned()), text)
    }
}

/// The limits, with a flag changed.
fn with(limits: &str, change: &str) -> String {
    let mut words: Vec<&str> = limits.split_whitespace().collect();
    let change: Vec<&str> = change.split_whitespace().collect();
    match words.iter().position(|word| *word == change[0]) {
        Some(at) => words[at + 1] = change[1],
        None => words.extend(&change),
    }
    words.join(" ")
}

fn outcome_of(record: &Value) -> String {
    record["outcome"].as_str().unwrap().to_owned()
}

/// Of every notebook, in the order of their ends: its name, its run record and the last value of `result`.
fn results(output: &str) -> Vec<(String, Value, String)> {
    let mut found = Vec::new();
    let mut last: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for line in output.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let name = record["notebook"].as_str().unwrap().to_owned();
        if record["schema"] != "assignment/1" {
            let text = last.remove(&name).map_or_else(|| "nothing".to_owned(), |(_, text)| text);
            found.push((name, record, text));
        } else if record["site"]["name"] == "result" {
            let occurrence = record["occurrence"].as_u64().unwrap();
            last.insert(name, (occurrence, record["value"]["text"].as_str().unwrap().to_owned()));
        }
    }
    found
}

/// Runs every fourth attack, from `first`.
fn attack(first: usize) {
    let all = attacks();
    let quarter = || all.iter().skip(first).step_by(4);
    let is_long = |attack: &&Attack| attack.expected.outcomes.contains("timeout");
    let troubles = [
        run_all(&quarter().filter(is_long).collect::<Vec<_>>()),
        run_all(&quarter().filter(|attack| !is_long(attack)).collect::<Vec<_>>()),
    ]
    .concat();
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

/// Runs attacks that have the same time, one after the other in one process; what was not as expected.
fn run_all(attacks: &[&Attack]) -> Vec<String> {
    let Some(one) = attacks.first() else { return Vec::new() };
    let world = World::new();
    let mut input = String::new();
    let mut expected = Vec::new();
    for attack in attacks {
        for (number, part) in (1..).zip(&attack.parts) {
            let name = format!("{} {number}", attack.name);
            input += &format!("{}\n", notebook(&name, &world.fill(part, LOOKED_AT)));
            let end = if sandbox() == "bwrap" { None } else { attack.container.clone() };
            expected
                .push((name, (number == attack.parts.len()).then(|| end.unwrap_or(attack.expected.clone()))));
        }
        let canary = format!("canary after {}", attack.name);
        input += &format!("{}\n", notebook(&canary, CANARY));
        expected.push((canary, Some(End::parse(&format!("ok: {CANARY_RESULT}")))));
    }
    let output = world.run(&input, &limits(&one.expected));
    world.assert_untouched(&output);
    let results = results(&output);
    assert_eq!(results.len(), expected.len());
    let mut troubles = Vec::new();
    for ((name, end), (found, record, last)) in expected.iter().zip(results) {
        assert_eq!(*name, found);
        let Some(end) = end else { continue };
        let right = if name.starts_with("canary") && sandbox() != "bwrap" {
            // The first process is the server, the second the notebook's, with whatever number; and the copy of its files
            // lies in `/tmp` and has no sockets.
            record["outcome"] == "ok"
                && last.starts_with(r#"[45, '{"a": 1}', [1, "#)
                && last.contains("], ['data.csv'], ['nbexec-")
                && last.matches(", ").count() == 5
        } else {
            end.is(&outcome_of(&record), &last)
        };
        if !right {
            troubles
                .push(format!("{name}: expected {}: {}\n  found {last} in {record}", end.outcomes, end.text));
        }
    }
    troubles
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
        let files = ["root/repo/data.csv", "root/other/private.csv", "secrets/nalin-secret.txt"];
        folder.write(files[0], "a,b\n1,2\n");
        folder.write(files[1], "private");
        folder.write(files[2], SECRET);
        let folders = ["", "root", "root/repo", "root/other", "secrets"];
        for path in folders.into_iter().chain(files) {
            let mode = if path.contains('.') { 0o666 } else { 0o777 };
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(folder.join(path), permissions).unwrap();
        }
        let name = format!("nalin-attack-{}", folder.path().file_name().unwrap().to_string_lossy());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let sockets = [
            UnixListener::bind_addr(&address).unwrap(),
            UnixListener::bind(folder.join("root/repo/secret.sock")).unwrap(),
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

    fn fill(&self, code: &str, looks: &str) -> String {
        let path = |name: &str| self.folder.join(name).display().to_string();
        code.replace("{SECRET}", &path("secrets/nalin-secret.txt"))
            .replace("{SOCKET}", &path("root/repo/secret.sock"))
            .replace("{WORLD}", &self.folder.path().display().to_string())
            .replace("{LOOKS}", looks)
            .replace("{ABSTRACT}", &self.name)
            .replace("{TCP}", &self.tcp.local_addr().unwrap().port().to_string())
            .replace("{UDP}", &self.udp.local_addr().unwrap().port().to_string())
    }

    fn run(&self, input: &str, flags: &str) -> String {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nbexec"))
            .args(flags.split_whitespace())
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
        assert_eq!(self.folder.read("root/repo/data.csv"), b"a,b\n1,2\n");
        assert_eq!(std::fs::read_dir(self.folder.join("root/repo")).unwrap().count(), 2);
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

/// A probe behind every line that binds `result`.
fn probed(source: &str) -> String {
    let line = |line: &str| {
        if !line.trim_start().starts_with("result = ") || line.contains("_nalin_t") {
            return format!("{line}\n");
        }
        // A comment at the line's end comes after the probe.
        let (statement, comment) = line.split_once("  # ").unwrap_or((line, ""));
        format!("{statement}; _nalin_t(0, result)  # {comment}\n")
    };
    source.lines().map(line).collect()
}

/// The instrumented/1 record of a percent script.
fn notebook(name: &str, code: &str) -> Value {
    let mut text = String::new();
    let mut cells = Vec::new();
    let mut row = 1;
    for (number, source) in (1..).zip(code.split("# %%\n")) {
        text += &format!("# %% [cell {number}]\n");
        let first = row + 1;
        let source = probed(source);
        row += source.lines().count();
        text += &source;
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
        "schema": "instrumented/1", "id": name, "path": "repo/attack.ipynb", "repo": "repo", "language": "python",
        "language_version": "", "kernel": "", "nbformat": 4, "nbformat_minor": 5, "code": text, "cells": cells,
        "magics": [], "duplicate_of": "", "instrumented_code": text, "sites": [site("result"), site("other")],
        "broken_cells": [], "skipped": [],
    })
}
