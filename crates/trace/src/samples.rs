//! Small traces for tests.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use records::{Record as _, Trace, TraceEvent, encode_events};

use crate::program::Program;

/// A trace of some code.
pub fn program(code: &str, names: &[&str], values: &[&str], events: &[TraceEvent]) -> Program {
    let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
    Program::new(Trace {
        schema: Trace::SCHEMA.to_owned(),
        id: "00112233445566778899".to_owned(),
        notebook: "99887766554433221100".to_owned(),
        path: "a.py".to_owned(),
        repo: "r".to_owned(),
        language: "python".to_owned(),
        python: "3.11.7".to_owned(),
        engine: "settrace".to_owned(),
        code: code.to_owned(),
        names: texts(names),
        values: texts(values),
        events: encode_events(events),
        ..Trace::default()
    })
    .unwrap()
}

/// The traces of `tests/small.jsonl`, as a recorder wrote them.
pub fn recorded() -> Vec<Program> {
    let lines = include_str!("../tests/small.jsonl").lines();
    lines.map(|line| Program::new(serde_json::from_str(line).unwrap()).unwrap()).collect()
}

/// One of them, by its path.
pub fn recorded_at(path: &str) -> Program {
    recorded().into_iter().find(|program| program.trace.path == path).unwrap()
}
