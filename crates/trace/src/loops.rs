//! The iterations of loops in a trace, and which events a text shows.

use std::collections::BTreeMap;
use std::ops::Range;

use records::TraceEvent;

use crate::program::Program;
use crate::state::State;
use crate::statements::{Statement, Statements};
use crate::tokens::Kind;

/// A loop that ran once from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Line of its header.
    pub line: u32,
    /// The events of each iteration, one behind the other: from the header to the next time it is reached.
    pub iterations: Vec<Range<usize>>,
    /// Whether it was left the ordinary way or by `break`, not by an exception or the end of the trace.
    pub ended: bool,
    /// Whether its frame waited meanwhile: others ran between its iterations.
    pub yields: bool,
}

/// An iteration of a frame's loop that is under way.
struct Open {
    line: u32,
    starts: Vec<usize>,
    yields: bool,
}

/// The loops of a program in the order in which they ended.
pub fn loops(program: &Program, statements: &Statements<'_>) -> Vec<Loop> {
    let mut state = State::before(program);
    let silent = silent(statements);
    let mut open: BTreeMap<u32, Vec<Open>> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, event) in program.events.iter().enumerate() {
        let before = state.top().number;
        match event {
            TraceEvent::Line { line, .. } => {
                let frame = open.entry(before).or_default();
                while let Some(innermost) = frame.pop_if(|it| !belongs(statements, it.line, *line)) {
                    found.push(close(innermost, at, true, statements, program));
                }
                let is_loop = statements.at(*line).is_some_and(Statement::is_loop);
                if let Some(header) = is_loop.then_some(*line).or_else(|| silent.get(line).copied()) {
                    match frame.last_mut() {
                        Some(innermost) if innermost.line == header => innermost.starts.push(at),
                        _ => frame.push(Open { line: header, starts: vec![at], yields: false }),
                    }
                }
            }
            TraceEvent::Return(_) | TraceEvent::Unwind => {
                for it in open.remove(&before).into_iter().flatten().rev() {
                    let ended = matches!(event, TraceEvent::Return(_));
                    found.push(close(it, at, ended, statements, program));
                }
            }
            TraceEvent::Yield(_) => {
                open.entry(before).or_default().iter_mut().for_each(|it| it.yields = true);
            }
            _ => {}
        }
        state.apply(event);
    }
    let end = program.events.len();
    let whole = !program.trace.truncated && program.trace.exception.is_empty();
    for (frame, loops) in open {
        for it in loops.into_iter().rev() {
            found.push(close(it, end, whole && frame == 0, statements, program));
        }
    }
    found
}

/// Loops whose header is never told, because it asks nothing (`while True:`), by the first line of their body; those
/// that begin with another loop are left out.
fn silent(statements: &Statements<'_>) -> BTreeMap<u32, u32> {
    let mut found = BTreeMap::new();
    for header in statements.all().iter().filter(|it| it.keyword() == "while" && it.is_loop()) {
        let asks_nothing = matches!(&header.tokens[1..], [it, _] if it.kind == Kind::Value);
        let mut first = statements.behind(header.last_line);
        while let Some(attempt) = first.filter(|it| it.keyword() == "try") {
            first = statements.behind(attempt.last_line);
        }
        if let Some(first) = first.filter(|it| asks_nothing && !it.is_loop()) {
            found.insert(first.line, header.line);
        }
    }
    found
}

/// Whether a line is the header of a loop or in its body.
fn belongs(statements: &Statements<'_>, header: u32, line: u32) -> bool {
    line == header || statements.at(header).is_some_and(|statement| statement.holds(line))
}

fn close(open: Open, end: usize, ended: bool, statements: &Statements<'_>, program: &Program) -> Loop {
    let ends = open.starts.iter().skip(1).copied().chain([end]);
    let mut iterations: Vec<Range<usize>> =
        open.starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect();
    // The header is reached once more to find that nothing is left.
    let runs_body = |range: &Range<usize>| {
        program.events[range.clone()].iter().any(|event| {
            matches!(event, TraceEvent::Line { line, .. }
                if statements.at(open.line).is_some_and(|it| it.holds(*line)))
        })
    };
    if iterations.last().is_some_and(|last| !runs_body(last)) {
        iterations.pop();
    }
    Loop { line: open.line, iterations, ended, yields: open.yields }
}

/// Which events a text shows, and what it says of those that it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For each event whether it is shown.
    pub shown: Vec<bool>,
    /// What is said before an event (or behind the last).
    pub notes: BTreeMap<usize, String>,
    /// Whether the state at the end is told beside.
    pub with_end: bool,
}

