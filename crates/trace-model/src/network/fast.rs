//! The decoder on a processor: products of matrices are candle's, what lies between them goes over memory once.

use candle_core::{Result, Tensor};
use learn::rows::{causal_softmax, rms_norm, squared_relu};

use super::heads::{Heads, apply};
use super::{Decoder, Input};

/// Logits, (places, symbols).
pub(super) fn forward(decoder: &Decoder, input: &Input) -> Result<Tensor> {
    let (n, steps, heads) = (input.texts, input.steps, decoder.sizes.heads);
    let split = |rotary| Heads { n, steps, heads, rotary, merge: false };
    let rotated = || split(Some((decoder.positions.clone(), false)));
    let merge = Heads { n, steps, heads, rotary: None, merge: true };
    let weights = |id| decoder.parameters.dense(id);
    let mut stream = weights(decoder.embedding).index_select(&input.symbols, 0)?;
    for layer in &decoder.layers {
        let normed = rms_norm(&stream)?;
        let query = apply(&normed.matmul(weights(layer.query))?, rotated())?;
        let key = apply(&normed.matmul(weights(layer.key))?, rotated())?;
        let value = apply(&normed.matmul(weights(layer.value))?, split(None))?;
        let shares = causal_softmax(&query.matmul(&key.t()?)?, decoder.scale())?;
        let mixed = apply(&shares.matmul(&value)?, merge.clone())?;
        stream = (stream + mixed.matmul(weights(layer.mix))?)?;
        let hidden = squared_relu(&rms_norm(&stream)?.matmul(weights(layer.up))?)?;
        stream = (stream + hidden.matmul(weights(layer.down))?)?;
    }
    // The places alone: what follows within the program is often not asked for.
    let stream = stream.index_select(&input.places, 0)?;
    rms_norm(&stream)?.matmul(weights(decoder.head))
}
