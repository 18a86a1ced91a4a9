//! `trace-lm sample`: what the model thinks that programs do, for people.

use anyhow::{Context as _, Result};
use filter::Stage;

use crate::cli::SampleArgs;
use crate::data::{self, Sequence, Source};
use crate::model::{self, Model};
use crate::network::{Batch, Decoder, guesses};
use crate::text::Format;
use crate::vocabulary::{self, Symbol};

/// Reads programs, lets the model go on behind each, and writes that beside the truth.
///
/// # Errors
/// A malformed record, no model, no device.
pub(crate) fn run(args: &SampleArgs, stage: &mut Stage) -> Result<()> {
    let model = Model::read(&args.model, &model::device(&args.compute.device)?)?;
    let (style, context) = (&model.config.style, model.config.sizes.context);
    let mut texts = Vec::new();
    let look = |source: Source| {
        if source.part(model.config.seed) != args.part {
            return Ok(Err("other_parts"));
        }
        let text = Sequence::new(&source.text(style)?, style.format == Format::Code);
        Ok(text.filter(|text| text.symbols.len() <= context).ok_or("nothing_to_show"))
    };
    data::each(&args.inputs, style.format, stage, look, |text| {
        if texts.len() < args.programs {
            texts.push(text);
        }
    })?;
    for text in texts {
        let (given, truth) = text.symbols.split_at(text.from);
        let written = go_on(&model.decoder, given, context)?;
        let verdict = if written == truth { "as it was" } else { "it was" };
        let mut shown = show(given) + &show(&written) + &format!("\n    {verdict}:");
        if written != truth {
            shown.push_str(&show(truth).replace('\n', "\n    "));
        }
        stage.write_bytes((shown.trim_start_matches('\n').to_owned() + "\n\n").as_bytes())?;
    }
    Ok(())
}

/// Always the likeliest next symbol, until the end of the text or of the context.
///
/// # Errors
/// If the device fails.
fn go_on(decoder: &Decoder, given: &[Symbol], context: usize) -> Result<Vec<Symbol>> {
    let end = vocabulary::symbols(vocabulary::END);
    let mut symbols = given.to_vec();
    while symbols.len() < context && symbols[given.len()..].last() != end.first() {
        let logits = decoder.forward(&Batch { texts: vec![&symbols] }, &[symbols.len() as u32 - 1])?;
        let guess = guesses(&logits, &[0])?.pop().context("a place was asked for")?;
        symbols.push(u16::try_from(guess.best).context("a symbol of the vocabulary")?);
    }
    Ok(symbols.split_off(given.len()))
}

fn show(symbols: &[Symbol]) -> String {
    let text = String::from_utf8_lossy(&vocabulary::decode(symbols)).into_owned();
    text.split('\n').map(|line| filter::escape(line).into_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::go_on;
    use crate::data::Sequence;
    use crate::network::{Decoder, Sizes};
    use crate::train::expectations;

    #[test]
    fn what_is_written_freely_is_what_is_expected_of_itself() {
        let sizes = Sizes { layers: 2, width: 16, heads: 2, hidden: 32, context: 24 };
        let decoder = Decoder::new(&sizes, 3, &Device::Cpu).unwrap();
        let given = [65, 66, 67];
        let written = go_on(&decoder, &given, 24).unwrap();
        let whole = Sequence { symbols: [&given[..], &written].concat(), from: 3 };
        let expected = expectations(&decoder, std::slice::from_ref(&whole)).unwrap().remove(0);
        let expected: Vec<u16> = expected.iter().map(|guess| guess.best as u16).collect();
        assert_eq!(expected, written);
    }
}
