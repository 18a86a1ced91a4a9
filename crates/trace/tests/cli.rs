//! The programs as people call them.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use testkit::{Command, Finished, Folder};

const PACK: &str = env!("CARGO_BIN_EXE_trace-pack");
const CAT: &str = env!("CARGO_BIN_EXE_trace-cat");
const SMALL: &str = include_str!("small.jsonl");

fn command(program: &str, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Finished {
    Command::new(program).args(arguments).stdin(stdin).run()
}

fn numbered(n: usize) -> Vec<String> {
    let lines: Vec<&str> = SMALL.lines().collect();
    (0..n).map(|at| lines[at % lines.len()].replacen("\"id\":\"", &format!("\"id\":\"{at:06}"), 1)).collect()
}

#[test]
fn packing_and_unpacking_gives_the_same_bytes() {
    let lines = numbered(1500);
    let mixed = format!("{}\n{{\"schema\":\"run/1\",\"x\": 1.50}}\nno JSON\n{{\"a\":", lines.join("\n"));
    let mut bytes = mixed.into_bytes();
    bytes.extend(b"\xff\n");
    let one = command(PACK, &["-j1", "--level", "3"], bytes.clone()).succeeds();
    let four = command(PACK, &["-j4", "--level", "3", "--stats"], bytes.clone()).succeeds();
    assert_eq!(one.stdout, four.stdout);
    assert!(four.stderr.contains("bytes an event"), "{}", four.stderr);
    assert!(one.stdout.len() * 10 < bytes.len(), "{} of {}", one.stdout.len(), bytes.len());
    for jobs in ["-j1", "-j4"] {
        assert_eq!(command(CAT, &[jobs], one.stdout.clone()).succeeds().stdout, bytes);
    }
    let limited = command(CAT, &["--limit", "3"], one.stdout).succeeds();
    assert_eq!(limited.text().lines().collect::<Vec<_>>(), &lines[..3]);
}

#[test]
fn records_are_reached_without_reading_the_rest() {
    let folder = Folder::new();
    let lines = numbered(700);
    let packed = command(PACK, &["--level", "3"], lines.join("\n")).succeeds().stdout;
    let path = folder.write("runs.ntrace", &packed);
    let path = path.to_str().unwrap();
    let ask = |arguments: &[&str]| command(CAT, &[&[path], arguments].concat(), "");
    let asked = |arguments: &[&str]| -> Vec<String> {
        ask(arguments).succeeds().text().lines().map(str::to_owned).collect()
    };
    assert_eq!(asked(&["--record", "1"]), lines[..1]);
    assert_eq!(asked(&["--record", "255..258"]), lines[254..258]);
    assert_eq!(asked(&["--record", "690.."]), lines[689..]);
    let id =
        serde_json::from_str::<serde_json::Value>(&lines[300]).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked(&["--id", &id]), lines[300..301]);
    ask(&["--record", "701"]).ends_with(2).says("no such record among 700");
    ask(&["--id", "nobody's"]).ends_with(2).says("no such record");
    ask(&["--record", "3..2"]).ends_with(2).says("neither a number from 1 nor a range");
    command(CAT, &["--record", "1"], packed.clone()).ends_with(2).says("need a file");

    // Damage in a block that is not needed does not matter; in one that is, it does.
    let mut damaged = packed.clone();
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    let broken = folder.write("broken.ntrace", &damaged);
    let broken = broken.to_str().unwrap();
    command(CAT, &[broken, "--record", "1"], "").succeeds();
    command(CAT, &[broken], "").ends_with(2).says("broken.ntrace: a checksum does not agree");
    command(CAT, &[], &packed[..packed.len() - 1]).ends_with(2).says("stdin: the file is torn");
    command(CAT, &[], "something else").ends_with(2).says("stdin: no packed traces");
}

#[test]
fn nothing_packs_to_nothing_and_a_closed_pipe_is_quiet() {
    let empty = command(PACK, &[], "").succeeds().stdout;
    assert!(command(CAT, &[], empty).succeeds().stdout.is_empty());
    assert!(command(CAT, &[], "").succeeds().stdout.is_empty());
    let too_long = command(PACK, &["--max-record-bytes", "1000"], SMALL).succeeds();
    assert!(too_long.stderr.contains("too_large"), "{}", too_long.stderr);
    let packed = command(PACK, &[], numbered(300).join("\n")).succeeds().stdout;
    for (program, input) in [(PACK, numbered(300).join("\n").into_bytes()), (CAT, packed)] {
        let closed = Command::new(program).args(["-q"]).stdin(input).closed_stdout().run();
        assert!(closed.status.success() && closed.stderr.is_empty(), "{closed}");
    }
}

#[test]
fn texts_have_a_heading_each() {
    let text = command(env!("CARGO_BIN_EXE_trace-text"), &["--glyphs", "3"], SMALL).succeeds().text();
    assert_eq!(text.lines().filter(|line| line.starts_with("=== ") && line.ends_with(".py")).count(), 7);
    assert_eq!(text.lines().filter(|line| *line == "=== key").count(), 7);
    let run = r#"{"schema":"run/1","notebook":"n","path":"p","repo":"","outcome":"ok","detail":"","complete":true,"exit_code":0,"signal":0,"cells":[],"cells_ok":0,"cells_failed":0,"cells_skipped":0,"sites":0,"sites_reached":0,"values":0,"missing_module":"","missing_file":"","sandbox":"none","memory_limit":"","python":"3.11.7","wall_seconds":0.1,"cpu_seconds":0.1,"peak_bytes":1}"#;
    assert!(command(env!("CARGO_BIN_EXE_trace-text"), &[], format!("{run}\n")).succeeds().stdout.is_empty());
    let through = command(env!("CARGO_BIN_EXE_trace-dedup"), &[], format!("{run}\n")).succeeds().text();
    assert_eq!(through, format!("{run}\n"));
    let broken = SMALL.lines().next().unwrap().replace("[33,1,0,0", "[33,1,9,0");
    command(env!("CARGO_BIN_EXE_trace-text"), &[], broken)
        .ends_with(2)
        .says("stdin:1: expected a trace/1 record, found name 9 of 3");
}

