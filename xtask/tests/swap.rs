//! The replacements of examples/swap do what their neighbours expect.

use std::path::{Path, PathBuf};

use records::{Pair, Record, Scored};
use testkit::{CHECKS, Command, Program, sample};

fn example(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/swap").join(name);
    path.to_str().expect("the project's path is UTF-8").to_owned()
}

fn program(input: &str, command: &[&str]) -> Program {
    Program {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        input: input.to_owned(),
        common_flags: false,
        hands_on_fields: true,
    }
}

#[track_caller]
fn conforms(program: &Program) {
    for check in &CHECKS {
        if let Err(trouble) = (check.run)(program) {
            panic!("{}: {trouble}", check.name);
        }
    }
}

fn parse<T: Record>(output: &[u8]) -> Vec<T> {
    let text = std::str::from_utf8(output).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn assign_merge_in_jq() {
    let filter = example("assign-merge.jq");
    conforms(&program("assignment", &["jq", "-c", "-f", &filter]));
    let finished =
        Command::new("jq").args(["-c", "-f", &filter]).stdin(sample("assignment")).run().succeeds();
    let pairs: Vec<Pair> = parse(&finished.stdout);
    assert!(!pairs.is_empty());
    for pair in pairs {
        assert_eq!(pair.schema, Pair::SCHEMA);
        assert!(pair.value.type_name.ends_with(&pair.type_class) && !pair.type_class.contains('.'));
    }
}

#[test]
fn nalin_score_in_python() {
    let script = example("score.py");
    conforms(&program("pair", &["python3", &script]));
    let finished = Command::new("python3").args([&script]).stdin(sample("pair")).run().succeeds();
    let scored: Vec<Scored> = parse(&finished.stdout);
    assert_eq!(
        scored.len(),
        sample("pair").split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count()
    );
    assert!(
        scored.iter().all(|record| (0.0..1.0).contains(&record.score) && record.schema == Scored::SCHEMA)
    );
}
