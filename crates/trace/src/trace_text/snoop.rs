//! The main forms of snoop's log: calls, numbered lines, what changed, what was returned and raised. No times.

use std::collections::BTreeSet;

use records::{Change, TraceEvent};

use super::Spelling;
use crate::loops::Plan;
use crate::program::Program;
use crate::state::State;

/// Tells a trace as snoop does, four spaces deeper with each call.
pub fn snoop(spelling: &Spelling<'_>, plan: &Plan) -> String {
    let program = spelling.program;
    let generators = generators(program);
    let mut log = Log { spelling, lines: String::new() };
    let mut state = State::before(program);
    let initial = program.trace.initial.iter().map(|&(name, value)| Change { name, value });
    log.changes(0, 0, &initial.collect::<Vec<_>>());
    for (at, event) in program.events.iter().enumerate() {
        if let Some(note) = plan.notes.get(&at) {
            log.put(state.depth(), &format!("...... {note}"));
        }
        let (depth, frame) = (state.depth(), state.top().clone());
        state.apply(event);
        if !plan.shown[at] {
            continue;
        }
        let (top, function) =
            (state.top(), frame.function.map(|name| spelling.name(name)).unwrap_or_default());
        match event {
            TraceEvent::Line { line, changes } => {
                log.line(depth, *line);
                log.changes(depth, *line, changes);
            }
            TraceEvent::Changes(changes) => log.changes(depth, frame.line, changes),
            TraceEvent::Call { line, function, parameters } => {
                let what = if generators.contains(&top.number) { "Start generator" } else { "Call to" };
                log.begin(depth + 1, what, &spelling.name(*function), *line);
                // Parameters stand before the line that defines them.
                log.changes(depth + 1, 0, parameters);
                log.line(depth + 1, *line);
            }
            TraceEvent::Resume(_) => {
                let name = top.function.map(|name| spelling.name(name)).unwrap_or_default();
                log.begin(depth + 1, "Re-enter generator", &name, top.line);
            }
            TraceEvent::Return(value) => {
                log.put(depth, &format!("<<< Return value from {function}: {}", spelling.value(*value)));
            }
            TraceEvent::Yield(value) => {
                log.put(depth, &format!("<<< Yield value from {function}: {}", spelling.value(*value)));
            }
            TraceEvent::Raise(value) => log.put(depth, &format!("!!! {}", spelling.value(*value))),
            TraceEvent::Unwind => log.put(depth, "!!! Call ended by exception"),
            TraceEvent::Elided => log.put(depth, "...... (more lines, not recorded)"),
            TraceEvent::Output(_) => {}
        }
    }
    if let Some(note) = plan.notes.get(&program.events.len()) {
        log.put(0, &format!("...... {note}"));
    }
    if program.trace.truncated {
        log.put(0, "...... (not recorded to its end)");
    }
    if plan.with_end {
        log.put(0, "...... (at the end)");
        spelling.end().iter().for_each(|change| log.put(0, &format!("...... {change}")));
    }
    log.lines
}

/// The numbers of the frames that yield.
fn generators(program: &Program) -> BTreeSet<u32> {
    let mut state = State::before(program);
    let mut found = BTreeSet::new();
    for event in &program.events {
        if matches!(event, TraceEvent::Yield(_)) {
            found.insert(state.top().number);
        }
        state.apply(event);
    }
    found
}

struct Log<'s> {
    spelling: &'s Spelling<'s>,
    lines: String,
}

impl Log<'_> {
    fn put(&mut self, depth: usize, what: &str) {
        // Depth without measure would make lines without measure.
        let spaces = 4 * depth.min(64);
        self.lines.push_str(&format!("{:spaces$}{what}\n", ""));
    }

    fn begin(&mut self, depth: usize, what: &str, function: &str, line: u32) {
        let path = records::escape(&self.spelling.program.trace.path);
        self.put(depth, &format!(">>> {what} {function} in File \"{path}\", line {line}"));
    }

    fn line(&mut self, depth: usize, line: u32) {
        for (number, text) in (line..).zip(self.spelling.source(line)) {
            self.put(depth, &format!("{number:4} | {text}"));
        }
    }

    fn changes(&mut self, depth: usize, line: u32, changes: &[Change]) {
        let dots = ".".repeat(6 + if line == 0 { 0 } else { self.spelling.indentation(line) });
        let source = if line == 0 { Vec::new() } else { self.spelling.source(line) };
        for &change in changes {
            let told = self.spelling.change(change);
            // A line that says so itself needs no repetition.
            if source.iter().all(|text| text.trim() != told) {
                self.put(depth, &format!("{dots} {told}"));
            }
        }
    }
}
