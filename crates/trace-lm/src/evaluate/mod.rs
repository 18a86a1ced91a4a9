//! `trace-lm evaluate`: what a model has learned, beside what needs no learning.
//!
//! One forward pass a text is enough for everything. A line is right given the true history when each of its symbols
//! is the likeliest behind the true ones before it; that is what greedy writing would give. And a whole trace written
//! freely is right exactly when all its symbols are right given the truth: up to the first mistake both have read the
//! same.

mod induction;
mod ngram;
mod tally;

use anyhow::Result;
use filter::Stage;
use rayon::prelude::*;
use records::LmScore;

use crate::cli::{EvaluateArgs, Part};
use crate::data::{self, Sequence, Source};
use crate::model::{self, Model};
use crate::text::{Format, Style, Text};
use crate::{train, vocabulary};
use ngram::Ngram;
use tally::{Hit, Tally, Units};

/// A program to be measured with.
struct Program {
    source: Source,
    text: Text,
}

/// Reads, measures, writes.
///
/// # Errors
/// A malformed record, no model, no device.
pub(crate) fn run(args: &EvaluateArgs, stage: &mut Stage) -> Result<()> {
    let model = Model::read(&args.model, &model::device(&args.compute.device)?)?;
    let threads = train::threads(&args.compute, stage)?;
    let style = &model.config.style;
    let (programs, learned) = read(args, &model, stage)?;
    stage.count("programs", programs.len() as u64);
    if programs.is_empty() {
        stage.warn("no programs of this part to measure with");
        return Ok(());
    }
    let format = style.format;
    let mut scores = Vec::new();
    threads.install(|| -> Result<()> {
        scores.extend(of_model(&model, &programs, "model")?);
        if !args.no_baselines {
            if style.signs.is_empty() && matches!(format, Format::Full | Format::Delta) {
                scores.extend(of_model(&model, &shuffled(&programs, style)?, "shuffled_operators")?);
                scores.extend(of_copies(&programs).scores("copy_last_value"));
            }
            scores.extend(of_ngram(&learned, &programs, args.ngram).scores("ngram"));
        }
        if !style.signs.is_empty() {
            scores.extend(induction::measure(&model, programs.iter().map(|program| &program.text))?);
        }
        Ok(())
    })?;
    let format = clap::ValueEnum::to_possible_value(&format).map(|value| value.get_name().to_owned());
    for score in scores {
        stage.write(&LmScore { format: format.clone().unwrap_or_default(), ..score })?;
    }
    Ok(())
}

/// The programs of the part, and texts for the n-gram baseline to learn from.
fn read(args: &EvaluateArgs, model: &Model, stage: &mut Stage) -> Result<(Vec<Program>, Vec<Vec<u8>>)> {
    let (style, context) = (&model.config.style, model.config.sizes.context);
    let (mut programs, mut learned) = (Vec::new(), Vec::new());
    let look = |source: Source| {
        let part = source.part(model.config.seed);
        if part != args.part && (part != Part::Train || args.no_baselines) {
            return Ok(Err("other_parts"));
        }
        let text = source.text(style)?;
        let Some(sequence) = Sequence::new(&text, style.format == Format::Code) else {
            return Ok(Err("nothing_to_measure"));
        };
        if sequence.symbols.len() > context {
            return Ok(Err("longer_than_context"));
        }
        Ok(Ok((part, Program { source, text })))
    };
    data::each(&args.inputs, style.format, stage, look, |(part, program)| {
        if part == Part::Train && learned.len() < args.ngram_programs && !args.no_baselines {
            learned.push(program.text.pieces.iter().flat_map(|piece| piece.text.bytes()).collect());
        }
        if part == args.part && programs.len() < args.programs {
            programs.push(program);
        }
    })?;
    Ok((programs, learned))
}

/// What a model makes of programs.
fn of_model(model: &Model, programs: &[Program], name: &str) -> Result<Vec<LmScore>> {
    let all = model.config.style.format == Format::Code;
    let texts: Vec<Sequence> =
        programs.iter().filter_map(|program| Sequence::new(&program.text, all)).collect();
    let mut tally = Tally::default();
    for ((program, text), guesses) in
        programs.iter().zip(&texts).zip(train::expectations(&model.decoder, &texts)?)
    {
        let truths = text.symbols[text.from..].iter();
        let hit = |(guess, truth): (&crate::network::Guess, &u16)| Hit {
            is_right: guess.best == u32::from(*truth),
            ends: vocabulary::is_head(guess.best as u16),
            bits: -f64::from(guess.log_probability) / std::f64::consts::LN_2,
        };
        let hits: Vec<Hit> = guesses.iter().zip(truths).map(hit).collect();
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
