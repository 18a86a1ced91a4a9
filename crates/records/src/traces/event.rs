//! The events of a trace, and the numbers that they are kept as.
//!
//! An event is one head number and its operands. The head is `delta << 4 | kind`; `delta` is how far the event's
//! line lies from that of the last event that had one, zigzag (0, -1, 1, -2, … as 0, 1, 2, 3, …), 0 for events
//! without a line. Small numbers, then, for what is frequent: a loop is the same few numbers again and again.

/// One thing that happened. Numbers of names and values are places in the tables of the [`Trace`](crate::Trace).
///
/// Events belong to the frame that is on top: `Call` and `Resume` put one there, `Return`, `Unwind` and `Yield` take
/// it away. The program's own frame is below all others and is neither called nor left.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TraceEvent {
    /// A line begins; `changes` are what it changed, when nothing else happened before they were known.
    Line {
        /// First line of the statement, from 1.
        line: u32,
        /// What it changed.
        changes: Vec<Change>,
    },
    /// What the frame's present line changed, after calls that it made.
    Changes(Vec<Change>),
    /// A function begins (a generator on its first `next`, the body of a class).
    Call {
        /// First line of its definition.
        line: u32,
        /// Place of its name in the table of names.
        function: u32,
        /// Its parameters, in the order of the definition.
        parameters: Vec<Change>,
    },
    /// The frame is left with a value.
    Return(u32),
    /// An exception arrives in the frame; the number is the value `Type: message`.
    Raise(u32),
    /// The frame is left by the exception that arrived.
    Unwind,
    /// The frame gives a value and waits.
    Yield(u32),
    /// A frame that waits goes on: the how manieth `Call` it was, from 0.
    Resume(u32),
    /// A text is written to stdout; the number is its value.
    Output(u32),
    /// Here lines ran that were not recorded, because they had run often before.
    Elided,
}

/// A name holds a new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// Place in the table of names.
    pub name: u32,
    /// Place in the table of values; that of `""` when the name was deleted.
    pub value: u32,
}

/// Why numbers are no events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenEvents {
    /// How many numbers were sound.
    pub at: usize,
}

impl std::fmt::Display for BrokenEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "number {} of the events is none that can stand there", self.at)
    }
}

impl std::error::Error for BrokenEvents {}

/// The numbers of some events.
pub fn encode_events(events: &[TraceEvent]) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut before = 0;
    for event in events {
        let (kind, line) = match event {
            TraceEvent::Line { line, changes } => (u32::from(!changes.is_empty()), Some(*line)),
            TraceEvent::Call { line, .. } => (2, Some(*line)),
            TraceEvent::Return(_) => (3, None),
            TraceEvent::Raise(_) => (4, None),
            TraceEvent::Changes(_) => (5, None),
            TraceEvent::Output(_) => (6, None),
            TraceEvent::Unwind => (7, None),
            TraceEvent::Yield(_) => (8, None),
            TraceEvent::Resume(_) => (9, None),
            TraceEvent::Elided => (10, None),
        };
        let delta = line.map_or(0, |line| zigzag(line.wrapping_sub(before).cast_signed()));
        before = line.unwrap_or(before);
        numbers.push(delta << 4 | kind);
        match event {
            TraceEvent::Line { changes, .. } if changes.is_empty() => {}
            TraceEvent::Line { changes, .. } | TraceEvent::Changes(changes) => pairs(&mut numbers, changes),
            TraceEvent::Call { function, parameters, .. } => {
                numbers.push(*function);
                pairs(&mut numbers, parameters);
            }
            TraceEvent::Return(number)
            | TraceEvent::Raise(number)
            | TraceEvent::Output(number)
            | TraceEvent::Yield(number)
            | TraceEvent::Resume(number) => numbers.push(*number),
            TraceEvent::Unwind | TraceEvent::Elided => {}
        }
    }
    numbers
}

fn pairs(numbers: &mut Vec<u32>, changes: &[Change]) {
    numbers.push(u32::try_from(changes.len()).unwrap_or(u32::MAX));
    numbers.extend(changes.iter().flat_map(|change| [change.name, change.value]));
}

