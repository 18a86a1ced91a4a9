//! Replay: from events to frames and what their variables hold. What texts, tasks, figures and checks share.

use std::collections::BTreeMap;

use records::{Change, TraceEvent};

use crate::program::Program;

/// A function (or the program itself) at work.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// 0 of the program, else one more than the calls before it.
    pub number: u32,
    /// Place of its function's name; `None` of the program.
    pub function: Option<u32>,
    /// The line that it is at, 0 before the first.
    pub line: u32,
    /// What is bound, in the order of first binding: places of names and values.
    pub variables: Vec<Change>,
}

impl Frame {
    fn apply(&mut self, changes: &[Change], empty: Option<u32>) {
        for change in changes {
            let at = self.variables.iter().position(|it| it.name == change.name);
            match at {
                Some(at) if Some(change.value) == empty => {
                    self.variables.remove(at);
                }
                Some(at) => self.variables[at] = *change,
                None if Some(change.value) == empty => {}
                None => self.variables.push(*change),
            }
        }
    }

    /// The place of the value that a name has.
    pub fn value_of(&self, name: u32) -> Option<u32> {
        self.variables.iter().find(|it| it.name == name).map(|it| it.value)
    }
}

/// The frames of a program as its events go by.
pub struct State<'p> {
    program: &'p Program,
    /// The value that says "deleted".
    empty: Option<u32>,
    stack: Vec<Frame>,
    waiting: BTreeMap<u32, Frame>,
    calls: u32,
}

impl<'p> State<'p> {
    /// The state before the first line.
    pub fn before(program: &'p Program) -> Self {
        let empty = program.trace.values.iter().position(String::is_empty);
        let empty = empty.and_then(|at| u32::try_from(at).ok());
        let mut first = Frame::default();
        let initial = program.trace.initial.iter().map(|&(name, value)| Change { name, value });
        first.apply(&initial.collect::<Vec<_>>(), empty);
        Self { program, empty, stack: vec![first], waiting: BTreeMap::new(), calls: 0 }
    }

    /// The frame on top.
    pub fn top(&self) -> &Frame {
        self.stack.last().expect("the program's own frame stays")
    }

    /// The program's own frame.
    pub fn bottom(&self) -> &Frame {
        &self.stack[0]
    }

    /// How many calls are open.
    pub fn depth(&self) -> usize {
        self.stack.len() - 1
    }

    fn top_mut(&mut self) -> &mut Frame {
        self.stack.last_mut().expect("the program's own frame stays")
    }

    /// Lets an event happen.
    pub fn apply(&mut self, event: &TraceEvent) {
        let empty = self.empty;
        match event {
            TraceEvent::Line { line, changes } => {
                let top = self.top_mut();
                top.line = *line;
                top.apply(changes, empty);
            }
            TraceEvent::Changes(changes) => self.top_mut().apply(changes, empty),
            TraceEvent::Call { line, function, parameters } => {
                self.calls += 1;
                let mut frame = Frame {
                    number: self.calls,
                    function: Some(*function),
                    line: *line,
                    variables: Vec::new(),
                };
                frame.apply(parameters, empty);
                self.stack.push(frame);
            }
            TraceEvent::Return(_) | TraceEvent::Unwind => {
                self.pop();
            }
            TraceEvent::Yield(_) => {
                if let Some(frame) = self.pop() {
                    self.waiting.insert(frame.number, frame);
                }
            }
            TraceEvent::Resume(call) => {
                let number = call + 1;
                // A frame that is not waiting is resumed only in a broken trace: then nothing is known of it.
                let frame = self.waiting.remove(&number).unwrap_or(Frame { number, ..Frame::default() });
                self.stack.push(frame);
            }
            TraceEvent::Raise(_) | TraceEvent::Output(_) | TraceEvent::Elided => {}
        }
    }

    fn pop(&mut self) -> Option<Frame> {
        if self.stack.len() > 1 { self.stack.pop() } else { None }
    }

    /// What a frame's variables hold, as texts.
    pub fn bound<'s>(&'s self, frame: &'s Frame) -> impl Iterator<Item = (&'p str, &'p str)> + 's {
        let program = self.program;
        frame.variables.iter().map(|it| (program.name(it.name), program.value(it.value)))
    }
}

#[cfg(test)]
mod tests {
    use records::{Change, TraceEvent};

    use super::State;
    use crate::samples::program;

    #[test]
    fn frames_come_wait_and_go() {
        let change = |name, value| Change { name, value };
        let events = vec![
            TraceEvent::Line { line: 1, changes: vec![change(0, 0)] },
            TraceEvent::Call { line: 1, function: 1, parameters: vec![change(2, 1)] },
            TraceEvent::Line { line: 2, changes: vec![change(3, 1)] },
            TraceEvent::Yield(1),
            TraceEvent::Changes(vec![change(0, 2)]),
            TraceEvent::Resume(0),
            TraceEvent::Unwind,
        ];
        let program = program("", &["a", "f", "n", "i"], &["1", "2", ""], &events);
        let mut state = State::before(&program);
        let mut seen = Vec::new();
        for event in &events {
            state.apply(event);
            let bound: Vec<_> =
                state.bound(state.top()).map(|(name, value)| format!("{name}={value}")).collect();
            seen.push(format!("{}:{} {}", state.depth(), state.top().line, bound.join(" ")));
        }
        assert_eq!(seen, ["0:1 a=1", "1:1 n=2", "1:2 n=2 i=2", "0:1 a=1", "0:1 ", "1:2 n=2 i=2", "0:1 "]);
    }
}
