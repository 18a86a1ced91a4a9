//! The program as users run it, on traces that are written by hand.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};
use testkit::{Command, Finished, Folder, fixtures, lines, same_records};

const PROGRAM: &str = env!("CARGO_BIN_EXE_trace-lm");
const TINY: &str = r#"{"layers": 1, "width": 32, "heads": 2, "hidden": 64, "context": 64}"#;

/// Traces of `NAME = NUMBER`, `OTHER = NAME`.
fn traces(n: usize) -> Vec<u8> {
    let trace = |number: usize| {
        let names = [["a", "b"], ["c", "d"], ["x", "y"]][number % 3];
        let value = (number * 37 % 90 + 10).to_string();
        json!({
            "schema": "trace/1", "id": format!("{number:020x}"), "notebook": format!("{number:020x}"),
            "path": "a.py", "repo": format!("made/1/{number}"), "language": "python", "python": "3.11.7",
            "engine": "rewrite", "code": format!("{} = {value}\n{} = {}\n", names[0], names[1], names[0]),
            "stdin": "", "argv": [], "outcome": "ok", "exception": "", "message": "", "line": 0, "truncated": false,
            "names": names, "values": [value], "initial": [], "stdout": "",
            // Line 1 changes the first name, the line behind it the second, to the same value.
            "events": [0x21, 1, 0, 0, 0x21, 1, 1, 0],
            "level": 1
        })
    };
    lines(&(0..n).map(trace).collect::<Vec<Value>>())
}

fn run(command: &str, folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    let config = folder.write("sizes.json", TINY);
    let sizes =
        if command == "train" { vec!["--config".to_owned(), config.display().to_string()] } else { vec![] };
    Command::new(PROGRAM)
        .args([command, "--quiet", "--model", &folder.join("model").display().to_string()])
        .args(sizes)
        .args(args)
        .stdin(input)
        .run()
}

fn figure(records: &[Value], model: &str, measure: &str) -> f64 {
    let is_it =
        |record: &&Value| record["model"] == model && record["measure"] == measure && record["by"] == "all";
    records.iter().find(is_it).unwrap_or_else(|| panic!("no {measure} of {model}"))["value"].as_f64().unwrap()
}

#[test]
fn a_handful_of_programs_is_learned_by_heart() {
    let input = traces(12);
    for format in ["full", "delta"] {
        let folder = Folder::new();
        let metrics =
            run("train", &folder, &["--format", format, "--steps", "150", "--batch", "256"], &input)
                .succeeds()
                .records();
        assert!(metrics.iter().all(|metric| metric["schema"] == "metric/2"));
        let scores = run("evaluate", &folder, &["--part", "train"], &input).succeeds().records();
        assert!(scores.iter().all(|score| score["schema"] == "lm-score/1" && score["format"] == format));
        assert_eq!(figure(&scores, "model", "trace_exact"), 1.0, "{format}");
        assert_eq!(figure(&scores, "model", "change_exact"), 1.0);
        // The second line of each program is a copy, the first is not.
        assert_eq!(figure(&scores, "copy_last_value", "change_exact"), 0.5);
        assert_eq!(figure(&scores, "copy_last_value", "trace_exact"), 0.0);
        let sample =
            run("sample", &folder, &["--part", "train", "--programs", "1"], &input).succeeds().text();
        assert!(sample.starts_with("1 ") && sample.ends_with("    as it was:\n\n"), "{sample}");
    }
}

#[test]
fn metrics_say_all_that_version_1_said() {
    let found = run("train", &Folder::new(), &["--steps", "8", "--check-every", "4"], &traces(60)).succeeds();
    let map = fixtures().join("../scripts/metric-1.jq");
    let back = Command::new("jq").args(["-c", "-s", "-f", map.to_str().unwrap()]).stdin(found.stdout);
    let kept = std::fs::read_to_string(fixtures().join("kept/metric-1-traces.jsonl")).unwrap();
    assert_eq!(same_records(&back.run().succeeds().text(), &kept), Ok(()));
}

#[test]
fn the_same_seed_is_the_same_model_whatever_the_threads() {
    let input = traces(60);
    let learn = |args: &[&str]| {
        let folder = Folder::new();
        let stdout = run("train", &folder, &[&["--steps", "8", "--check-every", "4"], args].concat(), &input)
            .succeeds();
        (stdout.stdout, folder.read("model/model.safetensors"))
    };
    let one = learn(&["-j1", "--threads", "1"]);
    assert!(one == learn(&["-j4", "--threads", "3"]));
    assert!(one.1 != learn(&["--seed", "7"]).1);
}

