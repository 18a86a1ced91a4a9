//! Moments of a trace that can be asked about.

use records::TraceEvent;
use rustc_hash::FxHashMap;

use crate::program::Program;
use crate::state::State;

/// A line that ran, and nothing ran in between that could have changed something: no call, no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub at: usize,
    /// The line.
    pub line: u32,
    /// The how manieth time it ran, from 1.
    pub time: u32,
    /// Whether it changed anything.
    pub changes: bool,
    /// The line behind it, when that runs in the same frame; 0 when the frame is left or the trace ends.
    pub next_line: u32,
}

/// The steps of a program, in order.
pub fn steps(program: &Program) -> Vec<Step> {
    let mut times: FxHashMap<u32, u32> = FxHashMap::default();
    let mut steps = Vec::new();
    let whole = !program.trace.truncated && program.trace.exception.is_empty();
    for (at, event) in program.events.iter().enumerate() {
        let TraceEvent::Line { line, changes } = event else { continue };
        let time = times.entry(*line).or_default();
        *time += 1;
        let next_line = match program.events.get(at + 1) {
            Some(TraceEvent::Line { line, .. }) => *line,
            Some(TraceEvent::Return(_) | TraceEvent::Yield(_)) => 0,
            None if whole => 0,
            _ => continue,
        };
        steps.push(Step { at, line: *line, time: *time, changes: !changes.is_empty(), next_line });
    }
    steps
}

/// What is bound in the frame on top before an event and after it: names and texts of values.
pub fn around(program: &Program, at: usize) -> [Vec<(String, String)>; 2] {
    let mut state = State::before(program);
    program.events[..at].iter().for_each(|event| state.apply(event));
    let bound = |state: &State<'_>| {
        state.bound(state.top()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let before = bound(&state);
    state.apply(&program.events[at]);
    [before, bound(&state)]
}
