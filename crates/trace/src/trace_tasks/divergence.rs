//! Where a program first does something else than its pair: a place of a change that nobody had to label.

use records::{TraceEvent, escape};
use rustc_hash::FxHashMap;
use serde_json::json;

use super::{Question, Task};
use crate::program::Program;

/// The first trace of each pair, until the others come.
pub struct Pairs {
    field: String,
    firsts: FxHashMap<String, Program>,
}

impl Pairs {
    /// Pairs of traces that have the same value in a field.
    pub fn by(field: String) -> Self {
        Self { field, firsts: FxHashMap::default() }
    }

    /// Compares a program with the first of its pair; the first itself gives nothing.
    pub fn compare(&mut self, program: Program) -> Option<(Question, Program)> {
        let key = match self.field.as_str() {
            "repo" => program.trace.repo.clone(),
            "path" => program.trace.path.clone(),
            field => program.trace.extra.get(field).map(ToString::to_string).unwrap_or_default(),
        };
        if key.is_empty() {
            return None;
        }
        if let Some(first) = self.firsts.get(&key) {
            return Some((question(first, &program), program));
        }
        self.firsts.insert(key, program);
        None
    }
}

fn question(first: &Program, other: &Program) -> Question {
    let difference = first_difference(first, other);
    let (event, line, expected, found) = match difference {
        None => (-1, 0, String::new(), String::new()),
        Some(at) => {
            let said = |program: &Program| {
                program.events.get(at).map_or_else(|| "the end".to_owned(), |it| told(program, it))
            };
            (at as i64, line_at(other, at), said(first), said(other))
        }
    };
    let target = match difference {
        None => "nowhere".to_owned(),
        Some(_) => format!("line {line}: {found}"),
    };
    let ends = |code: &str| if code.ends_with('\n') { "" } else { "\n" };
    let (a, b) = (&first.trace.code, &other.trace.code);
    let prompt = format!(
        "# first program:\n{a}{}# second program:\n{b}{}# where the second first does something else:\n",
        ends(a),
        ends(b)
    );
    let meta = vec![
        ("first", json!(first.trace.id)),
        ("event", json!(event)),
        ("line", json!(line)),
        ("expected", json!(expected)),
        ("found", json!(found)),
    ];
    Question { task: Task::Divergence, prompt, target, meta }
}

/// The number of the first event that differs, in what it says and not in how its tables are ordered.
pub fn first_difference(first: &Program, other: &Program) -> Option<usize> {
    let both = first.events.len().max(other.events.len());
    let is_same = |at: usize| match (first.events.get(at), other.events.get(at)) {
        (Some(a), Some(b)) => line_of(a) == line_of(b) && told(first, a) == told(other, b),
        _ => false,
    };
    (0..both).find(|&at| !is_same(at))
}

fn line_of(event: &TraceEvent) -> u32 {
    match event {
        TraceEvent::Line { line, .. } | TraceEvent::Call { line, .. } => *line,
        _ => 0,
    }
}

/// The line at which a program is when an event happens.
fn line_at(program: &Program, at: usize) -> u32 {
    let before = program.events.iter().take(at + 1).rev();
    before.map(line_of).find(|&line| line > 0).unwrap_or(0)
}

/// An event in words.
fn told(program: &Program, event: &TraceEvent) -> String {
    let changes = |all: &[records::Change]| {
        let told = all.iter().map(|it| match program.value(it.value) {
            "" => format!("del {}", escape(program.name(it.name))),
            value => format!("{} = {}", escape(program.name(it.name)), escape(value)),
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let value = |what: &str, place: u32| format!("{what} {}", escape(program.value(place)));
    match event {
        TraceEvent::Line { changes: all, .. } if all.is_empty() => "runs".to_owned(),
        TraceEvent::Line { changes: all, .. } | TraceEvent::Changes(all) => changes(all),
        TraceEvent::Call { function, parameters, .. } => {
            format!("call {}({})", escape(program.name(*function)), changes(parameters))
        }
        TraceEvent::Return(it) => value("return", *it),
        TraceEvent::Raise(it) => value("raise", *it),
        TraceEvent::Output(it) => value("print", *it),
        TraceEvent::Yield(it) => value("yield", *it),
        TraceEvent::Unwind => "left by an error".to_owned(),
        TraceEvent::Resume(call) => format!("call {call} goes on"),
        TraceEvent::Elided => "lines that were not recorded".to_owned(),
    }
}
