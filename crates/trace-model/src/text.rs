//! A program and its trace, or a question about it, as the text that a model reads.
//!
//! ```text
//! 1 x = 12            the program, each line behind its number
//! 2 y = x * 3
//! --
//! 1 x=12              a line as it ran, and the state behind it
//! 2 x=12; y=36        (`delta`: only what changed, `2 y=36`)
//! .
//! ```
//!
//! A state is that of the frame on top; functions, classes and modules are shown when they are bound and not
//! again. `> f a=1` is a call, `< 7` its value, `+ y=7` what the waiting line changed, `" 7` a text written,
//! `! E: m` an exception, `^` a frame left by it, `~ 7` a value given by a generator, `& 0` its going on, `...`
//! lines that were not recorded, `@ x=12` a whole state between changes (`--refresh`). Each line begins with the
//! newline that ends the one before.

use records::{Trace, TraceEvent, TraceTask};
use serde::{Deserialize, Serialize};

use crate::facts::{self, Step};
use crate::frames::{Frame, Frames};
use crate::vocabulary as words;

/// What a text shows of a program.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The whole state behind each line
    #[default]
    Full,
    /// Only what each line changed
    Delta,
    /// The program alone
    Code,
    /// What `trace-tasks` asks, and the answer
    Tasks,
}

impl Format {
    /// Its name, as a command line and a record have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
            Self::Code => "code",
            Self::Tasks => "tasks",
        }
    }
}

/// How texts are made of traces.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct Style {
    /// What is shown.
    pub format: Format,
    /// In a text of changes the whole state is shown after so many lines; 0: never.
    pub refresh: u32,
    /// Operators that are shown as another sign, in programs alone.
    pub signs: Vec<(String, String)>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// What a part of a text is. The number is that of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Of the program.
    Code,
    /// What a step begins with: which line, or which kind.
    Head(u32),
    /// A value that the step changed.
    Changed(u32),
    /// The rest of a step: values that it left as they were, separators.
    Kept(u32),
    /// The end of the text.
    End,
}

/// A text and what its parts are.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The parts in their order.
    pub pieces: Vec<Piece>,
    /// The steps that the numbers of roles stand for.
    pub steps: Vec<Step>,
}

/// The text of a question: what is given, and behind `? ` the answer. Where nothing is given the answer is the whole text.
pub fn render_task(task: &TraceTask) -> Text {
    let mut pieces = vec![Piece { text: format!("\n{}", task.prompt.trim_end()), role: Role::Code }];
    if !task.prompt.is_empty() {
        pieces.push(Piece { text: words::QUESTION.to_owned(), role: Role::Head(0) });
    }
    pieces.push(Piece { text: task.target.clone(), role: Role::Changed(0) });
    pieces.push(Piece { text: words::END.to_owned(), role: Role::End });
    Text { pieces, steps: vec![Step { operator: "question", ..Step::default() }] }
}

/// The text of a trace. What cannot be read of its events is an error of whoever wrote them.
///
/// # Errors
/// If the events are broken, or speak of names and values that are none.
pub fn render(trace: &Trace, style: &Style) -> Result<Text, String> {
    let events = records::decode_events(&trace.events).map_err(|broken| broken.to_string())?;
    let mut writer = Writer { trace, style, text: Text::default(), frames: Frames::default(), lines: 0 };
    writer.program();
    if style.format != Format::Code {
        writer.push(words::TRACE, Role::Code);
        writer.run(&events)?;
    }
    writer.push(words::END, Role::End);
    Ok(writer.text)
}

/// A line of a program with other signs for some operators.
pub fn sign_line(line: &str, signs: &[(String, String)]) -> String {
    let sign = |word: &str| -> String {
        let (stem, equals) = match word.strip_suffix('=') {
            Some(stem) if !stem.is_empty() && !"=<>!".contains(stem) => (stem, "="),
            _ => (word, ""),
        };
        match signs.iter().find(|(operator, _)| operator == stem) {
            Some((_, sign)) => format!("{sign}{equals}"),
            None => word.to_owned(),
        }
    };
    line.split(' ').map(sign).collect::<Vec<_>>().join(" ")
}

struct Writer<'a> {
    trace: &'a Trace,
    style: &'a Style,
    text: Text,
    frames: Frames<'a>,
    /// Lines since the last whole state.
    lines: u32,
}

impl<'a> Writer<'a> {
    fn push(&mut self, text: impl Into<String>, role: Role) {
        self.text.pieces.push(Piece { text: text.into(), role });
    }

    fn program(&mut self) {
        for (number, line) in (1..).zip(self.trace.code.lines()) {
            self.push(format!("\n{number} {}", sign_line(line, &self.style.signs)), Role::Code);
        }
    }

