//! What a model writes behind a text.

use anyhow::{Context as _, Result};
use learn::loss::guesses;

use crate::network::{Batch, Decoder};
use crate::vocabulary::{self, Symbol};

/// Always the likeliest next symbol, until the end of the text or of the context.
///
/// # Errors
/// If the device fails.
pub fn complete(decoder: &Decoder, given: &[Symbol]) -> Result<Vec<Symbol>> {
    let end = vocabulary::symbols(vocabulary::END);
    let mut symbols = given.to_vec();
    while symbols.len() < decoder.sizes().context && symbols[given.len()..].last() != end.first() {
        let logits = decoder.forward(&Batch { texts: vec![&symbols] }, &[symbols.len() as u32 - 1])?;
        let guess = guesses(&logits, &[0])?.pop().context("a place was asked for")?;
        symbols.push(u16::try_from(guess.best).context("a symbol of the vocabulary")?);
    }
    Ok(symbols.split_off(given.len()))
}

#[cfg(test)]
mod tests {
    use learn::Device;

    use super::complete;
    use crate::data::Sequence;
    use crate::network::{Decoder, Sizes};
    use crate::predict::predictions;

    #[test]
    fn what_is_written_freely_is_what_is_predicted_of_itself() {
        let sizes = Sizes { layers: 2, width: 16, heads: 2, hidden: 32, context: 24 };
        let decoder = Decoder::new(&sizes, 3, &Device::Cpu).unwrap();
        let given = [65, 66, 67];
        let written = complete(&decoder, &given).unwrap();
        let whole = Sequence { symbols: [&given[..], &written].concat(), from: 3 };
        let predicted = predictions(&decoder, std::slice::from_ref(&whole)).unwrap().remove(0);
        let predicted: Vec<u16> = predicted.iter().map(|prediction| prediction.best as u16).collect();
        assert_eq!(predicted, written);
    }
}