#[test]
fn repetitions_are_marked_or_dropped() {
    let twice = [SMALL, SMALL].concat();
    let marked = command(env!("CARGO_BIN_EXE_trace-dedup"), &[], twice.clone()).succeeds().records();
    let first = marked[0]["id"].as_str().unwrap();
    assert_eq!(
        (marked[7]["duplicate_of"].as_str(), marked[7]["duplicate_level"].as_str()),
        (Some(first), Some("source"))
    );
    assert_eq!(marked[0]["duplicate_of"], "");
    let kept = command(env!("CARGO_BIN_EXE_trace-dedup"), &["--drop"], twice).succeeds().text();
    assert_eq!(kept, SMALL);
    let clear = command(env!("CARGO_BIN_EXE_trace-dedup"), &["--max-opaque", "0.2"], SMALL).succeeds();
    assert!(clear.stderr.contains("opaque 1"), "{}", clear.stderr);
    assert_eq!(clear.records().len(), 6);
}

#[test]
fn a_contradiction_is_told_with_its_place() {
    let check =
        |arguments: &[&str], input: &str| command(env!("CARGO_BIN_EXE_trace-check"), arguments, input);
    check(&["--check"], SMALL).succeeds();
    let wrong = SMALL.lines().next().unwrap().replace(r#""2","3","7""#, r#""2","3","8""#);
    let told = check(&["--check", "--format", "text"], &wrong).ends_with(1).text();
    assert_eq!(told, "add.py:3: event 2: `z = x * y + 1`: z is 8, computed 7\n");
    let record = check(&[], &wrong).succeeds().records().remove(0);
    assert_eq!(
        (record["checked"].as_u64(), record["contradictions"][0]["computed"].as_str()),
        (Some(3), Some("7"))
    );
    let glyphs = check(&["--check", "--format", "text"], include_str!("glyphs.jsonl")).succeeds().text();
    assert!(glyphs.contains("fits == is; with True and False swapped != is not ^; and or "), "{glyphs}");
    // What trace-text hides, trace-check finds again.
    let product = SMALL
        .lines()
        .next()
        .unwrap()
        .replace("x * y + 1", "x * y")
        .replace(r#""2","3","7""#, r#""2","3","6""#);
    let hide = ["--glyphs", "5", "--hide-operators", "--jsonl"];
    let hidden = command(env!("CARGO_BIN_EXE_trace-text"), &hide, product).succeeds().text();
    let found = check(&[], &hidden).succeeds().records().remove(0);
    assert_eq!(found["operators"][0]["fits"], serde_json::json!(["*"]), "{found}");
}

#[test]
fn what_recorders_wrote_agrees_with_itself() {
    let traces = std::fs::read(testkit::fixtures().join("traces/traces.jsonl")).unwrap();
    let checked =
        command(env!("CARGO_BIN_EXE_trace-check"), &["--check"], traces.clone()).succeeds().records();
    let steps: u64 = checked.iter().map(|it| it["checked"].as_u64().unwrap()).sum();
    assert!(checked.len() >= 40 && steps >= 100, "{} programs, {steps} steps", checked.len());
    let packed = command(PACK, &[], traces.clone()).succeeds().stdout;
    assert_eq!(command(CAT, &[], packed).succeeds().stdout, traces);
}

#[test]
fn stats_come_in_three_formats_and_a_picture() {
    let folder = Folder::new();
    let chart = folder.join("chart.html");
    let stats = |arguments: &[&str]| command(env!("CARGO_BIN_EXE_trace-stats"), arguments, SMALL).succeeds();
    let text = stats(&["--chart", chart.to_str().unwrap()]).text();
    assert!(text.starts_with("programs\n  all                           7\n"), "{text}");
    let records = stats(&["--format", "jsonl"]).records();
    let csv = stats(&["--format", "csv"]).text();
    assert_eq!(csv.lines().count(), records.len() + 1);
    assert!(csv.starts_with("group,name,value\nprograms,all,7\n"), "{csv}");
    let page = String::from_utf8(folder.read("chart.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 3);
}

#[test]
fn tasks_need_what_they_are_about() {
    let tasks = |arguments: &[&str]| command(env!("CARGO_BIN_EXE_trace-tasks"), arguments, SMALL);
    tasks(&["--tasks", "divergence"]).ends_with(2).says("needs --pair");
    let pairs = tasks(&["--tasks", "divergence", "--pair", "repo"]).succeeds().records();
    assert_eq!(pairs.len(), 4);
    assert!(pairs.iter().all(|it| it["task"] == "divergence" && it["target"] != "nowhere"));
    let total = |form: &str| -> u64 {
        let found = tasks(&["--tasks", "text", "--form", form, "--total-tokens", "180"]).succeeds().records();
        found.iter().map(|it| it["tokens"].as_u64().unwrap()).sum()
    };
    assert_eq!((total("code"), total("code+trace")), (180, 180));
}
