//! The targets of the Makefile that take too long to be run here, run dry: `make -n`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use testkit::Folder;

use crate::root;

/// Flags of ours that take one number.
const NUMBERS: [&str; 6] = ["--count", "--jobs", "--limit", "--repo-depth", "--seed", "--top"];

/// The Makefile with its `\` at the ends of lines undone.
fn makefile() -> String {
    fs::read_to_string(root().join("Makefile")).expect("there is a Makefile").replace("\\\n", " ")
}

/// The targets that `make help` lists, and those that others are made of.
fn targets() -> BTreeSet<String> {
    let text = makefile();
    let phony = text.lines().filter_map(|line| line.strip_prefix(".PHONY:"));
    phony.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// Every file below a folder, with when it was last written to.
fn files(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            let written =
                path.symlink_metadata().and_then(|data| data.modified()).expect("a file has a time");
            if path.is_dir() {
                open.push(path.clone());
            }
            found.insert(path.to_string_lossy().into_owned(), written);
        }
    }
    found
}

/// A copy of what the Makefile needs, with results of an earlier demo.
fn copy() -> Folder {
    let folder = Folder::new();
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--",
            "Makefile",
            "scripts",
            "bench",
            "fixtures/demo",
            "requirements*.txt",
            "crates/*/tests/*",
        ])
        .current_dir(root())
        .output()
        .expect("git runs");
    let names = String::from_utf8(listed.stdout).expect("our names are UTF-8");
    for name in names.split_terminator('\0').filter(|name| root().join(name).is_file()) {
        let to = folder.path().join(name);
        fs::create_dir_all(to.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::copy(root().join(name), to).expect("a file can be copied");
    }
    fs::create_dir_all(folder.path().join("build/demo")).expect("a folder can be made");
    folder.write("build/demo/findings.jsonl", "{}\n");
    folder
}

