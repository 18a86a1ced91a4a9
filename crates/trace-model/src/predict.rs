//! What a decoder expects at the places of texts where something is to be learned or measured.

use anyhow::Result;
use learn::loss::{Guess, guesses};
use rayon::prelude::*;

use crate::batches;
use crate::data::Sequence;
use crate::network::{Batch, Decoder};

/// Symbols that one thread takes at a time. Fixed, so that sums are made in the same order, and come out the same to
/// the bit, however many threads there are.
pub(crate) const PART: usize = 1024;

/// What the decoder predicts at each place of each text where something is asked, given what is true before; on the
/// current rayon pool.
///
/// # Errors
/// If the device fails.
pub fn predictions(decoder: &Decoder, texts: &[Sequence]) -> Result<Vec<Vec<Guess>>> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by_key(|&place| texts[place as usize].symbols.len());
    let parts = batches::cut(&order, texts, PART);
    let found: Vec<Vec<Guess>> = parts
        .par_iter()
        .map(|part| {
            let texts: Vec<&Sequence> = part.iter().map(|&place| &texts[place as usize]).collect();
            let batch = batch(&texts);
            let (places, truths) = asked(&texts, batch.steps());
            guesses(&decoder.forward(&batch, &places)?.detach(), &truths).map_err(Into::into)
        })
        .collect::<Result<_>>()?;
    let mut all = vec![Vec::new(); texts.len()];
    for (part, found) in parts.iter().zip(found) {
        let mut found = found.into_iter();
        for &place in part {
            let text = &texts[place as usize];
            all[place as usize] = found.by_ref().take(text.symbols.len() - text.from.max(1)).collect();
        }
    }
    Ok(all)
}

/// Places of a batch's rows at which something is asked, and the truths.
pub(crate) fn asked(texts: &[&Sequence], steps: usize) -> (Vec<u32>, Vec<u32>) {
    let mut all = (Vec::new(), Vec::new());
    for (row, text) in texts.iter().enumerate() {
        for at in text.from.max(1)..text.symbols.len() {
            all.0.push((row * steps + at - 1) as u32);
            all.1.push(u32::from(text.symbols[at]));
        }
    }
    all
}

/// Texts side by side.
pub(crate) fn batch<'a>(texts: &[&'a Sequence]) -> Batch<'a> {
    // What stands last predicts nothing.
    Batch { texts: texts.iter().map(|text| &text.symbols[..text.symbols.len() - 1]).collect() }
}
