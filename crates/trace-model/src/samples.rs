//! Small traces for tests.

use records::{Change, Trace, TraceEvent, encode_events};

/// A trace of a program: names and values by their texts.
pub(crate) fn trace(code: &str, events: &[TraceEvent], names: &[&str], values: &[&str]) -> Trace {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    Trace {
        schema: "trace/1".to_owned(),
        id: "a".to_owned(),
        repo: "made/1/a".to_owned(),
        language: "python".to_owned(),
        python: "3.11.7".to_owned(),
        engine: "rewrite".to_owned(),
        code: code.to_owned(),
        names: texts(names),
        values: texts(values),
        events: encode_events(events),
        ..Trace::default()
    }
}

/// A line that runs, with what it changes.
pub(crate) fn line(line: u32, changes: &[(u32, u32)]) -> TraceEvent {
    TraceEvent::Line { line, changes: pairs(changes) }
}

/// Names and values by their places.
pub(crate) fn pairs(changes: &[(u32, u32)]) -> Vec<Change> {
    changes.iter().map(|&(name, value)| Change { name, value }).collect()
}
