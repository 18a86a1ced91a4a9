//! Traces as sequences of symbols, and the part that each belongs to.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use filter::{Line, Stage};
use records::{Record as _, Run, Trace, id_of};

use crate::cli::Part;
use crate::text::{Piece, Role, Style, Text, render};
use crate::vocabulary::{self, Symbol};

/// A text as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Its symbols.
    pub(crate) symbols: Vec<Symbol>,
    /// The first that is to be learned or measured.
    pub(crate) from: usize,
}

impl Sequence {
    /// The sequence of a text; `None` if nothing in it is to be learned.
    pub(crate) fn new(text: &Text, all: bool) -> Option<Self> {
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

/// The part of a trace: by its repository, or by itself when it has none.
pub(crate) fn part_of(trace: &Trace, seed: u64) -> Part {
    let unit = if trace.repo.is_empty() { &trace.notebook } else { &trace.repo };
    let id = id_of(["trace-lm/split", &seed.to_string(), unit]);
    match u64::from_str_radix(&id[..8], 16).unwrap_or(0) % 100 {
        0..10 => Part::Test,
        10..15 => Part::Valid,
        _ => Part::Train,
    }
}

/// Calls `take` with what `look` makes of each trace, in the order of input; what `look` passes over is counted
/// under the name that it gives.
///
/// # Errors
/// A malformed record, broken events, or an error of `take`.
pub(crate) fn each<T: Send>(
    inputs: &[PathBuf],
    stage: &mut Stage,
    look: impl Fn(Trace) -> Result<Result<T, &'static str>, String> + Sync,
    mut take: impl FnMut(T),
) -> Result<()> {
    let input = stage.input(inputs.to_vec());
    let look = |line: &Line| -> Result<Result<T, &'static str>> {
        // Recorders write how each run went behind its trace.
        if line.schema().as_deref() == Some(Run::SCHEMA) {
            return Ok(Err("runs"));
        }
        look(line.parse()?)
            .map_err(|trouble| anyhow!("{}: expected the events of a trace, {trouble}", line.place))
    };
    stage.fold_lines(input, look, |seen, emit| {
        match seen {
            Ok(item) => take(item),
            Err(passed) => emit.count(passed, 1),
        }
        Ok(())
    })
}

/// The sequences of the training part and of the validation part.
///
/// # Errors
/// As [`each`].
pub(crate) fn sequences(
    inputs: &[PathBuf],
    style: &Style,
    (context, seed, all): (usize, u64, bool),
    stage: &mut Stage,
) -> Result<(Vec<Sequence>, Vec<Sequence>)> {
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    let look = |trace: Trace| {
        let part = part_of(&trace, seed);
        if part == Part::Test {
            return Ok(Err("test_programs"));
        }
        let Some(sequence) = Sequence::new(&render(&trace, style)?, all) else {
            return Ok(Err("nothing_to_learn"));
        };
        let fits = sequence.symbols.len() <= context;
        Ok(if fits { Ok((part, sequence)) } else { Err("longer_than_context") })
    };
    each(inputs, stage, look, |(part, sequence)| match part {
        Part::Valid => valid.push(sequence),
        _ => train.push(sequence),
    })?;
    Ok((train, valid))
}

#[cfg(test)]
mod tests {
    use super::{Sequence, part_of};
    use crate::cli::Part;
    use crate::text::tests::{line, trace};
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
        assert_eq!(from(Format::Types, false), Some((symbols("\n1 a = 1\n? a "), 2)));
        assert_eq!(from(Format::Code, true), Some((symbols("\n1 "), 4)));
        assert_eq!(from(Format::Code, false), None);
    }

    #[test]
    fn a_repository_is_not_torn() {
        let mut counts = [0; 3];
        for number in 0..1000 {
            let mut one = trace("", &[], &[], &[]);
            one.repo = format!("made/1/{number}");
            let part = part_of(&one, 1);
            one.id = "another".to_owned();
            assert_eq!(part_of(&one, 1), part);
            counts[part as usize] += 1;
        }
        assert!(counts[Part::Train as usize] > 800 && counts[Part::Valid as usize] > 25);
    }
}
