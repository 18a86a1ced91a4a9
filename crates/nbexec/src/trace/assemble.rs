//! From an engine's words to events that do not show which engine it was.
//!
//! Engines tell more than is news, in the order in which it is cheap for them: that a name holds what it held before,
//! that a line has run only behind what it did ([`Word::Late`], [`Word::Site`]). Here what is no news is dropped, lines
//! are put where they began, and the changes of one line in one order: those of names bound before as they were bound,
//! then the new ones by name.

use std::collections::HashMap;

use indexmap::IndexMap;
use records::{Change, TraceEvent};

use crate::trace::wire::{Tables, Word};

const MAX_STDOUT_BYTES: usize = 1 << 16;

/// Makes events of words.
#[derive(Debug)]
pub struct Assembler {
    tables: Tables,
    names: Table,
    values: Table,
    events: Vec<TraceEvent>,
    /// Lines that began before events that are there already: in front of which, and the line. They are put in at
    /// the end, all at once.
    early: Vec<(usize, u32)>,
    /// The frames that run, the program's own first.
    frames: Vec<Frame>,
    /// Where in `frames` those with a number are.
    places: HashMap<u32, usize>,
    waiting: HashMap<u32, Frame>,
    calls: u32,
    open: Open,
    /// What the open event has changed so far, by the name's number in the engine's words.
    changes: IndexMap<u32, Option<String>>,
    stdout: String,
    max_events: usize,
    truncated: bool,
}

/// What became of a program's words.
#[derive(Debug)]
pub struct Assembled {
    /// The names that events speak of.
    pub names: Vec<String>,
    /// The values that they speak of.
    pub values: Vec<String>,
    /// The events.
    pub events: Vec<TraceEvent>,
    /// What was written.
    pub stdout: String,
    /// Whether there would have been more.
    pub truncated: bool,
}

/// The event that is not at its end.
#[derive(Debug)]
enum Open {
    Nothing,
    Line(u32),
    Changes,
    Call { function: u32, line: u32 },
    Output(String),
}

#[derive(Debug, Default)]
struct Frame {
    number: Option<u32>,
    /// By name: in which order it was bound, and the text of its value.
    bound: HashMap<u32, (usize, String)>,
    count: usize,
    /// The line that runs, or ran last.
    line: u32,
    /// Whether its doing has ended.
    done: bool,
    /// Where in the events it had ended: what stands behind that is the doing of the next line.
    end: Option<usize>,
}

#[derive(Debug, Default)]
struct Table {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Table {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

impl Assembler {
    /// Nothing has happened.
    pub fn new(max_events: usize) -> Self {
        Self {
            tables: Tables::default(),
            names: Table::default(),
            values: Table::default(),
            events: Vec::new(),
            early: Vec::new(),
            frames: vec![Frame::default()],
            places: HashMap::new(),
            waiting: HashMap::new(),
            calls: 0,
            open: Open::Nothing,
            changes: IndexMap::new(),
            stdout: String::new(),
            max_events,
            truncated: false,
        }
    }

    /// Takes a message of the engine; whether it was sound.
    pub fn take(&mut self, line: &[u8]) -> bool {
        let mut tables = std::mem::take(&mut self.tables);
        let read = tables.read(line, |tables, word| self.word(tables, word));
        self.tables = tables;
        read.is_some()
    }

    /// Events are missing from here on.
    pub fn truncate(&mut self) {
        self.truncated = true;
    }

    /// The last word has come.
    pub fn finish(mut self) -> Assembled {
        let tables = std::mem::take(&mut self.tables);
        self.close(&tables);
        let mut events = with_early(self.events, self.early);
        self.truncated |= events.len() > self.max_events;
        events.truncate(self.max_events);
        Assembled {
            names: self.names.texts,
            values: self.values.texts,
            events,
            stdout: self.stdout,
            truncated: self.truncated,
        }
    }

