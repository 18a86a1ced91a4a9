//! A tag for each line that ran, with all that is bound in its frame behind it.

use records::TraceEvent;

use super::Spelling;
use crate::loops::Plan;
use crate::state::{Frame, State};

/// Tells a trace as `<line> <3> <state> a : 1 <dictsep> b : 2 </state>`, one line a step.
pub fn codeexecutor(spelling: &Spelling<'_>, plan: &Plan) -> String {
    let program = spelling.program;
    let mut text = String::new();
    let mut state = State::before(program);
    for (at, event) in program.events.iter().enumerate() {
        state.apply(event);
        if let Some(note) = plan.notes.get(&at) {
            text.push_str(&format!("<elided> {note}\n"));
        }
        let changes_state =
            matches!(event, TraceEvent::Line { .. } | TraceEvent::Call { .. } | TraceEvent::Changes(_));
        if plan.shown[at] && changes_state {
            text.push_str(&step(spelling, state.top()));
        } else if plan.shown[at] && matches!(event, TraceEvent::Elided) {
            text.push_str("<elided> (more lines, not recorded)\n");
        }
    }
    if let Some(note) = plan.notes.get(&program.events.len()) {
        text.push_str(&format!("<elided> {note}\n"));
    }
    if program.trace.truncated {
        text.push_str("<elided> (not recorded to its end)\n");
    }
    if plan.with_end {
        text.push_str(&step(spelling, state.bottom()));
    }
    text
}

fn step(spelling: &Spelling<'_>, frame: &Frame) -> String {
    let bound = |change: &records::Change| {
        format!("{} : {}", spelling.name(change.name), harmless(&spelling.value(change.value)))
    };
    let all: Vec<String> = frame.variables.iter().map(bound).collect();
    let state = if all.is_empty() { String::new() } else { format!("{} ", all.join(" <dictsep> ")) };
    format!("<line> <{}> <state> {state}</state>\n", frame.line)
}

/// A value that has no tag of ours in it.
fn harmless(value: &str) -> String {
    let mut value = value.to_owned();
    for tag in ["<line>", "<state>", "</state>", "<dictsep>", "<elided>"] {
        value = value.replace(tag, &format!("\\x3c{}", &tag[1..]));
    }
    value
}
