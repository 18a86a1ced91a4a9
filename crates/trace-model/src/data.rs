//! Traces as sequences of symbols, and the part that each belongs to.

use evaluation::Shares;
use records::{Split, Trace, TraceTask, id_of};

use crate::text::{Piece, Role, Style, Text, render, render_task};
use crate::vocabulary::{self, Symbol};

/// The shares of the programs that are not for training; those of one `repo` are always in the same part.
const SHARES: Shares = Shares { valid: 0.05, test: 0.1 };

/// A text as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its symbols.
    pub symbols: Vec<Symbol>,
    /// The first that is to be learned or measured.
    pub from: usize,
}

impl Sequence {
    /// The sequence of a text, of which `all` is to be learned or only the trace; `None` if nothing is.
    pub fn new(text: &Text, all: bool) -> Option<Self> {
        let mut symbols = Vec::new();
        let mut from = if all { Some(1) } else { None };
        for piece in &text.pieces {
            if is_asked(piece) && from.is_none() {
                from = Some(symbols.len());
            }
            vocabulary::encode(&piece.text, &mut symbols);
        }
        Some(Self { from: from?, symbols })
    }
}

/// Whether a part of a text is to be learned or measured, and what follows it.
pub(crate) fn is_asked(piece: &Piece) -> bool {
    match piece.role {
        // A question is given, its answer is not.
        Role::Head(_) => !piece.text.starts_with(vocabulary::QUESTION),
        Role::Changed(_) | Role::Kept(_) => true,
        Role::Code | Role::End => false,
    }
}

/// What is read: a trace, or what `trace-tasks` asks about one.
#[derive(Clone, Debug)]
pub enum Source {
    /// What a program did.
    Trace(Trace),
    /// A question about it.
    Task(TraceTask),
}

impl Source {
    /// The part that it belongs to: a question says so, a trace goes by its repository, or by itself when it has none.
    pub fn part(&self, seed: u64) -> Split {
        let trace = match self {
            Self::Task(task) => return task.split,
            Self::Trace(trace) => trace,
        };
        let unit = if trace.repo.is_empty() { &trace.notebook } else { &trace.repo };
        let id = id_of(["trace-lm/split", &seed.to_string(), unit]);
        // One of a hundred slots: its middle, so that no rounding of a share moves it.
        let slot = u64::from_str_radix(&id[..8], 16).unwrap_or(0) % 100;
        SHARES.of_draw((slot as f64 + 0.5) / 100.0)
    }

    /// Its text.
    ///
    /// # Errors
    /// If the events of a trace are broken.
    pub fn text(&self, style: &Style) -> Result<Text, String> {
        match self {
            Self::Task(task) => Ok(render_task(task)),
            Self::Trace(trace) => render(trace, style),
        }
    }

    /// `id` of the record.
    pub fn id(&self) -> &str {
        match self {
            Self::Task(task) => &task.id,
            Self::Trace(trace) => &trace.id,
        }
    }

    /// The level of a generated program, 0 for others.
    pub fn level(&self) -> u64 {
        let extra = match self {
            Self::Task(task) => &task.extra,
            Self::Trace(trace) => &trace.extra,
        };
        extra.get("level").and_then(serde_json::Value::as_u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use records::Split;

    use super::{Sequence, Source};
    use crate::samples::{line, trace};
    use crate::text::{Format, Style, render};
    use crate::vocabulary::symbols;

    #[test]
    fn what_is_learned_begins_behind_the_program() {
        let trace = trace("a = 1\n", &[line(1, &[(0, 0)])], &["a"], &["1"]);
        let from = |format, all| {
            let text = render(&trace, &Style { format, ..Style::default() }).unwrap();
            let Sequence { symbols, from } = Sequence::new(&text, all)?;
            Some((symbols[..from].to_vec(), symbols.len() - from))
        };
        assert_eq!(from(Format::Delta, false), Some((symbols("\n1 a = 1\n--"), 5)));
        assert_eq!(from(Format::Code, true), Some((symbols("\n1 "), 4)));
        assert_eq!(from(Format::Code, false), None);
    }

    #[test]
    fn a_repository_is_not_torn() {
        let mut counts = [0; 3];
        for number in 0..1000 {
            let mut one = trace("", &[], &[], &[]);
            one.repo = format!("made/1/{number}");
            let part = Source::Trace(one.clone()).part(1);
            one.id = "another".to_owned();
            assert_eq!(Source::Trace(one).part(1), part);
            counts[usize::from(part == Split::Valid) + 2 * usize::from(part == Split::Test)] += 1;
        }
        assert!(counts[0] > 800 && counts[1] > 25 && counts[2] > 60);
    }
}