    fn word(&mut self, tables: &Tables, word: Word<'_>) {
        self.truncated |= self.events.len() + self.early.len() >= self.max_events;
        if self.truncated {
            if let Word::Output(text) = word {
                self.written(&text);
            }
            return;
        }
        match word {
            Word::Line(line) => self.begin(tables, line),
            Word::Site { line, name, value } => {
                self.late(tables, line);
                self.change(tables, name, Some(value));
            }
            Word::Late(line) => self.late(tables, line),
            Word::Done => self.done(),
            Word::Change { name, value } => self.change(tables, name, Some(value)),
            Word::Delete(name) => self.change(tables, name, None),
            Word::Call { function, line } => {
                self.close(tables);
                let function = self.names.number(function);
                self.enter(Frame { number: Some(self.calls), ..Frame::default() });
                self.calls += 1;
                self.open = Open::Call { function, line };
            }
            Word::Return { frame, value } => {
                if self.leave(tables, frame).is_some() {
                    let value = self.values.number(&value);
                    self.events.push(TraceEvent::Return(value));
                }
            }
            Word::Unwind(frame) => {
                if self.leave(tables, frame).is_some() {
                    self.events.push(TraceEvent::Unwind);
                }
            }
            Word::Yield { frame, value } => {
                if let Some(found) = self.leave(tables, frame) {
                    let value = self.values.number(&value);
                    self.events.push(TraceEvent::Yield(value));
                    self.waiting.insert(frame, found);
                }
            }
            Word::Resume(number) => {
                if let Some(frame) = self.waiting.remove(&number) {
                    self.close(tables);
                    self.events.push(TraceEvent::Resume(number));
                    self.enter(frame);
                }
            }
            Word::Raise { line, error } => self.raise(tables, line, &error),
            Word::Output(text) => self.output(tables, &text),
            Word::Elided => {
                self.close(tables);
                self.events.push(TraceEvent::Elided);
            }
        }
    }

    fn enter(&mut self, frame: Frame) {
        if let Some(number) = frame.number {
            self.places.insert(number, self.frames.len());
        }
        self.frames.push(frame);
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// A line begins: what comes is its doing until it is said to be done, or another begins.
    fn begin(&mut self, tables: &Tables, line: u32) {
        self.close(tables);
        self.open = Open::Line(line);
        let frame = self.frame();
        (frame.line, frame.done, frame.end) = (line, false, None);
    }

    /// A line has run. What stands behind the end of the last one was its doing, so there it began.
    fn late(&mut self, tables: &Tables, line: u32) {
        self.close(tables);
        self.announce(line);
        self.frame().done = true;
    }

    fn announce(&mut self, line: u32) {
        let events = self.events.len();
        let frame = self.frame();
        frame.line = line;
        match frame.end {
            Some(end) if end < events => {
                self.early.push((end, line));
                self.open = Open::Changes;
            }
            _ => self.open = Open::Line(line),
        }
    }

    fn done(&mut self) {
        let events = self.events.len();
        let nothing = matches!(self.open, Open::Nothing);
        let frame = self.frame();
        frame.done = true;
        if nothing {
            frame.end = Some(events);
        }
    }

    fn change(&mut self, tables: &Tables, name: u32, value: Option<String>) {
        if matches!(self.open, Open::Output(_)) {
            self.close(tables);
        }
        if matches!(self.open, Open::Nothing) {
            self.open = Open::Changes;
        }
        self.changes.insert(name, value);
    }

    /// Adds to what was written; returns what there was room for.
    fn written<'a>(&mut self, text: &'a str) -> &'a str {
        let room = MAX_STDOUT_BYTES - self.stdout.len();
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.stdout.push_str(&text[..end]);
        &text[..end]
    }

    fn output(&mut self, tables: &Tables, text: &str) {
        let text = self.written(text);
        if let Open::Output(open) = &mut self.open {
            open.push_str(text);
        } else {
            self.close(tables);
            self.open = Open::Output(text.to_owned());
        }
    }

    /// An exception is in the frame. A line that would have been told behind its doing begins now.
    fn raise(&mut self, tables: &Tables, line: u32, error: &str) {
        self.close(tables);
        let frame = self.frame();
        if line > 0 && (frame.done || frame.line != line) {
            self.announce(line);
            self.close(tables);
        }
        let frame = self.frame();
        (frame.done, frame.end) = (false, None);
        let error = self.values.number(error);
        self.events.push(TraceEvent::Raise(error));
    }

    /// Takes a frame away, and those above it, whose end was not told; `None`: there is no such frame.
    fn leave(&mut self, tables: &Tables, number: u32) -> Option<Frame> {
        self.close(tables);
        let place = *self.places.get(&number)?;
        while self.frames.len() > place + 1 {
            self.pop();
            self.events.push(TraceEvent::Unwind);
        }
        self.pop()
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        if let Some(number) = frame.number {
            self.places.remove(&number);
        }
        Some(frame)
    }

