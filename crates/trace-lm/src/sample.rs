//! `trace-lm sample`: what the model thinks that programs do, for people.

use anyhow::Result;
use filter::Stage;
use records::Split;
use trace_model::vocabulary::{self, Symbol};
use trace_model::{Format, Sequence, Source, complete};

use crate::cli::SampleArgs;
use crate::{files, read};

/// Reads programs, lets the model go on behind each, and writes that beside the truth.
///
/// # Errors
/// A malformed record, no model, no device.
pub(crate) fn run(args: &SampleArgs, stage: &mut Stage) -> Result<()> {
    let model = files::read_model(&args.model, &trace_model::device(&args.compute.device)?)?;
    let (style, context) = (&model.config.style, model.config.sizes.context);
    let part = Split::from(args.part);
    let mut texts = Vec::new();
    let look = |source: Source| {
        if source.part(model.config.seed) != part {
            return Ok(Err("other_parts"));
        }
        let text = Sequence::new(&source.text(style)?, style.format == Format::Code);
        Ok(text.filter(|text| text.symbols.len() <= context).ok_or("nothing_to_show"))
    };
    read::each(&args.inputs, style.format, stage, look, |text| {
        if texts.len() < args.programs {
            texts.push(text);
        }
    })?;
    for text in texts {
        let (given, truth) = text.symbols.split_at(text.from);
        let written = complete(&model.decoder, given)?;
        let verdict = if written == truth { "as it was" } else { "it was" };
        let mut shown = show(given) + &show(&written) + &format!("\n    {verdict}:");
        if written != truth {
            shown.push_str(&show(truth).replace('\n', "\n    "));
        }
        stage.write_bytes((shown.trim_start_matches('\n').to_owned() + "\n\n").as_bytes())?;
    }
    Ok(())
}

fn show(symbols: &[Symbol]) -> String {
    let text = String::from_utf8_lossy(&vocabulary::decode(symbols)).into_owned();
    text.split('\n').map(|line| filter::escape(line).into_owned()).collect::<Vec<_>>().join("\n")
}
