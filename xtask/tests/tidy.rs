//! The invariants of docs/architecture.md, checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const STAGES: [&str; 9] = [
    "nb2py",
    "nbinstrument",
    "nbexec",
    "nbliterals",
    "assign-merge",
    "negsample",
    "nalin-embed",
    "nalin-train",
    "nalin-score",
];
/// Rooms that compute and never talk to the world.
const PURE: [&str; 5] = ["records", "notebook", "pysource", "nalin-model", "report"];
/// A file longer than this is more than one concept.
const MOST_LINES: usize = 700;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// For each crate of the workspace the names that it depends on to build, tests apart.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let names = |package: &Value| {
        let dependencies = package["dependencies"].as_array().expect("dependencies are a list");
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        normal.map(|dependency| dependency["name"].as_str().expect("a name is text").to_owned()).collect()
    };
    let packages = metadata["packages"].as_array().expect("packages are a list");
    packages
        .iter()
        .map(|package| (package["name"].as_str().expect("a name is text").to_owned(), names(package)))
        .collect()
}

/// Fails for every crate but `allowed` that depends on a name for which `is_guarded` holds.
#[track_caller]
fn only(allowed: &[&str], is_guarded: impl Fn(&str) -> bool) {
    let all = dependencies();
    let mut guarded = 0;
    for (name, dependencies) in all {
        for dependency in dependencies.iter().filter(|dependency| is_guarded(dependency)) {
            guarded += 1;
            assert!(allowed.contains(&name.as_str()), "{name} depends on {dependency}");
        }
    }
    assert!(guarded > 0, "nobody depends on what this test guards");
}

/// The files that git knows, with their text when they are text.
fn tracked() -> Vec<(String, Option<String>)> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().expect("git runs");
    let names = String::from_utf8(output.stdout).expect("our names are UTF-8");
    let names: Vec<_> = names.split_terminator('\0').map(str::to_owned).collect();
    assert!(names.len() > 50, "git lists the files");
    let read = |name: String| {
        let text = fs::read_to_string(root().join(&name)).ok();
        (name, text)
    };
    names.into_iter().filter(|name| root().join(name).is_file()).map(read).collect()
}

fn sources_of(room: &str) -> Vec<(String, String)> {
    let folder = format!("crates/{room}/src/");
    let sources =
        tracked().into_iter().filter(|(name, _)| name.starts_with(&folder) && name.ends_with(".rs"));
    sources.map(|(name, text)| (name, text.expect("Rust is UTF-8"))).collect()
}

/// The part of a source before its unit tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

#[test]
fn only_pysource_knows_ruff() {
    only(&["pysource"], |name| name.starts_with("ruff_"));
}

#[test]
fn only_what_learns_knows_candle() {
    only(&["nalin-model", "trace-lm"], |name| name.starts_with("candle"));
}

#[test]
fn only_programs_and_filter_know_clap() {
    only(&[&STAGES[..], &["nalin", "crash", "filter", "trace", "trace-lm", "xtask"]].concat(), |name| {
        name.starts_with("clap")
    });
}

#[test]
fn stages_meet_in_records_alone() {
    let all = dependencies();
    for (name, dependencies) in &all {
        for dependency in dependencies {
            assert!(!STAGES.contains(&dependency.as_str()), "{name} depends on the stage {dependency}");
        }
    }
    for stage in STAGES {
        assert!(all[stage].iter().any(|name| name == "records"), "{stage} does not use records");
    }
}

#[test]
fn pure_rooms_do_not_talk_to_the_world() {
    let world = [
        "std::io::stdin",
        "io::stdin",
        "io::stdout",
        "io::stderr",
        "std::env::",
        "SystemTime",
        "Instant::now",
        "println!",
    ];
    for room in PURE {
        for (name, text) in sources_of(room) {
            for word in world {
                assert!(!without_tests(&text).contains(word), "{name} uses {word}");
            }
        }
    }
}

#[test]
fn a_program_is_a_few_lines_of_main() {
    for stage in STAGES.into_iter().chain(["nalin"]) {
        let main = fs::read_to_string(root().join(format!("crates/{stage}/src/main.rs")))
            .expect("a stage has a main");
        assert!(main.lines().count() <= 20, "{stage}'s main.rs does more than start it");
        assert!(root().join(format!("crates/{stage}/README.md")).exists(), "{stage} has no README.md");
    }
}

#[test]
fn every_rust_file_says_what_it_is_and_is_no_novel() {
    for (name, text) in tracked() {
        if !name.ends_with(".rs") {
            continue;
        }
        let text = text.expect("Rust is UTF-8");
        assert!(
            text.starts_with("//!") || text.starts_with("#!"),
            "{name} does not open with a `//!` comment"
        );
        assert!(text.lines().count() <= MOST_LINES, "{name} is longer than {MOST_LINES} lines");
    }
}

#[test]
fn nothing_is_left_undone() {
    let leftovers = [["TO", "DO"], ["FIX", "ME"], ["to", "do!("], ["unimple", "mented!("], ["#[ig", "nore"]]
        .map(|word| word.concat());
    for (name, text) in tracked() {
        let code = [".rs", ".py", ".sh", ".md", "Makefile"].iter().any(|end| name.ends_with(end));
        let Some(text) = text.filter(|_| code && !name.starts_with("fixtures/")) else { continue };
        for word in &leftovers {
            assert!(!text.contains(word.as_str()), "{name} has a {word}");
        }
    }
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let places = [["/.py", "env/"], ["/.ru", "stup/"], ["/.car", "go/registry"]].map(|place| place.concat());
    for (name, text) in tracked() {
        let Some(text) = text else { continue };
        for place in &places {
            assert!(!text.contains(place.as_str()), "{name} names {place}");
        }
    }
}

#[test]
fn no_file_is_heavy_but_the_shipped_model() {
    for (name, _) in tracked() {
        let bytes = fs::metadata(root().join(&name)).expect("a tracked file is there").len();
        assert!(bytes <= 2 << 20 || name.starts_with("models/"), "{name} has {bytes} bytes");
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut links = 0;
    for (name, text) in tracked() {
        let Some(text) = text.filter(|_| name.ends_with(".md")) else { continue };
        let folder = root().join(&name);
        let folder = folder.parent().expect("a file has a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.contains(' ') {
                continue;
            }
            links += 1;
            assert!(folder.join(target).exists(), "{name} links to {target}, which is not there");
        }
    }
    assert!(links > 10, "the documents have links");
}