    /// Ends the open event: keeps of its changes what is news, in one order.
    fn close(&mut self, tables: &Tables) {
        let open = std::mem::replace(&mut self.open, Open::Nothing);
        let changes = std::mem::take(&mut self.changes);
        let nothing = matches!(open, Open::Nothing);
        let in_order = matches!(open, Open::Call { .. });
        let changes = self.news(tables, changes, in_order);
        match open {
            Open::Line(line) => self.events.push(TraceEvent::Line { line, changes }),
            Open::Call { function, line } => {
                self.events.push(TraceEvent::Call { line, function, parameters: changes });
            }
            Open::Changes if !changes.is_empty() => self.events.push(TraceEvent::Changes(changes)),
            Open::Output(text) => {
                let text = self.values.number(&text);
                self.events.push(TraceEvent::Output(text));
            }
            Open::Changes | Open::Nothing => {}
        }
        let events = self.events.len();
        let frame = self.frame();
        if frame.done && !nothing {
            frame.end = Some(events);
        }
    }

    fn news(
        &mut self,
        tables: &Tables,
        changes: IndexMap<u32, Option<String>>,
        in_order: bool,
    ) -> Vec<Change> {
        let frame = self.frame();
        let mut news: Vec<_> = changes
            .into_iter()
            .filter(|(name, value)| frame.bound.get(name).map(|bound| &bound.1) != value.as_ref())
            .map(|(name, value)| (frame.bound.get(&name).map_or(usize::MAX, |bound| bound.0), name, value))
            .collect();
        if !in_order {
            news.sort_by(|one, other| (one.0, tables.name(one.1)).cmp(&(other.0, tables.name(other.1))));
        }
        let mut found = Vec::with_capacity(news.len());
        for (_, name, value) in news {
            let text = value.as_deref().unwrap_or("");
            found
                .push(Change { name: self.names.number(tables.name(name)), value: self.values.number(text) });
            let frame = self.frame();
            if let Some(value) = value {
                let next = frame.count;
                frame.bound.entry(name).or_insert((next, String::new())).1 = value;
                frame.count += 1;
            } else {
                frame.bound.remove(&name);
            }
        }
        found
    }
}

/// Puts the early lines in front of the events before which they began. Of two in one place the later stands first, as
/// if each had been put in at once.
fn with_early(events: Vec<TraceEvent>, early: Vec<(usize, u32)>) -> Vec<TraceEvent> {
    if early.is_empty() {
        return events;
    }
    let mut all = Vec::with_capacity(events.len() + early.len());
    let mut early: Vec<_> = early.into_iter().rev().collect();
    early.sort_by_key(|(place, _)| *place);
    let mut early = early.into_iter().peekable();
    for (place, event) in events.into_iter().enumerate() {
        while let Some((_, line)) = early.next_if(|next| next.0 <= place) {
            all.push(TraceEvent::Line { line, changes: Vec::new() });
        }
        all.push(event);
    }
    all
}

#[cfg(test)]
mod tests {
    use records::TraceEvent;

    use super::{Assembled, Assembler};

    /// Names: 0 `a`, 1 `b`, 2 `e`; function 0 `f` in line 9; site 0: line 3 binds `a`, site 1: line 4 binds `b`.
    const TABLES: &str = r#"{"n":["a","b","e"],"d":[["f",9]],"s":[[3,0],[4,1]],"b":[]}"#;

    fn take(events: &[&str], max_events: usize) -> Assembled {
        let mut assembler = Assembler::new(max_events);
        let line = format!("{{\"k\":\"t\",\"new\":{TABLES},\"e\":[{}]}}", events.join(","));
        assert!(assembler.take(line.as_bytes()), "{line}");
        assembler.finish()
    }

    fn code(argument: u32, kind: u32) -> String {
        (argument << 5 | kind).to_string()
    }

