//! What every file of the repository keeps to: the laws of docs/architecture.md that a text shows.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::root;

/// Libraries that talk to the world: what filters share, what runs programs, tests. All others are pure.
const WORLDLY: [&str; 3] = ["filter", "sandbox", "testkit"];
/// A file longer than this, its tests apart, is more than one concept.
const MOST_LINES: usize = 500;

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

/// The Rust files that git knows, with their text.
pub(crate) fn rust_sources() -> Vec<(String, String)> {
    let sources = tracked().into_iter().filter(|(name, _)| name.ends_with(".rs"));
    sources.map(|(name, text)| (name, text.expect("Rust is UTF-8"))).collect()
}

/// The part of a source before its unit tests.
pub(crate) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// The name of the crate that a file of `crates/` is a source of; its unit tests are none.
fn crate_of(name: &str) -> Option<&str> {
    let (package, file) = name.strip_prefix("crates/")?.split_once("/src/")?;
    (!file.ends_with("/tests.rs")).then_some(package)
}

/// The crates that hold programs.
fn program_crates() -> BTreeSet<String> {
    let sources = tracked();
    let of_program =
        sources.iter().filter(|(name, _)| name.ends_with("/src/main.rs") || name.contains("/src/bin/"));
    of_program.filter_map(|(name, _)| crate_of(name)).map(str::to_owned).collect()
}

#[test]
fn pure_crates_do_not_talk_to_the_world() {
    let world =
        ["io::stdin", "io::stdout", "io::stderr", "std::env::", "SystemTime", "Instant::now", "println!"];
    let programs = program_crates();
    let mut pure = BTreeSet::new();
    for (name, text) in rust_sources() {
        let Some(package) = crate_of(&name).filter(|package| !programs.contains(*package)) else { continue };
        // Candle takes the number of its threads from the environment alone.
        if WORLDLY.contains(&package) || name.ends_with("learn/src/threads.rs") {
            continue;
        }
        pure.insert(package.to_owned());
        for word in world {
            assert!(!without_tests(&text).contains(word), "{name} uses {word}");
        }
    }
    assert!(pure.len() > 4, "there are pure crates");
}

/// A file written in place is half there when the disk is full or the program is stopped; `filter` puts one in
/// place when it is whole.
#[test]
fn files_are_whole_or_absent() {
    // What need not be whole: scratch that goes with the program, a folder that is moved into place, events that
    // grow as training goes.
    let exempt = ["nalin/src/pipeline.rs", "nalin-train/src/folder.rs", "nalin-train/src/journal.rs"];
    let in_place = ["File::create", "fs::write(", "Writer::from_path", "OpenOptions"];
    let programs = program_crates();
    for (name, text) in rust_sources() {
        let of_program = crate_of(&name).is_some_and(|package| programs.contains(package));
        if !of_program || exempt.iter().any(|file| name.ends_with(file)) {
            continue;
        }
        for word in in_place {
            assert!(!without_tests(&text).contains(word), "{name} uses {word} instead of filter::Output");
        }
    }
}

#[test]
fn a_program_is_a_few_lines_of_main() {
    let mut programs = 0;
    for (name, text) in rust_sources() {
        if crate_of(&name).is_some() && (name.ends_with("/src/main.rs") || name.contains("/src/bin/")) {
            programs += 1;
            assert!(text.lines().count() <= 20, "{name} does more than start its program");
        }
    }
    assert!(programs > 20, "git has the programs");
}

#[test]
fn every_crate_says_what_it_is_for() {
    let crates: BTreeSet<String> =
        rust_sources().iter().filter_map(|(name, _)| crate_of(name)).map(str::to_owned).collect();
    for package in crates {
        assert!(root().join(format!("crates/{package}/README.md")).exists(), "{package} has no README.md");
    }
}

/// Cargo would make an executable of each file of `tests/`, and link all of the crate to each.
#[test]
fn a_crate_has_one_executable_of_integration_tests() {
    let sources = rust_sources();
    let mut modules = 0;
    for (name, _) in &sources {
        let Some((folder, file)) = name.split_once("/tests/") else { continue };
        if file.contains('/') || file == "main.rs" {
            continue;
        }
        let main = format!("{folder}/tests/main.rs");
        let (_, text) = sources.iter().find(|(name, _)| *name == main).unwrap_or_else(|| panic!("no {main}"));
        let module = format!("mod {};", file.trim_end_matches(".rs"));
        assert!(text.lines().any(|line| line == module), "{name} is not run: {main} lacks `{module}`");
        modules += 1;
    }
    assert!(modules > 20, "git has the tests");
}

#[test]
fn every_rust_file_says_what_it_is_and_is_no_novel() {
    for (name, text) in rust_sources() {
        assert!(
            text.starts_with("//!") || text.starts_with("#!"),
            "{name} does not open with a `//!` comment"
        );
        let lines = without_tests(&text).lines().count();
        assert!(lines <= MOST_LINES, "{name} has {lines} lines, {MOST_LINES} are the most");
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

/// Words that only their inventor understands: docs/glossary.md has the terms that stand in their places.
#[test]
fn riddles_do_not_come_back() {
    let riddles = [
        ["Tel", "ler"],
        ["Ren", "own"],
        ["les", "son"],
        ["mis", "fit"],
        ["worn", "_out"],
        ["mon", "ster"],
        ["third ", "opinion"],
        ["rooms of ", "the house"],
    ]
    .map(|word| word.concat().to_lowercase());
    // What negatives are drawn by stays as it is, or others would be drawn.
    let key = ["nalin-model/mis", "fits"].concat();
    for (name, text) in tracked() {
        let ours = [".rs", ".py", ".sh", ".md", "Makefile"].iter().any(|end| name.ends_with(end));
        let Some(text) = text.filter(|_| ours && !name.starts_with("fixtures/")) else { continue };
        let text = text.replace(&key, "").to_lowercase();
        for word in &riddles {
            assert!(!text.contains(word.as_str()), "{name} says {word}");
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