impl Plan {
    /// Everything.
    pub fn all(program: &Program) -> Self {
        Self { shown: vec![true; program.events.len()], notes: BTreeMap::new(), with_end: false }
    }

    /// Of each loop the first `first` iterations and the last.
    pub fn elide(&mut self, loops: &[Loop], first: usize) {
        // What runs between the iterations of a generator is not its own to leave out.
        for it in loops.iter().filter(|it| !it.yields) {
            let n = it.iterations.len();
            if n > first + 1 {
                let left_out = it.iterations[first].start..it.iterations[n - 1].start;
                let more = n - 1 - first;
                self.leave_out(left_out, format!("({more} more {})", plural(more, "iteration")));
            }
        }
    }

    /// No calls that are deeper than this.
    pub fn bound_depth(&mut self, program: &Program, most: usize) {
        let mut state = State::before(program);
        let mut start = None;
        for (at, event) in program.events.iter().enumerate() {
            let was = state.depth();
            state.apply(event);
            match (was > most, state.depth() > most) {
                (false, true) => start = Some(at),
                (true, false) => self.leave_out_call(start.take().unwrap_or(0)..at + 1),
                _ => {}
            }
        }
        if let Some(start) = start {
            self.leave_out_call(start..program.events.len());
        }
    }

    fn leave_out_call(&mut self, range: Range<usize>) {
        let n = range.len();
        self.leave_out(range, format!("(a call of {n} {})", plural(n, "event")));
    }

    /// Only the first events.
    pub fn stop_at(&mut self, end: usize) {
        let left = self.shown.len().saturating_sub(end);
        if left > 0 {
            self.leave_out(end..self.shown.len(), format!("({left} more {})", plural(left, "event")));
        }
    }

    fn leave_out(&mut self, range: Range<usize>, note: String) {
        if !self.shown[range.clone()].iter().any(|shown| *shown) {
            return;
        }
        self.shown[range.clone()].fill(false);
        let inner: Vec<usize> = self.notes.range(range.clone()).map(|(at, _)| *at).collect();
        inner.iter().for_each(|at| {
            self.notes.remove(at);
        });
        self.notes.insert(range.start, note);
    }
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use records::TraceEvent;

    use super::{Plan, loops};
    use crate::samples::{program, recorded_at};
    use crate::statements::Statements;

    #[test]
    fn loops_have_iterations() {
        let program = recorded_at("loop.py");
        let statements = Statements::of(&program.trace.code);
        let all = loops(&program, &statements);
        let seen: Vec<_> = all.iter().map(|it| (it.line, it.iterations.len(), it.ended)).collect();
        assert_eq!(seen, [(2, 20, true), (7, 4, true)]);
        let generator = recorded_at("gen.py");
        let statements = Statements::of(&generator.trace.code);
        let seen: Vec<_> = loops(&generator, &statements)
            .iter()
            .map(|it| (it.line, it.iterations.len(), it.ended))
            .collect();
        assert_eq!(seen, [(3, 3, true), (8, 3, true)]);
    }

    #[test]
    fn loops_without_a_question_are_counted_by_their_first_line() {
        let code = "n = 0\nwhile True:\n    try:\n        n += 1\n        if n > 2:\n            break\n    finally:\n        pass\n";
        let line = |line| TraceEvent::Line { line, changes: Vec::new() };
        let events = [1, 4, 5, 4, 5, 4, 5, 6].map(line);
        let program = program(code, &[], &[], &events);
        let all = loops(&program, &Statements::of(code));
        let seen: Vec<_> = all.iter().map(|it| (it.line, it.iterations.clone())).collect();
        assert_eq!(seen, [(2, vec![1..3, 3..5, 5..8])]);
    }

    #[test]
    fn plans_leave_out_and_say_so() {
        let program = recorded_at("loop.py");
        let statements = Statements::of(&program.trace.code);
        let mut plan = Plan::all(&program);
        plan.elide(&loops(&program, &statements), 2);
        let notes: Vec<_> = plan.notes.values().map(String::as_str).collect();
        assert_eq!(notes, ["(17 more iterations)", "(1 more iteration)"]);
        plan.stop_at(3);
        assert_eq!(plan.shown.iter().filter(|shown| **shown).count(), 3);
        assert_eq!(plan.notes.len(), 1, "{:?}", plan.notes);

        let program = recorded_at("fact.py");
        let mut plan = Plan::all(&program);
        plan.bound_depth(&program, 1);
        let notes: Vec<_> = plan.notes.values().map(String::as_str).collect();
        assert_eq!(notes, ["(a call of 12 events)"]);
    }
}
