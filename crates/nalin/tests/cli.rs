//! The front end as a person uses it, with the programs that lie beside it.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Once};

use testkit::{Command, Finished, Folder};

/// An interpreter without packages, which these notebooks do not need: those that are there are imported before each run.
fn python() -> &'static str {
    const BARE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/python");
    static MADE: Once = Once::new();
    MADE.call_once(|| {
        Command::new("python3").args(["-m", "venv", "--without-pip", BARE]).run().succeeds();
    });
    concat!(env!("CARGO_TARGET_TMPDIR"), "/python/bin/python")
}

/// A sandbox that works here, or none: what is tested is not the sandbox.
fn sandbox() -> &'static str {
    static SANDBOX: LazyLock<&str> = LazyLock::new(|| {
        let nbexec = Path::new(env!("CARGO_BIN_EXE_nalin")).with_file_name("nbexec");
        assert!(nbexec.is_file(), "the other programs are built: cargo test --workspace, or make build");
        let test = std::process::Command::new(nbexec).args(["--self-test", "--python", python()]).output();
        if test.is_ok_and(|output| output.status.success()) { "bwrap" } else { "none" }
    });
    &SANDBOX
}

fn nalin(folder: &Folder, args: &[&str]) -> Finished {
    Command::new(env!("CARGO_BIN_EXE_nalin")).args(args).current_dir(folder.path()).run()
}

fn check(folder: &Folder, args: &[&str]) -> Finished {
    nalin(folder, &[&["check", "--python", python(), "--sandbox", sandbox()], args].concat())
}

/// A notebook of one code cell for each text.
fn notebook(cells: &[&str]) -> String {
    let cell = |source: &&str| {
        serde_json::json!({"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
                           "source": source.split_inclusive('\n').collect::<Vec<_>>()})
    };
    let cells: Vec<_> = cells.iter().map(cell).collect();
    let metadata = serde_json::json!({"language_info": {"name": "python"}});
    let whole = serde_json::json!({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4});
    serde_json::to_string_pretty(&whole).expect("JSON")
}

const ALL: [&str; 5] = ["--min-score", "0", "--stand-ins", "--generic-names", "--format"];

fn names(finished: Finished) -> Vec<String> {
    let name = |finding: &serde_json::Value| finding["place"]["name"].as_str().expect("a name").to_owned();
    finished.succeeds().records().iter().map(name).collect()
}

#[test]
fn a_notebook_is_run_and_judged() {
    let folder = Folder::new();
    folder.write("work/a.ipynb", notebook(&["row_count = 3\n", "file_path = 1 / 0\nuser_name = 'x'"]));
    let found = check(&folder, &[&ALL[..], &["jsonl", "work/a.ipynb"]].concat());
    assert!(
        found
            .stderr
            .contains("work/a.ipynb: cell 2, line 1: ZeroDivisionError: division by zero (1 of 2 cells ran)"),
        "{found}"
    );
    let findings = found.records();
    assert_eq!(
        (&findings[0]["place"]["name"], &findings[0]["path"]),
        (&"row_count".into(), &"work/a.ipynb".into())
    );
    let text = check(&folder, &[&ALL[..], &["text", "work"]].concat()).succeeds().text();
    assert!(
        text.starts_with("work/a.ipynb\n  cell 1\n     1 | row_count = 3\n       | ^^^^^^^^^ NAL00"),
        "{text}"
    );
    check(&folder, &["--min-score", "0", "--generic-names", "--check", "--quiet", "work"]).ends_with(1);
}

