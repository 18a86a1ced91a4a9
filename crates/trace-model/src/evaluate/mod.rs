//! What a model has learned, beside what needs no learning.
//!
//! One forward pass a text is enough for everything. A line is right given the true history when each of its symbols
//! is the likeliest behind the true ones before it; that is what greedy writing would give. And a whole trace written
//! freely is right exactly when all its symbols are right given the truth: up to the first mistake both have read the
//! same.

mod induction;
mod ngram;
mod tally;

use anyhow::Result;
use learn::loss::Guess;
use rayon::prelude::*;
use records::LmScore;

use crate::data::{Sequence, Source};
use crate::model::Model;
use crate::predict::predictions;
use crate::text::{Format, Style, Text};
use crate::vocabulary;
use ngram::Ngram;
use tally::{Hit, Tally, Units};

/// A program to be measured with.
pub struct Program {
    /// What was recorded of it.
    pub source: Source,
    /// The same as the model's text.
    pub text: Text,
}

/// What stands beside a model.
pub struct Baselines<'a> {
    /// Texts of the training part that the n-gram model learns from.
    pub texts: &'a [Vec<u8>],
    /// Most bytes that it looks back.
    pub order: usize,
}

/// The figures of a model, and of what stands beside it; on the current rayon pool.
///
/// # Errors
/// If the device fails, or the events of a trace are broken.
pub fn evaluate(model: &Model, programs: &[Program], baselines: Option<&Baselines>) -> Result<Vec<LmScore>> {
    let style = &model.config.style;
    let mut scores = of_model(model, programs, "model")?;
    if let Some(Baselines { texts, order }) = baselines {
        if style.signs.is_empty() && matches!(style.format, Format::Full | Format::Delta) {
            scores.extend(of_model(model, &shuffled(programs, style)?, "shuffled_operators")?);
            scores.extend(of_copies(programs).scores("copy_last_value"));
        }
        scores.extend(of_ngram(texts, programs, *order).scores("ngram"));
    }
    if !style.signs.is_empty() {
        scores.extend(induction::measure(model, programs.iter().map(|program| &program.text))?);
    }
    scores.iter_mut().for_each(|score| score.format = style.format.name().to_owned());
    Ok(scores)
}

/// What a model makes of programs.
fn of_model(model: &Model, programs: &[Program], name: &str) -> Result<Vec<LmScore>> {
    let all = model.config.style.format == Format::Code;
    let texts: Vec<Sequence> =
        programs.iter().filter_map(|program| Sequence::new(&program.text, all)).collect();
    let mut tally = Tally::default();
    for ((program, text), predictions) in
        programs.iter().zip(&texts).zip(predictions(&model.decoder, &texts)?)
    {
        let truths = text.symbols[text.from..].iter();
        let hit = |(guess, truth): (&Guess, &u16)| Hit {
            is_right: guess.best == u32::from(*truth),
            ends: vocabulary::is_head(guess.best as u16),
            bits: -f64::from(guess.log_probability) / std::f64::consts::LN_2,
        };
        let hits: Vec<Hit> = predictions.iter().zip(truths).map(hit).collect();
        let units = Units::new(&program.text, |text| vocabulary::symbols(text).len());
        tally.add(&program.text, program.source.level(), &units, &hits);
    }
    Ok(tally.scores(name))
}

/// The programs with every operator exchanged for another of its kind, and the traces of before: who reads operators
/// must be wrong now.
fn shuffled(programs: &[Program], style: &Style) -> Result<Vec<Program>> {
    const KINDS: [&[&str]; 2] = [&["+", "-", "*", "//", "%"], &["<", ">", "<=", ">=", "==", "!="]];
    let shuffle = |program: &Program| {
        let mut random = records::Random::keyed(1, "trace-lm/shuffle", program.source.id());
        let mut signs = Vec::new();
        for kind in KINDS {
            let turn = 1 + random.below(kind.len() as u64 - 1) as usize;
            let turned = kind.iter().cycle().skip(turn);
            signs.extend(kind.iter().zip(turned).map(|(from, to)| ((*from).to_owned(), (*to).to_owned())));
        }
        let text = program.source.text(&Style { signs, ..style.clone() }).map_err(anyhow::Error::msg)?;
        Ok(Program { source: program.source.clone(), text })
    };
    programs.iter().map(shuffle).collect()
}

/// Lines change nothing, or give their names the value that was written last.
fn of_copies(programs: &[Program]) -> Tally {
    let mut tally = Tally::default();
    for program in programs {
        tally.add_copies(&program.text, program.source.level());
    }
    tally
}

/// What an n-gram model over bytes makes of programs.
fn of_ngram(learned: &[Vec<u8>], programs: &[Program], order: usize) -> Tally {
    let ngram = Ngram::learn(learned, order);
    let measured: Vec<_> = programs
        .par_iter()
        .map(|program| {
            let bytes: Vec<u8> = program.text.pieces.iter().flat_map(|piece| piece.text.bytes()).collect();
            let units = Units::new(&program.text, str::len);
            let hits: Vec<Hit> =
                (units.from..bytes.len()).map(|at| ngram.hit(&bytes[..at], bytes[at])).collect();
            (units, hits)
        })
        .collect();
    let mut tally = Tally::default();
    for (program, (units, hits)) in programs.iter().zip(measured) {
        tally.add(&program.text, program.source.level(), &units, &hits);
    }
    tally
}
