//! Traces, and questions about them, out of the input.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use filter::{Line, Stage};
use records::{Record as _, Run, Split};
use trace_model::{Config, Format, Sequence, Source};

/// Calls `take` with what `look` makes of each trace (with [`Format::Tasks`]: question), in the order of input; what
/// `look` passes over is counted under the name that it gives.
///
/// # Errors
/// A malformed record, broken events, or an error of `take`.
pub(crate) fn each<T: Send>(
    inputs: &[PathBuf],
    format: Format,
    stage: &mut Stage,
    look: impl Fn(Source) -> Result<Result<T, &'static str>, String> + Sync,
    mut take: impl FnMut(T),
) -> Result<()> {
    let input = stage.input(inputs.to_vec());
    let look = |line: &Line| -> Result<Result<T, &'static str>> {
        // Recorders write how each run went behind its trace.
        if line.schema().as_deref() == Some(Run::SCHEMA) {
            return Ok(Err("runs"));
        }
        let source =
            if format == Format::Tasks { Source::Task(line.parse()?) } else { Source::Trace(line.parse()?) };
        look(source).map_err(|trouble| anyhow!("{}: expected the events of a trace, {trouble}", line.place))
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
    config: &Config,
    stage: &mut Stage,
) -> Result<(Vec<Sequence>, Vec<Sequence>)> {
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    let look = |source: Source| {
        let part = source.part(config.seed);
        if part == Split::Test {
            return Ok(Err("test_programs"));
        }
        let Some(sequence) = Sequence::new(&source.text(&config.style)?, config.learns_all()) else {
            return Ok(Err("nothing_to_learn"));
        };
        let fits = sequence.symbols.len() <= config.sizes.context;
        Ok(if fits { Ok((part, sequence)) } else { Err("longer_than_context") })
    };
    each(inputs, config.style.format, stage, look, |(part, sequence)| match part {
        Split::Valid => valid.push(sequence),
        _ => train.push(sequence),
    })?;
    Ok((train, valid))
}