#[test]
fn what_is_silenced_stays_silent_when_lines_move() {
    let folder = Folder::new();
    let all = [&ALL[..], &["jsonl", "--quiet", "a.ipynb"]].concat();
    let first = ["row_count = 3\nfile_path = 7  # nalin: ignore[file_path]\n", "user_name = 'x'"];
    folder.write("a.ipynb", notebook(&first));
    assert_eq!(names(check(&folder, &all)), ["row_count", "user_name"]);
    let accepted = check(
        &folder,
        &["--min-score", "0", "--generic-names", "--check", "--write-baseline", "base.jsonl", "a.ipynb"],
    );
    accepted.succeeds();
    // Cells change places, lines move, a space comes in, and one line is new.
    folder.write("a.ipynb", notebook(&["total_price = 9", "user_name  = 'x'", "\n\nrow_count = 3"]));
    let with_baseline = [&all[..], &["--baseline", "base.jsonl"]].concat();
    assert_eq!(names(check(&folder, &with_baseline)), ["total_price"]);
    assert_eq!(names(check(&folder, &all)), ["total_price", "user_name", "row_count"]);
}

#[test]
fn only_what_git_says_was_changed() {
    let folder = Folder::new();
    let git = |args: &[&str]| {
        let fixed = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
        Command::new("git")
            .args(fixed)
            .args(args)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .run()
            .succeeds()
    };
    folder.write("a.ipynb", notebook(&["row_count = 3\nuser_name = 'x'"]));
    folder.write("b.ipynb", notebook(&["file_path = 'x'"]));
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    folder.write("a.ipynb", notebook(&["row_count = 3\nuser_name = 'y'"]));
    folder.write("c.ipynb", notebook(&["total_price = 3"]));
    let since = [&ALL[..], &["jsonl", "--quiet", "--changed-since", "HEAD", "."]].concat();
    assert_eq!(names(check(&folder, &since)), ["user_name", "total_price"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "second"]);
    assert_eq!(names(check(&folder, &since)), [""; 0]);
    check(&folder, &["--changed-since", "nowhere", "."])
        .ends_with(2)
        .says("nalin: --changed-since: git says");
}

#[test]
fn recorded_values_are_judged_without_running_anything() {
    let folder = Folder::new();
    folder.write("a.ipynb", notebook(&["row_count = 3"]));
    folder.write("b.ipynb", notebook(&["user_name = 'x'"]));
    check(&folder, &["--record", "values.jsonl.zst", "--quiet", "."]).succeeds();
    let recorded = |args: &[&str]| {
        let no_python = ["check", "--python", "/nowhere", "--recorded", "values.jsonl.zst"];
        nalin(&folder, &[&no_python[..], &ALL[..], &["jsonl"], args].concat())
    };
    assert_eq!(names(recorded(&[])), ["row_count", "user_name"]);
    assert_eq!(names(recorded(&["a.ipynb"])), ["row_count"]);
    folder.write("a.ipynb", notebook(&["row_count = 4"]));
    let stale = recorded(&["a.ipynb", "b.ipynb"]);
    assert!(stale.stderr.contains("a.ipynb: not checked: nothing is recorded of it as it is now"), "{stale}");
    assert_eq!(names(stale), ["user_name"]);
}

#[test]
fn one_clear_error_when_a_stage_fails() {
    let folder = Folder::new();
    folder.write("a.ipynb", notebook(&["row_count = 3"]));
    folder.write("broken.ipynb", "{");
    let failed = nalin(&folder, &["check", "--python", "/nowhere/python", "a.ipynb"]).ends_with(2);
    assert!(failed.stderr.starts_with("nalin: nbexec: ") && failed.stderr.lines().count() == 1, "{failed}");
    assert_eq!(failed.text(), "", "who could not look does not say that there are no findings");
    nalin(&folder, &["check", "missing.ipynb"]).ends_with(2).says("cannot read missing.ipynb");
    nalin(&folder, &["check", "--sandbox", "moat", "a.ipynb"]).ends_with(2).says("moat");
    // Also quietly: nothing could be looked at.
    for args in [&["broken.ipynb"][..], &["--quiet", "broken.ipynb"]] {
        let none = check(&folder, args).ends_with(2).says("broken.ipynb: not run: not_json");
        assert_eq!(none.text(), "", "who could not look does not say that there are no findings");
    }
    // What could be read is reported; that a file was named that is no notebook is an error all the same, and that one
    // lies in a folder is not.
    let all = [&ALL[..], &["text"]].concat();
    let some = check(&folder, &[&all[..], &["a.ipynb", "broken.ipynb"]].concat()).ends_with(2);
    assert!(some.text().contains("row_count = 3") && some.stderr.contains("broken.ipynb: not run"), "{some}");
    check(&folder, &["."]).succeeds().says("broken.ipynb: not run: not_json");
    folder.write("empty.ipynb", notebook(&[]));
    check(&folder, &["empty.ipynb"]).succeeds();
    let scratch = Folder::new();
    for args in
        [&["check", "a.ipynb", "--python", python(), "--sandbox", sandbox()][..], &["check", "missing.ipynb"]]
    {
        let command = Command::new(env!("CARGO_BIN_EXE_nalin")).args(args).current_dir(folder.path());
        command.env("TMPDIR", scratch.path().as_os_str()).run();
        assert_eq!(scratch.names(), [""; 0], "nothing is left behind");
    }
}

