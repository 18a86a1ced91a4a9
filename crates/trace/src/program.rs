//! A trace whose events are decoded, and sound: every number leads somewhere.

use anyhow::Result;
use filter::Line;
use records::{Change, Record as _, Run, Trace, TraceEvent, decode_events};

/// A trace with its events.
pub struct Program {
    /// The record.
    pub trace: Trace,
    /// What happened.
    pub events: Vec<TraceEvent>,
}

impl Program {
    /// Reads a line of what `nbexec --trace` writes; `None` is a `run/1` record.
    ///
    /// # Errors
    /// If it is neither, or its events are none.
    pub fn read(line: &Line) -> Result<Option<Self>> {
        if line.schema().is_some_and(|schema| schema == Run::SCHEMA) {
            line.parse::<Run>()?;
            return Ok(None);
        }
        Self::new(line.parse()?).map(Some).map_err(|found| line.expected(Trace::SCHEMA, found))
    }

    /// Decodes the events of a trace.
    ///
    /// # Errors
    /// If they are none: what is wrong with them.
    pub fn new(trace: Trace) -> Result<Self, String> {
        let events = sound_events(&trace)?;
        Ok(Self { trace, events })
    }

    /// A name of the program.
    pub fn name(&self, place: u32) -> &str {
        &self.trace.names[place as usize]
    }

    /// A value's text; `""` says that there is none.
    pub fn value(&self, place: u32) -> &str {
        &self.trace.values[place as usize]
    }
}

/// The events of a trace, if all their numbers lead somewhere and frames are left that were entered.
///
/// # Errors
/// What is wrong with them.
pub fn sound_events(trace: &Trace) -> Result<Vec<TraceEvent>, String> {
    let events = decode_events(&trace.events).map_err(|error| error.to_string())?;
    let tables = Tables { names: trace.names.len(), values: trace.values.len() };
    trace.initial.iter().try_for_each(|&(name, value)| tables.change(Change { name, value }))?;
    let (mut depth, mut calls) = (0_usize, 0_u32);
    for (at, event) in events.iter().enumerate() {
        let unfit = |what: &str| Err(format!("an event that cannot be there: {what} as number {at}"));
        match event {
            TraceEvent::Line { changes, .. } | TraceEvent::Changes(changes) => tables.changes(changes)?,
            TraceEvent::Call { function, parameters, .. } => {
                tables.changes(parameters)?;
                tables.name(*function)?;
                (depth, calls) = (depth + 1, calls + 1);
            }
            TraceEvent::Resume(call) if *call >= calls => return unfit("a frame goes on that never began"),
            TraceEvent::Resume(_) => depth += 1,
            TraceEvent::Raise(value) | TraceEvent::Output(value) => tables.value(*value)?,
            TraceEvent::Return(value) | TraceEvent::Yield(value) => {
                tables.value(*value)?;
                depth = match depth {
                    0 => return unfit("the program's own frame is left"),
                    deep => deep - 1,
                };
            }
            TraceEvent::Unwind if depth == 0 => return unfit("the program's own frame is left"),
            TraceEvent::Unwind => depth -= 1,
            TraceEvent::Elided => {}
        }
    }
    Ok(events)
}

/// The lengths of the tables that events lead into.
struct Tables {
    names: usize,
    values: usize,
}

impl Tables {
    fn changes(&self, changes: &[Change]) -> Result<(), String> {
        changes.iter().try_for_each(|&change| self.change(change))
    }

    fn change(&self, change: Change) -> Result<(), String> {
        self.name(change.name)?;
        self.value(change.value)
    }

    fn name(&self, place: u32) -> Result<(), String> {
        if (place as usize) < self.names { Ok(()) } else { Err(format!("name {place} of {}", self.names)) }
    }

    fn value(&self, place: u32) -> Result<(), String> {
        if (place as usize) < self.values { Ok(()) } else { Err(format!("value {place} of {}", self.values)) }
    }
}

