//! The source once, behind each line a comment with the states after it, numbered in the order of running.

use std::collections::BTreeMap;

use records::{Change, TraceEvent};

use super::{Include, Spelling};
use crate::loops::Plan;
use crate::state::State;

/// Tells a trace in the margin of its program: `x += 1  # (3) x = 2; (7) x = 3`.
pub fn inline(spelling: &Spelling<'_>, plan: &Plan, include: Include) -> String {
    let program = spelling.program;
    let mut margin: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut state = State::before(program);
    let mut number = 0;
    let first_line = |line: u32| spelling.statements.around(line).map_or(line, |statement| statement.line);
    for (at, event) in program.events.iter().enumerate() {
        let left = first_line(state.top().line);
        state.apply(event);
        let line = first_line(state.top().line);
        let begins = matches!(event, TraceEvent::Line { .. } | TraceEvent::Call { .. });
        number += u32::from(begins);
        if let Some(note) = plan.notes.get(&at) {
            margin.entry(line).or_default().push(note.clone());
        }
        if !plan.shown[at] {
            continue;
        }
        let shown = |changes: &[Change]| {
            let all: Vec<String> = changes.iter().map(|&change| spelling.change(change)).collect();
            format!("({number}) {}", all.join(", ")).trim_end().to_owned()
        };
        let value = |what: &str, value: u32| format!("({number}) {what} = {}", spelling.value(value));
        let (line, note) = match event {
            TraceEvent::Line { changes, .. } => (line, shown(changes)),
            TraceEvent::Call { parameters, .. } => (line, shown(parameters)),
            TraceEvent::Changes(changes) => (line, shown(changes)),
            TraceEvent::Return(it) if include.returned => (left, value("return", *it)),
            TraceEvent::Yield(it) if include.returned => (left, value("yield", *it)),
            TraceEvent::Raise(it) if include.raised => (line, value("raise", *it)),
            TraceEvent::Output(it) if include.printed => (line, value("print", *it)),
            TraceEvent::Elided => (line, "(more, not recorded)".to_owned()),
            _ => continue,
        };
        margin.entry(line).or_default().push(note);
    }
    let mut text = String::new();
    let initial = program.trace.initial.iter().map(|&(name, value)| Change { name, value });
    initial.for_each(|change| text.push_str(&format!("# (0) {}\n", spelling.change(change))));
    let mut line = 1;
    while line <= spelling.statements.n_lines() {
        let range = spelling.statements.lines_at(line);
        let is_statement = spelling.statements.at(line).is_some();
        // Comments would tell what characters that mean nothing hide.
        if is_statement || spelling.glyphs.is_none() {
            text.push_str(&spelling.source(line).join("\n"));
        }
        if let Some(notes) = margin.get(&line) {
            text.push_str(&format!("  # {}", notes.join("; ")));
        }
        text.push('\n');
        line = range.end;
    }
    let whole = program.events.len();
    let last = plan.notes.get(&whole).cloned();
    let torn = program.trace.truncated.then(|| "(not recorded to its end)".to_owned());
    last.into_iter().chain(torn).for_each(|note| text.push_str(&format!("# {note}\n")));
    if plan.with_end {
        text.push_str(&format!("# (at the end) {}\n", spelling.end().join(", ")));
    }
    text
}