/// The events of some numbers.
///
/// # Errors
/// If the numbers end within an event, or a kind or line is none.
pub fn decode_events(numbers: &[u32]) -> Result<Vec<TraceEvent>, BrokenEvents> {
    let mut reader = Reader { numbers, at: 0, line: 0 };
    let mut events = Vec::new();
    while reader.at < numbers.len() {
        events.push(reader.event().ok_or(BrokenEvents { at: reader.at })?);
    }
    Ok(events)
}

struct Reader<'a> {
    numbers: &'a [u32],
    at: usize,
    line: u32,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u32> {
        let number = *self.numbers.get(self.at)?;
        self.at += 1;
        Some(number)
    }

    fn changes(&mut self) -> Option<Vec<Change>> {
        let count = self.next()?;
        // Their number is not believed before they are there.
        (0..count).map(|_| Some(Change { name: self.next()?, value: self.next()? })).collect()
    }

    fn event(&mut self) -> Option<TraceEvent> {
        let head = self.next()?;
        let (delta, kind) = (unzigzag(head >> 4), head & 15);
        if kind > 2 && delta != 0 {
            return None;
        }
        self.line = self.line.checked_add_signed(delta)?;
        let line = self.line;
        Some(match kind {
            0 => TraceEvent::Line { line, changes: Vec::new() },
            1 => TraceEvent::Line { line, changes: self.changes()? },
            2 => TraceEvent::Call { line, function: self.next()?, parameters: self.changes()? },
            3 => TraceEvent::Return(self.next()?),
            4 => TraceEvent::Raise(self.next()?),
            5 => TraceEvent::Changes(self.changes()?),
            6 => TraceEvent::Output(self.next()?),
            7 => TraceEvent::Unwind,
            8 => TraceEvent::Yield(self.next()?),
            9 => TraceEvent::Resume(self.next()?),
            10 => TraceEvent::Elided,
            _ => return None,
        })
    }
}

fn zigzag(number: i32) -> u32 {
    (number << 1 ^ number >> 31).cast_unsigned()
}

fn unzigzag(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{BrokenEvents, Change, TraceEvent, decode_events, encode_events};

    fn all() -> Vec<TraceEvent> {
        let change = |name, value| Change { name, value };
        vec![
            TraceEvent::Line { line: 1, changes: vec![] },
            TraceEvent::Line { line: 900, changes: vec![change(0, 5), change(1, 6)] },
            TraceEvent::Call { line: 3, function: 2, parameters: vec![change(3, 7)] },
            TraceEvent::Line { line: 4, changes: vec![] },
            TraceEvent::Output(8),
            TraceEvent::Yield(1),
            TraceEvent::Changes(vec![change(4, 1)]),
            TraceEvent::Elided,
            TraceEvent::Resume(0),
            TraceEvent::Raise(9),
            TraceEvent::Unwind,
            TraceEvent::Call { line: 1, function: 5, parameters: vec![] },
            TraceEvent::Return(3),
        ]
    }

    #[test]
    fn events_come_back() {
        assert_eq!(decode_events(&encode_events(&all())), Ok(all()));
    }

    #[test]
    fn a_loop_is_small_numbers() {
        let line = |line, value| TraceEvent::Line { line, changes: vec![Change { name: 0, value }] };
        assert_eq!(
            encode_events(&[line(1, 0), line(2, 1), line(1, 2)]),
            [0x21, 1, 0, 0, 0x21, 1, 0, 1, 0x11, 1, 0, 2]
        );
    }

    #[test]
    fn what_is_torn_or_nonsense_is_found() {
        let whole = encode_events(&all());
        let torn = whole.iter().enumerate().filter(|(end, _)| decode_events(&whole[..*end]).is_err()).count();
        assert!(torn > whole.len() / 2, "{torn} of {}", whole.len());
        for (numbers, at) in [(&[15][..], 1), (&[0x10], 1), (&[0x23, 0], 1), (&[1, u32::MAX, 1], 3)] {
            assert_eq!(decode_events(numbers), Err(BrokenEvents { at }), "{numbers:?}");
        }
    }
}
