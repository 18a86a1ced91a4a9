//! Python itself as the judge: a file with every construct is compiled, compared and run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{hooks, instrumented, script};
use nbinstrument::{Hooks, Preset};
use records::Instrumented;

fn python(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(program);
    Command::new("python3")
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .expect("python3 is needed to test what runs under it")
}

/// Compares and runs a text plain and instrumented; returns the record and the calls of each site.
#[track_caller]
fn behaves(text: &str, hooks: &Hooks) -> (Instrumented, Vec<u64>) {
    let folder = testkit::Folder::new();
    let folder = folder.path();
    let record = instrumented(script(&[text]), hooks);
    fs::write(folder.join("plain.py"), &record.script.code).unwrap();
    fs::write(folder.join("probed.py"), &record.instrumented_code).unwrap();

    let compared = python(folder, "same_tree.py", &["plain.py", "probed.py"]);
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stderr));

    let plain = python(folder, "null_probe.py", &["plain.py", "plain.txt"]);
    let probed = python(folder, "null_probe.py", &["probed.py", "probed.txt"]);
    assert_eq!(plain.status.code(), probed.status.code(), "{}", String::from_utf8_lossy(&probed.stderr));
    let text_of = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(text_of(&plain.stdout), text_of(&probed.stdout));
    assert!(!plain.stdout.is_empty(), "{}", text_of(&plain.stderr));
    assert_eq!(fs::read_to_string(folder.join("plain.txt")).unwrap(), "");

    let mut calls = vec![0; record.sites.len()];
    for line in fs::read_to_string(folder.join("probed.txt")).unwrap().lines() {
        let (site, count) = line.split_once(' ').unwrap();
        calls[site.parse::<usize>().unwrap()] = count.parse().unwrap();
    }
    (record, calls)
}

const TORTURE: &str = include_str!("torture.py");

#[test]
fn torture_with_the_default_hooks() {
    let (record, calls) = behaves(TORTURE, &Hooks::default());
    // Sites that the file never comes to: the walrus and statements behind errors and dead branches.
    let missed: Vec<_> = record
        .sites
        .iter()
        .zip(&calls)
        .filter(|(_, calls)| **calls == 0)
        .map(|(site, _)| site.name.as_str())
        .collect();
    assert_eq!(missed, ["flag", "never", "unused", "left", "broken", "behind", "missing", "also"]);
    assert!(record.sites.len() > 130, "{}", record.sites.len());
    let skipped: Vec<_> = record.skipped.iter().map(|it| (it.reason.as_str(), it.count)).collect();
    assert_eq!(
        skipped,
        [
            ("before_def", 1),
            ("before_while", 1),
            ("class_namespace", 8),
            ("rebound", 3),
            ("source_is_value", 1)
        ]
    );
}

#[test]
fn torture_with_all_hooks_and_with_the_original_set() {
    let (all, calls) = behaves(TORTURE, &hooks("all"));
    for kind in pysource::Kind::ALL {
        let reached =
            all.sites.iter().zip(&calls).filter(|(site, calls)| site.kind == kind.as_str() && **calls > 0);
        assert!(reached.count() > 1, "{kind}");
    }
    let skipped: Vec<_> = all.skipped.iter().map(|it| (it.reason.as_str(), it.count)).collect();
    assert_eq!(
        skipped,
        [
            ("before_def", 5),
            ("before_while", 1),
            ("class_namespace", 12),
            ("future_import", 1),
            ("nothing_follows", 1),
            ("rebound", 4),
            ("second_read", 8),
            ("source_is_value", 2)
        ]
    );
    let (original, _) = behaves(TORTURE, &Preset::Nalin.into());
    assert!(all.sites.len() > original.sites.len());
    assert!(original.sites.iter().all(|site| ["assign", "aug_assign"].contains(&site.kind.as_str())));
}

#[test]
fn an_error_keeps_its_line() {
    for text in [
        "print(1)\nx = 1; y = 1 / 0; z = 2\n",
        "print(1)\nfor x in 1, 2:\n  if x: y = [\n     1,\n     x.no]\n",
        "print(1)\nwith open('/dev/null') as f:\n  for line in f.nothing: pass\n",
    ] {
        let folder = testkit::Folder::new();
        let folder = folder.path();
        let record = instrumented(script(&[text]), &Hooks::default());
        let trace = |name: &str, code: &str| {
            fs::write(folder.join(name), code).unwrap();
            let stderr = String::from_utf8(python(folder, "null_probe.py", &[name, "c.txt"]).stderr).unwrap();
            // The frames of the file itself, and the error; not the runner's own frames.
            let ours = |line: &&str| line.contains("script.py") || !line.starts_with(' ');
            stderr.lines().filter(ours).map(str::to_owned).collect::<Vec<_>>()
        };
        let plain = trace("plain.py", &record.script.code);
        assert!(plain.iter().any(|line| line.contains("Error")), "{plain:?}");
        assert_eq!(plain, trace("probed.py", &record.instrumented_code));
    }
}
