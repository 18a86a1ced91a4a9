//! Bugs and repairs as patches, made by git of the same bytes.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use testkit::{Command, Finished, Folder};

const SCAN: &str = env!("CARGO_BIN_EXE_bug-scan");
const REWRITE: &str = env!("CARGO_BIN_EXE_bug-rewrite");

fn run(folder: &Folder, program: &str, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Finished {
    Command::new(program).args(arguments).current_dir(folder.path()).stdin(stdin).run()
}

#[test]
fn a_bug_and_its_repair_are_patches_of_the_same_bytes() {
    let texts = [
        ("plain.py", "def f(a, b):\n    return a < b\n".as_bytes()),
        ("no newline.py", b"import x\n\n\n\n\ndef f(a, b):\n    return a < b"),
        ("crlf.py", b"def f(a, b):\r\n    return g(a,\r\n             (b  # why\r\n             ), 3)\r\n\r\n\r\nx = 1\r\n"),
        ("mark.py", b"\xef\xbb\xbfdef f(a, b):\n    return '\xc3\xa9', a < b\n"),
    ];
    for (name, text) in texts {
        let folder = Folder::new();
        let path = folder.write(name, text);
        let functions = run(&folder, SCAN, &["-q", name], "").succeeds().stdout;
        let last = "2";
        let patch = run(&folder, REWRITE, &["-q", "--patch", "--candidate", last], functions.clone());
        let patch = patch.succeeds().stdout;
        // git takes the patch, and what it makes is what bug-rewrite meant.
        run(&folder, "git", &["apply", "--whitespace=nowarn", "-"], patch).succeeds();
        let changed = std::fs::read(&path).unwrap();
        assert_ne!(changed, text, "{name}");
        let bugs = run(&folder, REWRITE, &["-q", "--candidate", last], functions).succeeds();
        let bug = bugs.records()[0]["text"].as_str().unwrap().to_owned();
        assert!(String::from_utf8(changed).unwrap().contains(&bug), "{name}");
        let repair = run(&folder, REWRITE, &["-q", "--patch"], bugs.stdout).succeeds().stdout;
        run(&folder, "git", &["apply", "--whitespace=nowarn", "-"], repair).succeeds();
        assert_eq!(std::fs::read(&path).unwrap(), text, "{name}");
    }
}

#[test]
fn a_function_that_has_changed_since_is_refused_with_what_was_expected() {
    let folder = Folder::new();
    folder.write("a.py", "x = 1\ndef f(a, b):\n    return a < b\n");
    let functions = run(&folder, SCAN, &["-q", "a.py"], "").succeeds().stdout;
    folder.write("a.py", "x = 1\ndef f(a, b):\n    return a <= b\n");
    let patch = |arguments: &[&str]| {
        run(&folder, REWRITE, &[&["--patch", "--candidate", "0"], arguments].concat(), functions.clone())
            .succeeds()
    };
    let refused = patch(&[]).says("changed: line 3: expected `    return a < b`, found `    return a <= b`");
    assert!(refused.stdout.is_empty());
    folder.write("a.py", "x = 1\n");
    patch(&[]).says("changed: line 2: expected `def f(a, b):`, found ``");
    std::fs::remove_file(folder.join("a.py")).unwrap();
    patch(&[]).says("unreadable");
    patch(&["--root", "nowhere"]).says("unreadable");
}

#[test]
fn what_came_in_a_record_or_is_not_in_utf_8_has_no_patch() {
    let folder = Folder::new();
    folder.write("a.py", b"# coding: latin-1\ndef f(a, b):\n    return a < b, '\xe9'\n");
    let functions = run(&folder, SCAN, &["-q", "a.py"], "").succeeds().stdout;
    let flags = ["--patch", "--candidate", "0"];
    run(&folder, REWRITE, &flags, functions.clone()).succeeds().says("not in UTF-8");
    let unknown = String::from_utf8(functions).unwrap().replacen("\"root\":\".\"", "\"root\":\"\"", 1);
    run(&folder, REWRITE, &flags, unknown).succeeds().says("say with --root where its file is");
}