    fn name(&self, place: u32) -> Result<&'a str, String> {
        let name = self.trace.names.get(place as usize);
        Ok(name.ok_or_else(|| format!("there is no name {place}"))?)
    }

    fn value(&self, place: u32) -> Result<&'a str, String> {
        let value = self.trace.values.get(place as usize);
        Ok(value.ok_or_else(|| format!("there is no value {place}"))?)
    }

    fn pairs(&self, changes: &[records::Change]) -> Result<Vec<(&'a str, &'a str)>, String> {
        changes.iter().map(|change| Ok((self.name(change.name)?, self.value(change.value)?))).collect()
    }

    fn run(&mut self, events: &[TraceEvent]) -> Result<(), String> {
        for &(name, value) in &self.trace.initial {
            let (name, value) = (self.name(name)?, self.value(value)?);
            self.frames.top().set(name, value, 0);
        }
        if !self.trace.initial.is_empty() {
            self.step(words::STATE, Step::default(), &[], true);
        }
        for event in events {
            self.event(event)?;
        }
        Ok(())
    }

    fn event(&mut self, event: &TraceEvent) -> Result<(), String> {
        let now = self.text.steps.len() as u32;
        let full = self.style.format == Format::Full;
        match event {
            TraceEvent::Line { line, changes } => {
                let pairs = self.pairs(changes)?;
                let step = self.facts(*line, &pairs, now);
                self.frames.set(*line, &pairs, now);
                self.step(&format!("\n{line} "), step, &pairs, full);
                self.lines += 1;
                if !full && self.style.refresh > 0 && self.lines >= self.style.refresh {
                    self.lines = 0;
                    self.step(words::STATE, Step::default(), &[], true);
                }
            }
            TraceEvent::Changes(changes) => {
                let pairs = self.pairs(changes)?;
                let line = self.frames.top().line;
                let step = self.facts(line, &pairs, now);
                self.frames.set(line, &pairs, now);
                self.step(words::CHANGES, step, &pairs, full);
            }
            TraceEvent::Call { function, parameters, line } => {
                let pairs = self.pairs(parameters)?;
                let head = format!("{}{}", words::CALL, self.name(*function)?);
                self.frames.call(Frame::new(*line));
                self.frames.set(*line, &pairs, now);
                self.step(&head, Step::default(), &pairs, false);
            }
            TraceEvent::Return(value) => self.leave(words::RETURN, *value, false)?,
            TraceEvent::Yield(value) => self.leave(words::YIELD, *value, true)?,
            TraceEvent::Raise(value) => self.say(words::RAISE, *value)?,
            TraceEvent::Output(value) => self.say(words::OUTPUT, *value)?,
            TraceEvent::Unwind => {
                self.frames.leave(false);
                self.step(words::UNWIND, Step::default(), &[], false);
            }
            TraceEvent::Resume(call) => {
                self.frames.resume(*call);
                self.step(&format!("{}{call}", words::RESUME), Step::default(), &[], false);
            }
            TraceEvent::Elided => self.step(words::ELIDED, Step::default(), &[], false),
        }
        Ok(())
    }

    fn leave(&mut self, head: &str, value: u32, waits: bool) -> Result<(), String> {
        self.frames.leave(waits);
        self.say(head, value)
    }

    /// A step whose body is one text.
    fn say(&mut self, head: &str, value: u32) -> Result<(), String> {
        let value = self.value(value)?.replace('\\', "\\\\").replace('\n', "\\n");
        let number = self.text.steps.len() as u32;
        self.text.steps.push(Step::default());
        self.push(head, Role::Head(number));
        self.push(value, Role::Changed(number));
        Ok(())
    }

    /// A step: its head, then the state or the changes.
    fn step(&mut self, head: &str, step: Step, changes: &[(&str, &str)], whole: bool) {
        let number = self.text.steps.len() as u32;
        self.text.steps.push(step);
        let mut pieces = vec![(head.to_owned(), Role::Head(number))];
        let is_call = head.starts_with(words::CALL);
        let mut pair = |name: &str, value: &str, is_changed: bool| {
            if pieces.len() > 1 || is_call {
                let separator = if pieces.len() > 1 { "; " } else { " " };
                pieces.push((separator.to_owned(), Role::Kept(number)));
            }
            let role = if is_changed { Role::Changed(number) } else { Role::Kept(number) };
            pieces.push((format!("{name}={value}"), role));
        };
        if whole {
            for (name, value) in self.frames.top().state() {
                let is_changed = changes.iter().any(|(changed, _)| *changed == name);
                if is_changed || !is_definition(value) {
                    pair(name, value, is_changed);
                }
            }
            // What is gone is no part of the state, and still a change.
            changes.iter().filter(|(_, value)| value.is_empty()).for_each(|(name, _)| pair(name, "", true));
        } else {
            changes.iter().for_each(|(name, value)| pair(name, value, true));
        }
        self.text.pieces.extend(pieces.into_iter().map(|(text, role)| Piece { text, role }));
    }

    fn facts(&mut self, line: u32, changes: &[(&str, &str)], now: u32) -> Step {
        let source = self.trace.code.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        facts::of(source.trim(), changes, now, &mut self.frames)
    }
}

/// Whether a value is something that the program defines, and that no line changes.
fn is_definition(value: &str) -> bool {
    ["<function ", "<class ", "<module "].iter().any(|begin| value.starts_with(begin))
}

#[cfg(test)]
mod tests;