#[test]
fn a_program_of_another_version_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    folder.write("a.ipynb", notebook(&["row_count = 3"]));
    let own = folder.path().join("nalin");
    std::fs::copy(env!("CARGO_BIN_EXE_nalin"), &own).expect("a program can be copied");
    let old = folder.write("nb2py", "#!/bin/sh\necho nb2py 0.0.9\n");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755))
        .expect("it can be made executable");
    let refused = Command::new(&own).args(["check", "a.ipynb"]).current_dir(folder.path()).run().ends_with(2);
    let line = format!(
        "nalin: {} says that it is `nb2py 0.0.9`, but this is nalin {}: put the programs of one version side by side\n",
        old.display(),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!((refused.stderr.as_str(), refused.text().as_str()), (line.as_str(), ""), "{refused}");
}

#[test]
fn rules_are_those_of_the_registry() {
    let folder = Folder::new();
    let all = nalin(&folder, &["rule"]).succeeds().text();
    assert!(all.starts_with("NAL001 value-does-not-fit: ") && all.lines().count() >= 8, "{all}");
    assert!(
        all.contains("NBC006 ") && all.lines().any(|line| line.ends_with("Off unless asked for.")),
        "{all}"
    );
    let page = nalin(&folder, &["rule", "NBC003"]).succeeds().text();
    assert!(page.starts_with("# NBC003 missing-import\n"), "{page}");
    nalin(&folder, &["rule", "NAL999"]).ends_with(2).says("there is no rule NAL999; `nalin rule` lists them");
}

#[test]
fn an_explanation_by_its_id() {
    let folder = Folder::new();
    folder.write("a.ipynb", notebook(&["unit = 'm'\nrow_count = 3\n"]));
    let finding =
        check(&folder, &[&ALL[..], &["jsonl", "a.ipynb"]].concat()).succeeds().records().pop().expect("one");
    let id = &finding["fingerprint"].as_str().expect("text")[..8];
    let explained = nalin(&folder, &["explain", id, "--python", python(), "--sandbox", sandbox(), "a.ipynb"]);
    let text = explained.succeeds().text();
    for part in ["What the name usually holds", "What weighed how much", ">    2 | row_count = 3"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    nalin(&folder, &["--generate", "man"]).succeeds();
    nalin(&folder, &["--generate", "bash"]).succeeds();
}

#[test]
fn files_elsewhere_and_far_apart() {
    let (here, there) = (Folder::new(), Folder::new());
    let a: PathBuf = there.write("x/a.ipynb", notebook(&["row_count = 3"]));
    let b: PathBuf = there.write("y/b.ipynb", notebook(&["user_name = 'x'"]));
    let paths = [a.display().to_string(), b.display().to_string()];
    let found = check(&here, &[&ALL[..], &["jsonl", &paths[0], &paths[1]]].concat()).succeeds().records();
    let told: Vec<_> = found.iter().map(|finding| finding["path"].as_str().expect("text")).collect();
    assert_eq!(told, ["x/a.ipynb", "y/b.ipynb"]);
}
