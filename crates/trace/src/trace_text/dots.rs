//! The seed's grammar: a line as it ran, then what it changed.

use records::{Change, TraceEvent};

use super::{Include, Spelling};
use crate::loops::Plan;
use crate::state::State;

/// Tells a trace: first what is bound before the first line, then each line and its changes.
pub fn dots(spelling: &Spelling<'_>, plan: &Plan, include: Include) -> String {
    let program = spelling.program;
    let mut text = Text { spelling, lines: String::new() };
    let initial = program.trace.initial.iter().map(|&(name, value)| Change { name, value });
    text.changes(0, &initial.collect::<Vec<_>>());
    let mut state = State::before(program);
    let mut indentation = 0;
    for (at, event) in program.events.iter().enumerate() {
        if let Some(note) = plan.notes.get(&at) {
            text.dotted(indentation, note);
        }
        // What is left behind is told in the frame that is left.
        let left = spelling.indentation(state.top().line);
        state.apply(event);
        let line = state.top().line;
        if !plan.shown[at] {
            continue;
        }
        indentation = spelling.indentation(line);
        match event {
            TraceEvent::Line { changes, .. } => {
                text.source(line);
                text.changes(indentation, changes);
            }
            TraceEvent::Call { parameters, .. } => {
                text.source(line);
                text.changes(indentation, parameters);
            }
            TraceEvent::Changes(changes) => text.changes(indentation, changes),
            TraceEvent::Return(value) if include.returned => text.value(left, "return", *value),
            TraceEvent::Yield(value) if include.returned => text.value(left, "yield", *value),
            TraceEvent::Raise(value) if include.raised => text.value(indentation, "raise", *value),
            TraceEvent::Output(value) if include.printed => text.value(indentation, "print", *value),
            TraceEvent::Elided => text.dotted(indentation, "(more lines, not recorded)"),
            _ => {}
        }
    }
    if let Some(note) = plan.notes.get(&program.events.len()) {
        text.dotted(0, note);
    }
    if program.trace.truncated {
        text.dotted(0, "(not recorded to its end)");
    }
    if plan.with_end {
        text.dotted(0, "(at the end)");
        spelling.end().iter().for_each(|change| text.dotted(0, change));
    }
    text.lines
}

struct Text<'s> {
    spelling: &'s Spelling<'s>,
    lines: String,
}

impl Text<'_> {
    fn source(&mut self, line: u32) {
        for line in self.spelling.source(line) {
            self.lines.push_str(&line);
            self.lines.push('\n');
        }
    }

    fn dotted(&mut self, indentation: usize, what: &str) {
        self.lines.push_str(&format!("{:indentation$}.. {what}\n", ""));
    }

    fn changes(&mut self, indentation: usize, changes: &[Change]) {
        changes.iter().for_each(|&change| self.dotted(indentation, &self.spelling.change(change)));
    }

    fn value(&mut self, indentation: usize, what: &str, value: u32) {
        let value = self.spelling.value(value);
        self.dotted(indentation, &format!("{what} = {value}"));
    }
}