/// What `make -n` says of a target in `folder`.
///
/// # Errors
/// What it says if it fails.
fn dry_run(folder: &Path, target: &str) -> Result<String, String> {
    let output = Command::new("make")
        .args(["--dry-run", "--no-print-directory", target])
        .args(["NB=fixtures/demo/energy/meters.ipynb"])
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .current_dir(folder)
        .output()
        .expect("make runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// What is wrong with the commands of a dry run: scripts that are not there, programs that nobody builds, flags for
/// a number with none or with more than one behind them.
fn faults(folder: &Path, commands: &str, programs: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for line in commands.replace("\\\n", " ").lines() {
        let words: Vec<&str> =
            line.split_whitespace().map(|word| word.trim_matches(['"', '\'', ';'])).collect();
        for (at, word) in words.iter().enumerate() {
            let is_script = ["scripts/", "bench/", "crates/"].iter().any(|start| word.starts_with(start));
            if is_script && !folder.join(word).exists() {
                faults.push(format!("there is no {word}: {line}"));
            }
            if let Some(program) =
                word.strip_prefix("target/release/").filter(|name| !programs.contains(*name))
            {
                faults.push(format!("nobody builds {program}: {line}"));
            }
            if NUMBERS.contains(word) {
                let value = words.get(at + 1).copied().unwrap_or_default();
                let next = words.get(at + 2).copied().unwrap_or("|");
                let is_alone = !programs.contains(next);
                if value.parse::<f64>().is_err() || !is_alone {
                    faults.push(format!("{word} takes one number: {line}"));
                }
            }
        }
    }
    faults
}

/// The names of all programs.
fn programs() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages are a list");
    let targets = packages.iter().flat_map(|package| package["targets"].as_array().expect("a list"));
    let binaries = targets.filter(|target| target["kind"][0] == "bin");
    binaries.map(|target| target["name"].as_str().expect("a name is text").to_owned()).collect()
}

#[test]
fn every_target_can_be_run_dry_and_then_changes_nothing() {
    let folder = copy();
    let programs = programs();
    let before = files(folder.path());
    let mut commands = 0;
    for target in targets() {
        let said =
            dry_run(folder.path(), &target).unwrap_or_else(|error| panic!("make -n {target}: {error}"));
        let faults = faults(folder.path(), &said, &programs);
        assert!(faults.is_empty(), "make -n {target}: {faults:#?}");
        assert!(files(folder.path()) == before, "make -n {target} changes files");
        commands += said.lines().count();
    }
    assert!(commands > 100, "the targets have commands");
}

/// The two faults that made this test: a list of programs passed as a number, because a setting had two meanings,
/// and the demo's folder deleted by a dry run, because make executes what mentions `$(MAKE)`.
#[test]
fn a_list_for_a_number_and_a_dry_run_that_deletes_are_found() {
    let folder = copy();
    let programs = programs();
    let makefile = folder.path().join("Makefile");
    let text = fs::read_to_string(&makefile).expect("there is a Makefile");
    fs::write(&makefile, text.replace("$(BENCH_PROGRAMS) >", "$(PROGRAMS) >"))
        .expect("a file can be written");
    let said = dry_run(folder.path(), "bench-traces").expect("make runs");
    assert_eq!(faults(folder.path(), &said, &programs).len(), 1, "{said}");

    let deletes = text.replace("@rm -rf $(DEMO); mkdir -p $(DEMO)", "@rm -rf $(DEMO); $(MAKE) help");
    assert_ne!(deletes, text, "the demo starts with an empty folder");
    fs::write(&makefile, deletes).expect("a file can be written");
    let before = files(folder.path());
    let _ = dry_run(folder.path(), "demo");
    assert!(files(folder.path()) != before);
}

/// A single package's dependencies have other features than the workspace's, and are compiled once more for it.
#[test]
fn every_build_asks_for_the_whole_workspace() {
    let scripts = fs::read_dir(root().join("scripts")).expect("scripts are there");
    let shell = scripts.map(|entry| entry.expect("an entry can be read").path());
    // A build for CUDA has features of its own.
    let shell =
        shell.filter(|path| !path.ends_with("cuda.sh") && path.extension().is_some_and(|end| end == "sh"));
    let mut builds = 0;
    for path in shell.chain([root().join("Makefile"), root().join(".ci/run")]) {
        let text = fs::read_to_string(&path).expect("a script is UTF-8").replace("\\\n", " ");
        let is_build = |line: &&str| line.contains("cargo build ") || line.contains("cargo test ");
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')).filter(is_build) {
            builds += 1;
            assert!(
                line.contains("--workspace") && !line.contains("--package"),
                "{}: {line}",
                path.display()
            );
        }
    }
    assert!(builds > 5, "programs are built");
}

#[test]
fn every_long_proof_is_a_target() {
    let script = fs::read_to_string(root().join("scripts/proofs.sh")).expect("there is a script of proofs");
    let all = script.lines().find_map(|line| line.strip_prefix("all=")).expect("it lists the proofs");
    let proofs: BTreeSet<&str> = all.trim_matches('"').split_whitespace().collect();
    let targets = targets();
    assert!(proofs.len() > 3 && proofs.iter().all(|proof| targets.contains(*proof)), "{proofs:?}");
}

/// A name that is set twice has the value of the first, or the last, and two meanings.
#[test]
fn every_setting_is_set_once() {
    let mut seen = BTreeSet::new();
    for line in makefile().lines() {
        let Some((name, _)) = line.split_once('=') else { continue };
        let name = name.trim_end_matches(['?', ':', ' ']);
        let is_name = name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        if is_name && !name.is_empty() {
            assert!(seen.insert(name.to_owned()), "the Makefile sets {name} twice");
        }
    }
    assert!(seen.len() > 30, "the Makefile has settings");
}

#[test]
fn help_groups_the_targets() {
    let said = Command::new("make")
        .arg("help")
        .env_remove("MAKEFLAGS")
        .current_dir(root())
        .output()
        .expect("make runs");
    let text = String::from_utf8(said.stdout).expect("help is UTF-8");
    let groups = text.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).count();
    assert!(groups > 5, "{text}");
    for target in ["demo", "test", "test-%", "bench-traces"] {
        assert!(
            text.lines().any(|line| line.starts_with(&format!("  {target} "))),
            "help lacks {target}\n{text}"
        );
    }
}
