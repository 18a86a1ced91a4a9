//! The seed's grammar: a line as it ran, then what it changed.

use records::{Change, TraceEvent};

use super::{Beside, Spoken};
use crate::loops::Plan;
use crate::state::State;

/// Tells a trace: first what is bound before the first line, then each line and its changes.
pub fn dots(spoken: &Spoken<'_>, plan: &Plan, beside: Beside) -> String {
    let program = spoken.program;
    let mut text = Text { spoken, lines: String::new() };
    let initial = program.trace.initial.iter().map(|&(name, value)| Change { name, value });
    text.changes(0, &initial.collect::<Vec<_>>());
    let mut state = State::before(program);
    let mut indentation = 0;
    for (at, event) in program.events.iter().enumerate() {
        if let Some(note) = plan.notes.get(&at) {
            text.dotted(indentation, note);
        }
        // What is left behind is told in the frame that is left.
        let left = spoken.indentation(state.top().line);
        state.apply(event);
        let line = state.top().line;
        if !plan.shown[at] {
            continue;
        }
        indentation = spoken.indentation(line);
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
            TraceEvent::Return(value) if beside.returned => text.told(left, "return", *value),
            TraceEvent::Yield(value) if beside.returned => text.told(left, "yield", *value),
            TraceEvent::Raise(value) if beside.raised => text.told(indentation, "raise", *value),
            TraceEvent::Output(value) if beside.printed => text.told(indentation, "print", *value),
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
        spoken.end().iter().for_each(|change| text.dotted(0, change));
    }
    text.lines
}

struct Text<'s> {
    spoken: &'s Spoken<'s>,
    lines: String,
}

impl Text<'_> {
    fn source(&mut self, line: u32) {
        for line in self.spoken.source(line) {
            self.lines.push_str(&line);
            self.lines.push('\n');
        }
    }

    fn dotted(&mut self, indentation: usize, what: &str) {
        self.lines.push_str(&format!("{:indentation$}.. {what}\n", ""));
    }

    fn changes(&mut self, indentation: usize, changes: &[Change]) {
        changes.iter().for_each(|&change| self.dotted(indentation, &self.spoken.change(change)));
    }

    fn told(&mut self, indentation: usize, what: &str, value: u32) {
        let value = self.spoken.value(value);
        self.dotted(indentation, &format!("{what} = {value}"));
    }
}
