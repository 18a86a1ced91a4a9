//! `trace-lm evaluate`: reads programs, measures a model, writes figures.

use anyhow::Result;
use filter::Stage;
use records::Split;
use trace_model::evaluate::{Baselines, Program, evaluate};
use trace_model::{Format, Model, Sequence, Source};

use crate::cli::EvaluateArgs;
use crate::{files, read};

/// Reads, measures, writes.
///
/// # Errors
/// A malformed record, no model, no device.
pub(crate) fn run(args: &EvaluateArgs, stage: &mut Stage) -> Result<()> {
    let model = files::read_model(&args.model, &trace_model::device(&args.compute.device)?)?;
    let threads = crate::threads(&args.compute, stage)?;
    let (programs, texts) = programs(args, &model, stage)?;
    stage.count("programs", programs.len() as u64);
    if programs.is_empty() {
        stage.warn("no programs of this part to measure with");
        return Ok(());
    }
    let baselines = Baselines { texts: &texts, order: args.ngram };
    let baselines = (!args.no_baselines).then_some(&baselines);
    let scores = threads.install(|| evaluate(&model, &programs, baselines))?;
    scores.iter().try_for_each(|score| stage.write(score))
}

/// The programs of the part, and texts for the n-gram baseline to learn from.
fn programs(args: &EvaluateArgs, model: &Model, stage: &mut Stage) -> Result<(Vec<Program>, Vec<Vec<u8>>)> {
    let (style, context) = (&model.config.style, model.config.sizes.context);
    let wanted = Split::from(args.part);
    let (mut programs, mut learned) = (Vec::new(), Vec::new());
    let look = |source: Source| {
        let part = source.part(model.config.seed);
        if part != wanted && (part != Split::Train || args.no_baselines) {
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
    read::each(&args.inputs, style.format, stage, look, |(part, program)| {
        if part == Split::Train && learned.len() < args.ngram_programs && !args.no_baselines {
            learned.push(program.text.pieces.iter().flat_map(|piece| piece.text.bytes()).collect());
        }
        if part == wanted && programs.len() < args.programs {
            programs.push(program);
        }
    })?;
    Ok((programs, learned))
}
