//! The programs as people call them.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::collections::BTreeSet;

use bug::rewrite::repaired;
use records::{Bug, Function};
use serde_json::Value;
use testkit::{Command, Finished, Folder};

const SCAN: &str = env!("CARGO_BIN_EXE_bug-scan");
const SELECT: &str = env!("CARGO_BIN_EXE_bug-select");
const SPLIT: &str = env!("CARGO_BIN_EXE_bug-split");
const DEDUP: &str = env!("CARGO_BIN_EXE_bug-dedup");
const AUGMENT: &str = env!("CARGO_BIN_EXE_bug-augment");
const REWRITE: &str = env!("CARGO_BIN_EXE_bug-rewrite");
const PROGRAM: &str = include_str!("scouts.py");

fn command(program: &str, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Finished {
    Command::new(program).args(arguments).stdin(stdin).run()
}

/// Scans a folder with one file.
fn scanned(text: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = Folder::new();
    folder.write("a.py", text);
    Command::new(SCAN).args(["-q", "a.py"]).args(arguments).current_dir(folder.path()).run().succeeds().stdout
}

#[test]
fn what_does_not_parse_is_rejected_with_its_place() {
    let folder = Folder::new();
    folder.write("old.py", "def f(x):\n    print x\n");
    folder.write("new.py", "def f(x):\n    return x\n");
    let finished = Command::new(SCAN).args(["."]).current_dir(folder.path()).run().succeeds();
    let finished = finished.says("old.py: syntax: line 2: ");
    let names: Vec<Value> = finished.records().iter().map(|record| record["path"].clone()).collect();
    assert_eq!(names, ["new.py"]);
}

#[test]
fn installed_packages_are_known_by_name_and_version() {
    let folder = Folder::new();
    folder.write("Some_lib-1.2.dist-info/METADATA", "Name: Some-Lib\nVersion: 1.2\n");
    folder.write("Some_lib-1.2.dist-info/RECORD", "lib/a.py,,\n");
    folder.write("lib/a.py", "def f(x): return x\n");
    folder.write("own.py", "def g(x): return x\n");
    let scan = |arguments: &[&str]| {
        let finished = Command::new(SCAN)
            .args(["-q"])
            .args(arguments.iter().copied())
            .current_dir(folder.path())
            .run()
            .succeeds();
        let of = |record: &Value| ["path", "package", "version"].map(|key| record[key].clone());
        finished.records().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(scan(&["."]), [["lib/a.py", "Some-Lib", "1.2"], ["own.py", "", ""]]);
    assert_eq!(scan(&[".", "--skip-packages", "some.LIB"]), [["own.py", "", ""]]);
}

#[test]
fn four_candidates_and_none_are_drawn_by_the_seed_and_the_function() {
    let functions = scanned(PROGRAM, &[]);
    let chosen = |arguments: &[&str]| {
        let records = command(SELECT, arguments, functions.clone()).succeeds().records();
        records.iter().map(|record| record["selected"].clone()).collect::<Vec<_>>()
    };
    let first = chosen(&["-q"]);
    assert_eq!((first.len(), first.clone()), (2, chosen(&["-q"])));
    assert_ne!(first, chosen(&["-q", "--seed", "7"]));
    for (selected, n) in first.iter().zip([291, 62]) {
        let numbers: Vec<i64> =
            selected.as_array().unwrap().iter().map(|one| one["candidate"].as_i64().unwrap()).collect();
        assert_eq!((numbers.len(), numbers[4]), (5, -1));
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 5);
        let probability = selected[0]["probability"].as_f64().unwrap();
        assert!((probability - 1.0 / f64::from(n + 1)).abs() < 1e-12, "{probability}");
    }
}

#[test]
fn balanced_draws_take_the_class_first() {
    let functions: Vec<Function> = scanned(PROGRAM, &[])
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let stream = scanned(PROGRAM, &[]);
    // With one for every class of the first function each is chosen once in most draws; without, misuse is half.
    let records = command(SELECT, &["-q", "--balanced", "--count", "60"], stream).succeeds().records();
    let selected = records[0]["selected"].as_array().unwrap().clone();
    let classes: BTreeSet<_> = selected
        .iter()
        .filter_map(|one| usize::try_from(one["candidate"].as_i64()?).ok())
        .map(|at| functions[0].candidates[at].class)
        .collect();
    assert_eq!(classes.len(), 7);
    // The four boolean candidates and five swaps are used up long before the others.
    let of = |class| {
        let is_it = |at: &usize| functions[0].candidates[*at].class == class;
        selected
            .iter()
            .filter_map(|one| usize::try_from(one["candidate"].as_i64()?).ok())
            .filter(is_it)
            .count()
    };
    assert_eq!(of(records::BugClass::BooleanOperator), 4);
    assert!(of(records::BugClass::VariableMisuse) < 30);
}

#[test]
fn a_selector_is_followed_and_what_it_excludes_is_not_drawn() {
    let functions = scanned("def f(x):\n    return x < 3\n", &[]);
    let id = serde_json::from_slice::<Function>(functions.trim_ascii_end()).unwrap().id;
    let folder = Folder::new();
    let scores = format!("{{\"id\":\"{id}\",\"logprobs\":[null,null,-0.5,null,null,-0.9]}}\n");
    let path = folder.write("scores.jsonl", scores);
    let path = path.to_str().unwrap();
    let finished = command(SELECT, &["-q", "--uniform", "0", "--scores", path], functions.clone()).succeeds();
    let selected = finished.records()[0]["selected"].clone();
    let candidates: Vec<_> =
        selected.as_array().unwrap().iter().map(|one| one["candidate"].clone()).collect();
    assert_eq!(candidates, [2, -1]);
    folder.write("scores.jsonl", format!("{{\"id\":\"{id}\",\"logprobs\":[0]}}\n"));
    command(SELECT, &["--scores", path], functions)
        .ends_with(2)
        .says("has 1 scores in --scores instead of 6");
}

#[test]
fn every_bug_has_a_candidate_that_takes_it_back() {
    for compat in [&[][..], &["--compat"]] {
        let functions = scanned(PROGRAM, compat);
        let read: Vec<Function> = functions
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        let finished = command(REWRITE, &[&["-q", "--all"], compat].concat(), functions).succeeds();
        let bugs: Vec<Bug> =
            finished.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(bugs.len(), 353);
        for bug in bugs {
            let function = read.iter().find(|function| function.id == bug.function).unwrap();
            assert_ne!(bug.text, function.text);
            assert_eq!(repaired(&bug.text, bug.line, &bug.repair).as_ref(), Ok(&function.text));
            let target = &bug.candidates[bug.target as usize];
            assert_eq!(target.class.as_str(), bug.class);
            if let [edit] = &bug.repair[..] {
                assert_eq!((target.at, &*target.text), (edit.at, &*edit.new));
            } else {
                assert_eq!((target.swap.len(), bug.repair.len()), (2, 2));
            }
        }
    }
}

#[test]
fn what_no_candidate_takes_back_is_left_out_and_counted() {
    // `2` for `0x1`: back again it would be `1`.
    let functions = scanned("def f(x):\n    return x + 0x1\n", &["--only", "literal"]);
    let finished = command(REWRITE, &["--all", "--only", "literal"], functions.clone()).succeeds();
    let finished = finished.says("not taken back 4");
    assert_eq!(finished.records().len(), 0);
    assert_eq!(
        command(REWRITE, &["-q", "--all", "--no-candidates"], functions).succeeds().records().len(),
        4
    );
}

#[test]
fn a_function_is_handed_on_as_it_is_when_nothing_is_chosen_and_asked_for() {
    let functions = scanned("def f(x):\n    return x\n", &[]);
    let finished = command(REWRITE, &["-q"], functions.clone()).ends_with(2);
    finished.says("put bug-select before, or use --all");
    let selected = command(SELECT, &["-q"], functions).succeeds().stdout;
    let bugs = command(REWRITE, &["-q"], selected).succeeds().records();
    assert_eq!(bugs.len(), 1);
    assert_eq!(
        (&bugs[0]["class"], &bugs[0]["target"], &bugs[0]["repair"]),
        (&"".into(), &(-1).into(), &Value::Array(Vec::new()))
    );
}

#[test]
fn a_rewrite_of_pypibugs_is_found_among_the_candidates() {
    let functions = scanned(PROGRAM, &[]);
    let of = |text: &str| command(REWRITE, &["-q", "--rewrite", text], functions.clone());
    let bugs = of("ArgSwap(idxs=1<->2 @(15,11)->(15,14))").succeeds().records();
    assert!(bugs[0]["text"].as_str().unwrap().ends_with("return max(total, -2, best)"));
    assert_eq!(bugs.len(), 1);
    assert_eq!(of("ReplaceText(target='!' @(15,11)->(15,14))").succeeds().records().len(), 0);
    of("ReplaceText(x)").ends_with(2).says("is no rewrite of PyPIBugs");
}

#[test]
fn candidates_are_verified_and_those_that_do_not_parse_are_named() {
    let folder = Folder::new();
    folder.write("a.py", PROGRAM);
    folder.write("b.py", "def f(g):\n    a, b = g\n");
    let verify = |scan: &[&str]| {
        let scan = Command::new(SCAN).args(["-q", "."]).args(scan).current_dir(folder.path()).run();
        let verify = Command::new(REWRITE).args(["--verify"]).current_dir(folder.path());
        verify.stdin(scan.succeeds().stdout).run()
    };
    assert!(verify(&[]).succeeds().stdout.is_empty());
    verify(&["--compat"]).ends_with(1).says("b.py: line 2, column 9: assignment_operator `+=`: line");
}

fn field(finished: &Finished, name: &str) -> Vec<Value> {
    finished.records().iter().map(|record| record[name].clone()).collect()
}

#[test]
fn a_package_is_in_one_part_and_the_published_rule_tears_it() {
    let line = |package: &str, path: &str| {
        format!("{{\"path\":\"lib/site-packages/{path}\",\"package\":\"{package}\",\"repo\":\"\"}}\n")
    };
    let names = ["numpy/core/numeric.py", "attr/_make.py", "click/core.py", "requests/api.py", "six.py"];
    let all: String = names.iter().map(|name| line("all", name)).collect();
    let split = |arguments: &[&str], lines: &str| {
        field(&command(SPLIT, &[&["-q"], arguments].concat(), lines).succeeds(), "split")
    };
    assert_eq!(split(&["--by", "path"], &all), ["train", "train", "valid", "valid", "test"]);
    let together = split(&[], &all);
    assert!(together.iter().all(|part| *part == together[0]));
    assert_eq!(split(&["--test-only", "all"], &all), ["test"; 5]);
    assert_eq!(split(&["--train", "1", "--valid", "0"], &all), ["train"; 5]);
    command(SPLIT, &["--train", "0.9", "--valid", "0.2"], "").ends_with(2).says("are shares");
}

#[test]
fn what_nearly_repeats_an_earlier_function_or_file_names_it() {
    let names = |n: usize| (0..n).map(|at| format!("name{at}")).collect::<Vec<_>>().join(" + ");
    let record = |id: &str, path: &str, text: &str| {
        format!("{{\"id\":\"{id}\",\"path\":\"{path}\",\"file\":\"{path}\",\"text\":\"{text}\"}}\n")
    };
    let lines = [
        record("a", "x.py", &names(20)),
        record("b", "x.py", "one"),
        record("c", "y.py", &format!("{}  # the same", names(20))),
        record("d", "y.py", "one"),
        record("e", "z.py", &names(18)),
        record("f", "z.py", &names(15)),
    ];
    let dedup = |arguments: &[&str], name: &str| {
        field(&command(DEDUP, &[&["-q"], arguments].concat(), lines.concat()).succeeds(), name)
    };
    // 18 of 20 are common, 15 of 20 are not enough, and of one name nothing follows.
    assert_eq!(dedup(&[], "duplicate_of"), ["", "", "a", "", "a", ""]);
    assert_eq!(dedup(&["--drop"], "id"), ["a", "b", "d", "f"]);
    assert_eq!(dedup(&["--files"], "duplicate_of"), ["", "", "x.py", "x.py", "x.py", "x.py"]);
    assert_eq!(dedup(&["--near", "0.95"], "duplicate_of"), ["", "", "a", "", "", ""]);
}

#[test]
fn other_words_have_candidates_of_their_own() {
    let text = "class A:\n    def f(self, a):\n        # why\n        if a < 1:\n            return a\n        else:\n            total = 2\n        return total\n";
    let functions = scanned(text, &[]);
    let augmented = command(AUGMENT, &["-q", "--p", "1"], functions.clone()).succeeds();
    let record = &augmented.records()[0];
    assert_eq!(record["augmented"], serde_json::json!(["mirror", "rename", "remove", "branches"]));
    let new = record["text"].as_str().unwrap();
    assert!(new.contains("if not 1 > a:\n") && !new.contains("why") && !new.contains("total"), "{new}");
    let before: Function = serde_json::from_slice(functions.trim_ascii_end()).unwrap();
    assert_eq!((&record["augmented_from"], record["line"].as_u64()), (&before.id.clone().into(), Some(2)));
    assert_eq!(before.text.lines().count(), new.lines().count());
    let stream = augmented.stdout;
    let bugs = command(REWRITE, &["-q", "--all"], stream).succeeds().records();
    assert_eq!(bugs.len(), record["candidates"].as_array().unwrap().len());
}
