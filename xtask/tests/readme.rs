//! The commands of README.md work as they are written, and say what it shows.

use std::fs;

use testkit::Command;

use crate::root;

/// What cargo must be told as it was when the tests were compiled, or it compiles the programs again.
const CARGO: [&str; 6] = [
    "CARGO_HOME",
    "RUSTUP_HOME",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_DEV_DEBUG",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
];

/// Runs every `$ ` line of the README's console blocks, in one shell, from the project's folder.
///
/// Two things differ from what a newcomer does: the programs are those of the test build, and
/// `make test` is left out, because that is what runs this.
#[test]
fn every_console_command_works() {
    let root = root();
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md is there");
    let blocks = || readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands: Vec<_> = blocks().flat_map(str::lines).filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands[0].starts_with("make check NB="), "the first thing in the README");
    assert_eq!(commands[1..3], ["make demo", "make test"], "the second");
    assert!(commands.len() >= 5);

    let mut script = "set -euo pipefail\n".to_owned();
    for command in commands.into_iter().filter(|&command| command != "make test") {
        script.push_str(&command.replace("target/release", "target/debug"));
        script.push('\n');
    }
    let mut command = Command::new("bash").args(["-c", &script]).current_dir(&root).env("PROFILE", "dev");
    for name in CARGO {
        if let Some(value) = std::env::var_os(name) {
            command = command.env(name, value);
        }
    }
    let finished = command.run().succeeds();
    let text = finished.text();
    let shown = blocks().flat_map(str::lines).filter(|line| !line.starts_with("$ "));
    for line in shown {
        assert!(text.lines().any(|said| said == line), "the README shows `{line}`\n{finished}");
    }
    assert!(text.contains("num_rows"), "the planted slip of rain.ipynb is among the findings\n{finished}");
    let planted = text.lines().find(|line| line.contains("planted slips")).unwrap_or_default();
    assert!(!planted.is_empty(), "the demo counts the planted slips\n{finished}");
}
