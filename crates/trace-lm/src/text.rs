//! A program and its trace as the text that a model reads.
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

use clap::ValueEnum;
use records::{Trace, TraceEvent};
use serde::{Deserialize, Serialize};

use crate::facts::{self, Step};
use crate::state::{Frame, Frames};
use crate::vocabulary as words;

/// What a text shows of a program.
#[derive(ValueEnum, Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The whole state behind each line
    #[default]
    Full,
    /// Only what each line changed
    Delta,
    /// The program alone
    Code,
    /// The program, and the type that one of its variables has at the end
    Types,
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

/// The text of a trace. What cannot be read of its events is an error of whoever wrote them.
///
/// # Errors
/// If the events are broken, or speak of names and values that are none.
pub fn render(trace: &Trace, style: &Style) -> Result<Text, String> {
    let events = records::decode_events(&trace.events).map_err(|broken| broken.to_string())?;
    let mut writer = Writer { trace, style, text: Text::default(), frames: Frames::default(), lines: 0 };
    writer.program();
    match style.format {
        Format::Code => {}
        Format::Types => {
            writer.run(&events, false)?;
            writer.question();
        }
        Format::Full | Format::Delta => {
            writer.push(words::TRACE, Role::Code);
            writer.run(&events, true)?;
        }
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

/// The type of a value, by its text.
pub fn type_of(value: &str) -> &'static str {
    let whole = value.strip_prefix('-').unwrap_or(value);
    match value.as_bytes().first() {
        _ if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => "int",
        _ if whole.parse::<f64>().is_ok() && whole.starts_with(|c: char| c.is_ascii_digit()) => "float",
        _ if ["True", "False"].contains(&value) => "bool",
        _ if value == "None" => "NoneType",
        Some(b'\'' | b'"') => "str",
        Some(b'[') => "list",
        Some(b'(') => "tuple",
        Some(b'{') if value == "{}" || value[1..].contains(": ") => "dict",
        Some(b'{') => "set",
        _ if value == "set()" => "set",
        _ => "",
    }
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

    fn run(&mut self, events: &[TraceEvent], shown: bool) -> Result<(), String> {
        for &(name, value) in &self.trace.initial {
            let (name, value) = (self.name(name)?, self.value(value)?);
            self.frames.top().set(name, value, 0);
        }
        if shown && !self.trace.initial.is_empty() {
            self.step(words::STATE, Step::default(), &[], true);
        }
        for event in events {
            self.event(event, shown)?;
        }
        Ok(())
    }

    fn event(&mut self, event: &TraceEvent, shown: bool) -> Result<(), String> {
        let now = self.text.steps.len() as u32;
        let full = self.style.format == Format::Full;
        match event {
            TraceEvent::Line { line, changes } => {
                let pairs = self.pairs(changes)?;
                let step = self.facts(*line, &pairs, now);
                self.frames.set(*line, &pairs, now);
                self.show(shown, &format!("\n{line} "), step, &pairs, full);
                self.lines += 1;
                if shown && !full && self.style.refresh > 0 && self.lines >= self.style.refresh {
                    self.lines = 0;
                    self.step(words::STATE, Step::default(), &[], true);
                }
            }
            TraceEvent::Changes(changes) => {
                let pairs = self.pairs(changes)?;
                let line = self.frames.top().line;
                let step = self.facts(line, &pairs, now);
                self.frames.set(line, &pairs, now);
                self.show(shown, words::CHANGES, step, &pairs, full);
            }
            TraceEvent::Call { function, parameters, line } => {
                let pairs = self.pairs(parameters)?;
                let head = format!("{}{}", words::CALL, self.name(*function)?);
                self.frames.call(Frame::new(*line));
                self.frames.set(*line, &pairs, now);
                self.show(shown, &head, Step::default(), &pairs, false);
            }
            TraceEvent::Return(value) => self.leave(shown, words::RETURN, *value, false)?,
            TraceEvent::Yield(value) => self.leave(shown, words::YIELD, *value, true)?,
            TraceEvent::Raise(value) => self.say(shown, words::RAISE, *value)?,
            TraceEvent::Output(value) => self.say(shown, words::OUTPUT, *value)?,
            TraceEvent::Unwind => {
                self.frames.leave(false);
                self.show(shown, words::UNWIND, Step::default(), &[], false);
            }
            TraceEvent::Resume(call) => {
                self.frames.resume(*call);
                self.show(shown, &format!("{}{call}", words::RESUME), Step::default(), &[], false);
            }
            TraceEvent::Elided => self.show(shown, words::ELIDED, Step::default(), &[], false),
        }
        Ok(())
    }

    fn leave(&mut self, shown: bool, head: &str, value: u32, waits: bool) -> Result<(), String> {
        self.frames.leave(waits);
        self.say(shown, head, value)
    }

    /// A step whose body is one text.
    fn say(&mut self, shown: bool, head: &str, value: u32) -> Result<(), String> {
        let value = self.value(value)?.replace('\\', "\\\\").replace('\n', "\\n");
        if shown {
            let number = self.text.steps.len() as u32;
            self.text.steps.push(Step::default());
            self.push(head, Role::Head(number));
            self.push(value, Role::Changed(number));
        }
        Ok(())
    }

    fn show(&mut self, shown: bool, head: &str, step: Step, pairs: &[(&str, &str)], whole: bool) {
        if shown {
            self.step(head, step, pairs, whole);
        }
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

    /// Asks for the type of a variable that the program has at its end: of the one whose turn it is by the
    /// program's id.
    fn question(&mut self) {
        let frames = &mut self.frames;
        let asked: Vec<_> = frames.bottom().state().filter(|(_, value)| !type_of(value).is_empty()).collect();
        let turn = self.trace.id.bytes().fold(0, |sum: usize, byte| sum * 31 % 1009 + usize::from(byte));
        let Some(&(name, value)) = asked.get(turn % asked.len().max(1)) else { return };
        self.text.steps.push(Step { operator: type_of(value), ..Step::default() });
        self.push(format!("{}{name} ", words::QUESTION), Role::Head(0));
        self.push(type_of(value), Role::Changed(0));
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
pub(crate) mod tests;