    /// One letter an event: what the frames and lines are.
    fn shape(assembled: &Assembled) -> String {
        let one = |event: &TraceEvent| match event {
            TraceEvent::Line { line, changes } => format!("L{line}{}", ".".repeat(changes.len())),
            TraceEvent::Changes(changes) => format!("C{}", ".".repeat(changes.len())),
            TraceEvent::Call { parameters, .. } => format!("F{}", ".".repeat(parameters.len())),
            TraceEvent::Return(_) => "R".to_owned(),
            TraceEvent::Raise(_) => "X".to_owned(),
            TraceEvent::Unwind => "U".to_owned(),
            TraceEvent::Yield(_) => "Y".to_owned(),
            TraceEvent::Resume(_) => "G".to_owned(),
            TraceEvent::Output(_) => "O".to_owned(),
            TraceEvent::Elided => "E".to_owned(),
        };
        assembled.events.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_no_news_is_dropped() {
        let (line, change) = (code(1, 0), code(0, 2));
        let same = take(&[&line, &change, "5", &line, &change, "5", &line, &change, "6"], 100);
        assert_eq!(shape(&same), "L1. L1 L1.");
        assert_eq!(same.values, ["5", "6"]);
    }

    #[test]
    fn a_line_told_late_begins_before_its_calls() {
        let call = [code(0, 4), code(0, 5), "7".to_owned()];
        let site = |number| [code(number, 1), "1".to_owned()];
        let words = [&site(0)[..], &call, &site(1)].concat();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        assert_eq!(shape(&take(&words, 100)), "L3. L4 F R C.");
        // An exception says which line it was.
        let words = [&site(0)[..], &call, &[code(8, 6 | 16), "\"E\"".to_owned()]].concat();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        assert_eq!(shape(&take(&words, 100)), "L3. L8 F R X");
    }

    #[test]
    fn frames_that_end_unseen_are_left() {
        let (call, line) = (code(0, 4), code(1, 0));
        let words =
            [line.clone(), call.clone(), call, code(0, 5), "1".to_owned(), code(9, 5), "1".to_owned(), line];
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        assert_eq!(shape(&take(&words, 100)), "L1 F F U R L1");
    }

    #[test]
    fn output_is_put_together_and_events_are_counted() {
        let (line, out) = (code(1, 0), code(0, 10 | 16));
        let words = [&line[..], &out, "\"a\"", &out, "\"\\n\"", &line, &line];
        let all = take(&words, 100);
        assert_eq!((shape(&all).as_str(), all.stdout.as_str(), all.truncated), ("L1 O L1 L1", "a\n", false));
        let some = take(&words, 3);
        assert_eq!((shape(&some).as_str(), some.truncated), ("L1 O L1", true));
    }

    /// What a program's own words can make of many names, frames and lines: a quadratic search would take minutes.
    #[test]
    fn many_names_frames_and_late_lines_take_no_more_than_their_number() {
        let n = 200_000_u32;
        let mut assembler = Assembler::new(10 * n as usize);
        let new = r#"{"n":[],"d":[],"s":[],"b":[]}"#;
        for first in (0..n).step_by(1000) {
            let names: Vec<_> = (first..first + 1000).map(|name| format!("\"n{name}\"")).collect();
            let new = format!(r#"{{"n":[{}],"d":[],"s":[],"b":[]}}"#, names.join(","));
            assert!(assembler.take(format!(r#"{{"k":"t","new":{new},"e":[]}}"#).as_bytes()));
        }
        let functions = r#"{"n":[],"d":[["f",9]],"s":[[3,0]],"b":[]}"#;
        let mut say = |words: Vec<String>, new: &str| {
            // A word stays with its operands: there are two or three to a group.
            for part in words.chunks(1200) {
                let line = format!(r#"{{"k":"t","new":{new},"e":[{}]}}"#, part.join(","));
                assert!(assembler.take(line.as_bytes()));
            }
        };
        // All names change in one line, and again.
        for _ in 0..2 {
            say((0..n).flat_map(|name| [code(name, 2), "1".to_owned()]).collect(), new);
        }
        // Frames in frames, each of which is told late of its line, and of ends that are nobody's.
        say(vec![code(0, 12)], functions);
        say((0..n).flat_map(|_| [code(0, 4), code(3, 12), code(0, 13)]).collect(), new);
        say((0..n).flat_map(|frame| [code(n + frame, 5), "1".to_owned()]).collect(), new);
        say((0..n).rev().flat_map(|frame| [code(frame, 5), "1".to_owned(), code(7, 12)]).collect(), new);
        let events = assembler.finish().events;
        assert!(events.len() > 3 * n as usize);
    }

    #[test]
    fn deleted_names_and_the_order_of_names() {
        let (line, b, a) = (code(1, 0), code(1, 2), code(0, 2));
        let gone = code(1, 3);
        let found = take(&[&line, &b, "1", &a, "1", &line, &a, "2", &b, "2", &line, &gone], 100);
        assert_eq!(shape(&found), "L1.. L1.. L1.");
        assert_eq!(
            (found.names, found.values),
            (vec!["a".to_owned(), "b".to_owned()], ["1", "2", ""].map(str::to_owned).to_vec())
        );
    }
}