/// The type of a value that has this text, `""` when there is no value.
pub fn type_of(text: &str) -> &str {
    let word = |rest: &'_ str| rest.find([' ', '>']).unwrap_or(rest.len());
    match text.as_bytes() {
        [] => "",
        b"None" => "NoneType",
        b"True" | b"False" => "bool",
        b"nan" | b"inf" | b"-inf" => "float",
        [b'\'' | b'"', ..] => "str",
        [b'b', b'\'' | b'"', ..] => "bytes",
        [b'[', ..] => "list",
        [b'(', ..] if text.ends_with('j') || text.ends_with("j)") => "complex",
        [b'(', ..] => "tuple",
        b"{}" => "dict",
        [b'{', ..] if is_dictionary(text) => "dict",
        [b'{', ..] => "set",
        [b'<', ..] => match &text[1..1 + word(&text[1..])] {
            "class" => "type",
            known => known,
        },
        _ if text == "set()" => "set",
        [b'-' | b'0'..=b'9', ..] if text.ends_with('j') => "complex",
        [b'-' | b'0'..=b'9', ..] if text.contains(['.', 'e', 'n']) && !text.contains("...") => "float",
        [b'-' | b'0'..=b'9', ..] => "int",
        _ => text.split('(').next().unwrap_or(text),
    }
}

/// Whether a text says no more of its value than what it is.
pub fn is_opaque(text: &str) -> bool {
    text.starts_with('<')
        && !["<function ", "<class ", "<module "].iter().any(|known| text.starts_with(known))
        && (text.contains(" len=") || !text.contains('='))
}

/// The share of a program's changes whose values are opaque.
pub fn opaque_share(program: &Program) -> f64 {
    let (mut all, mut opaque) = (0_u32, 0_u32);
    for event in &program.events {
        if let TraceEvent::Line { changes, .. }
        | TraceEvent::Changes(changes)
        | TraceEvent::Call { parameters: changes, .. } = event
        {
            all += changes.len() as u32;
            opaque += changes.iter().filter(|it| is_opaque(program.value(it.value))).count() as u32;
        }
    }
    f64::from(opaque) / f64::from(all.max(1))
}

/// Whether the first element of `{…}` is a key and its value.
fn is_dictionary(text: &str) -> bool {
    let tokens = crate::tokens::tokens(text);
    let mut depth = 0;
    for token in &tokens {
        match token.text {
            "[" | "(" | "{" | "<" => depth += 1,
            "]" | ")" | "}" | ">" => depth -= 1,
            ":" if depth == 1 => return true,
            "," if depth == 1 => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{is_opaque, type_of};

    #[test]
    fn a_text_tells_its_type() {
        for (text, expected) in [
            ("", ""),
            ("None", "NoneType"),
            ("True", "bool"),
            ("-12", "int"),
            ("1e+16", "float"),
            ("-inf", "float"),
            ("2j", "complex"),
            ("(1+2j)", "complex"),
            ("'a: b'", "str"),
            ("b'x'", "bytes"),
            ("[1, ...+9]", "list"),
            ("(1,)", "tuple"),
            ("{}", "dict"),
            ("{'a,': {1}, ...+2}", "dict"),
            ("{(1, 2): 3}", "dict"),
            ("{'a:', 1}", "set"),
            ("{<Point x=1>: 2}", "dict"),
            ("set()", "set"),
            ("<Point x=1 y=2>", "Point"),
            ("<function f>", "function"),
            ("<class Point>", "type"),
            ("range(0, 3)", "range"),
        ] {
            assert_eq!(type_of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_says_nothing_is_opaque() {
        let opaque =
            ["<DataFrame len=3>", "<Figure>", "<Point x=1 y=2>", "<function f>", "7", ""].map(is_opaque);
        assert_eq!(opaque, [true, true, false, false, false, false]);
    }
}