#[test]
fn killed_and_taken_up_again_it_ends_as_if_nothing_had_been() {
    let input = traces(200);
    let flags = ["--steps", "200", "--check-every", "10", "--batch", "128"];
    let (whole, broken) = (Folder::new(), Folder::new());
    let expected = run("train", &whole, &flags, &input).succeeds();

    let config = broken.write("sizes.json", TINY);
    let mut process = std::process::Command::new(PROGRAM)
        .args(["train", "--quiet", "--model"])
        .arg(broken.join("model"))
        .arg("--config")
        .arg(config)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(&input).unwrap();
    // Two records of the training and two of the validation part of two checks, and it is on its way to the third.
    let mut records = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!((0..8).all(|_| records.next().is_some_and(|line| line.is_ok())));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(
        broken.join("model/checkpoint.safetensors").exists() && !broken.join("model/config.json").exists()
    );

    run("train", &broken, &["--resume", "--steps", "190"], &input).ends_with(2).says("other input or flags");
    let resumed = run("train", &broken, &[&flags[..], &["--resume"]].concat(), &input).succeeds();
    assert!(resumed.stdout == expected.stdout);
    for file in ["model/model.safetensors", "model/config.json"] {
        assert!(broken.read(file) == whole.read(file), "{file}");
    }
    assert!(!broken.join("model/checkpoint.safetensors").exists());
}

/// Questions for the type of a variable, as `trace-tasks` asks them, of all parts.
fn tasks(n: usize) -> Vec<u8> {
    let split = |number| if number % 4 == 3 { "test" } else { "train" };
    let task = |number: usize| {
        json!({
            "schema": "trace-task/1", "id": format!("{number:020x}"), "trace": "", "path": "a.py", "repo": "",
            "split": split(number), "task": "type", "form": "code", "prompt": format!("a = {number}\n# type of a:\n"),
            "target": "int", "tokens": 9, "meta": {}
        })
    };
    lines(&(0..n).map(task).collect::<Vec<Value>>())
}

#[test]
fn questions_are_learned_and_weights_handed_on() {
    let (code, types) = (Folder::new(), Folder::new());
    run("train", &code, &["--format", "code", "--steps", "5"], &traces(40)).succeeds();
    let from = code.join("model").display().to_string();
    let flags = ["--format", "tasks", "--from", &from, "--steps", "40"];
    run("train", &types, &flags, &tasks(40)).succeeds();
    let scores = run("evaluate", &types, &[], &tasks(40)).succeeds().records();
    assert_eq!(figure(&scores, "model", "change_exact"), 1.0, "all of them are int");
    let measured = scores.iter().find(|score| score["measure"] == "change_exact").unwrap();
    assert_eq!((&measured["format"], &measured["n"]), (&json!("tasks"), &json!(10)));
    run("evaluate", &types, &[], &traces(1)).ends_with(2).says("trace-task/1");
}

#[test]
fn runs_between_traces_are_passed_over() {
    let (folder, input) = (Folder::new(), [traces(8), testkit::sample("run")].concat());
    run("train", &folder, &["--steps", "1"], &input).succeeds();
}

#[test]
fn generated_programs_are_scripts() {
    let generate = |args: &[&str]| {
        let finished =
            Command::new(PROGRAM).args(["generate", "--quiet", "--count", "50"]).args(args).run().succeeds();
        finished.stdout
    };
    let one = generate(&["--level", "2,5-6", "-j1"]);
    assert!(
        one == generate(&["--level", "2,5-6", "-j4"])
            && one != generate(&["--level", "2,5-6", "--seed", "1"])
    );
    for line in one.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let script: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(script["schema"], "script/1");
        assert!([2, 5, 6].contains(&script["level"].as_u64().unwrap()));
    }
    Command::new(PROGRAM)
        .args(["generate", "--count", "1", "--level", "10"])
        .run()
        .ends_with(2)
        .says("no level");
}

#[test]
fn what_is_no_model_is_told() {
    let folder = Folder::new();
    folder.write("model/config.json", "{}");
    run("evaluate", &folder, &[], &traces(1)).ends_with(2).says("is no model of trace-lm");
    let torn = String::from_utf8(traces(8)).unwrap().replace("\"events\":[33,", "\"events\":[47,");
    run("train", &folder, &[], torn.as_bytes()).ends_with(2).says("expected the events of a trace, number 1");
}
