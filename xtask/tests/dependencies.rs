//! Who may depend on whom: the laws of docs/architecture.md, for every crate that cargo's metadata names.
//!
//! A crate's kind follows from what it holds and is called, so that the laws hold for a new one unasked: it is a
//! program's if it has a binary, and learns or scores if its name ends as those of [`LEARNS_OR_SCORES`].

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::root;

/// How crates end whose programs train a network or score with one.
const LEARNS_OR_SCORES: [&str; 4] = ["-train", "-score", "-lm", "-learn"];
/// What computes with tensors.
const TENSORS: [&str; 4] = ["candle", "gemm", "pulp", "safetensors"];

/// One crate of the workspace.
struct Package {
    /// Whether it has programs.
    is_program: bool,
    /// The names of what it depends on itself to build; tests apart.
    direct: BTreeSet<String>,
    /// The names of all that is built for it, with these and what they depend on.
    whole: BTreeSet<String>,
}

/// The crates of the workspace but `xtask`, which is for developers.
fn packages() -> BTreeMap<String, Package> {
    let metadata = metadata();
    let text = |value: &Value| value.as_str().expect("a name or id is text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let names: BTreeMap<String, String> =
        list(&metadata["packages"]).iter().map(|one| (text(&one["id"]), text(&one["name"]))).collect();
    let for_building = |edge: &Value| list(&edge["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
    let edges: BTreeMap<String, Vec<String>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let ends = list(&node["deps"]).into_iter().filter(for_building).map(|edge| text(&edge["pkg"]));
            (text(&node["id"]), ends.collect())
        })
        .collect();
    let members: BTreeSet<String> = list(&metadata["workspace_members"]).iter().map(text).collect();
    let package = |one: &Value| {
        let id = text(&one["id"]);
        let mut whole = BTreeSet::new();
        let mut open = edges[&id].clone();
        while let Some(next) = open.pop() {
            if whole.insert(next.clone()) {
                open.extend(edges[&next].iter().cloned());
            }
        }
        let named = |ids: &mut dyn Iterator<Item = &String>| ids.map(|id| names[id].clone()).collect();
        let is_program = list(&one["targets"]).iter().any(|target| target["kind"][0] == "bin");
        let direct = named(&mut edges[&id].iter());
        (text(&one["name"]), Package { is_program, direct, whole: named(&mut whole.iter()) })
    };
    let all = list(&metadata["packages"]);
    let ours = all.iter().filter(|one| members.contains(&text(&one["id"])) && one["name"] != "xtask");
    ours.map(package).collect()
}

/// What cargo knows of the workspace and all that it is built from on this machine.
fn metadata() -> Value {
    let rustc = Command::new("rustc").arg("-vV").current_dir(root()).output().expect("rustc runs");
    let version = String::from_utf8(rustc.stdout).expect("rustc speaks UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version=1", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn learns_or_scores(name: &str) -> bool {
    LEARNS_OR_SCORES.iter().any(|end| name.ends_with(end))
}

fn is_network(name: &str) -> bool {
    name == "learn" || name.ends_with("-model")
}

/// Fails for every crate that depends itself on a name for which `is_guarded` holds, and is not `allowed` to.
#[track_caller]
fn only(allowed: impl Fn(&str, &Package) -> bool, is_guarded: impl Fn(&str) -> bool) {
    let mut guarded = 0;
    for (name, package) in packages() {
        for dependency in package.direct.iter().filter(|dependency| is_guarded(dependency)) {
            guarded += 1;
            assert!(allowed(&name, &package), "{name} depends on {dependency}");
        }
    }
    assert!(guarded > 0, "nobody depends on what this test guards");
}

#[test]
fn only_pysource_knows_ruff() {
    only(|name, _| name == "pysource", |dependency| dependency.starts_with("ruff_"));
}

#[test]
fn only_learn_and_the_models_know_tensors() {
    let is_tensors = |dependency: &str| TENSORS.iter().any(|start| dependency.starts_with(start));
    only(|name, _| is_network(name), is_tensors);
}

/// The whole tree counts: a stage that only counts or cleans must build without candle beneath it.
#[test]
fn no_candle_below_what_neither_learns_nor_scores() {
    let mut above = 0;
    for (name, package) in packages() {
        if package.whole.iter().any(|below| below.starts_with("candle")) {
            above += 1;
            let allowed = is_network(&name) || (package.is_program && learns_or_scores(&name));
            assert!(allowed, "{name} neither learns nor scores, and has candle beneath it");
        }
    }
    assert!(above > 2, "nobody stands on candle");
}

#[test]
fn only_inputs_knows_archives_and_what_stands_on_it_is_little() {
    only(|name, _| name == "inputs", |dependency| ["zip", "tar", "ignore", "flate2"].contains(&dependency));
    let above = packages().values().filter(|package| package.whole.contains("inputs")).count();
    assert!((1..=4).contains(&above), "{above} crates have archives beneath them");
}

#[test]
fn only_programs_and_filter_know_clap() {
    only(|name, package| package.is_program || name == "filter", |dependency| dependency.starts_with("clap"));
}

#[test]
fn programs_meet_in_records() {
    let all = packages();
    let programs = || all.iter().filter(|(_, package)| package.is_program);
    assert!(programs().count() > 10, "cargo's metadata has the programs");
    for (name, package) in &all {
        let program = package.whole.iter().find(|below| all.get(*below).is_some_and(|one| one.is_program));
        assert_eq!(program, None, "{name} depends on a program");
    }
    for (name, package) in programs() {
        assert!(package.direct.contains("records"), "{name} does not use records");
        assert!(package.direct.contains("filter"), "{name} does not use filter");
    }
}

/// A program is a few lines of main: compiled for tests too, it is an executable without any, that links all of its
/// crate; a library that only its program uses has no examples for others.
#[test]
fn no_executable_of_tests_is_empty() {
    let mut programs = 0;
    for package in metadata()["packages"].as_array().expect("packages are a list") {
        let manifest = package["manifest_path"].as_str().expect("a path is text");
        let targets = package["targets"].as_array().expect("targets are a list");
        let has_programs = targets.iter().any(|target| target["kind"][0] == "bin");
        if !package["source"].is_null() || !has_programs {
            continue;
        }
        for target in targets {
            let name = &target["name"];
            if target["kind"][0] == "bin" {
                programs += 1;
                assert_eq!(target["test"], false, "{manifest}: the program {name} needs `test = false`");
            } else if target["kind"][0] == "lib" {
                assert_eq!(
                    target["doctest"], false,
                    "{manifest}: the library {name} needs `doctest = false`"
                );
            }
        }
    }
    assert!(programs > 20, "cargo's metadata has the programs");
}

/// Cargo compiles a dependency once more for each set of features that it is asked for, and leaves those of the
/// tests' own dependencies out where no tests are built: so `make build` must not ask for fewer than `make test`.
#[test]
fn a_build_without_tests_compiles_nothing_again() {
    let features = |edges: &str| -> BTreeSet<String> {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--locked", "--workspace", "--prefix=none"])
            .args(["--format={p} [{f}]", "--edges", edges])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("cargo speaks UTF-8");
        text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    };
    let with_tests = features("normal,build,dev");
    let only_without: Vec<_> = features("normal,build").difference(&with_tests).cloned().collect();
    assert!(only_without.is_empty(), "other features without tests: {only_without:#?}");
}
