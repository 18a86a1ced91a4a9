//! The decoder as layers of candle-nn: what it is, for whoever reads, and what a GPU runs.

use candle_core::{DType, Result, Tensor};
use candle_nn::rotary_emb::rope_slow;
use candle_nn::{Embedding, Linear, Module as _, ops};

use super::{Decoder, Input};

/// Logits, (places, symbols).
pub(super) fn forward(decoder: &Decoder, input: &Input) -> Result<Tensor> {
    let (n, steps, heads, width) = (input.texts, input.steps, decoder.sizes.heads, decoder.sizes.width);
    let device = input.symbols.device();
    let weights = |id| decoder.parameters.dense(id);
    let linear = |id, input: &Tensor| Linear::new(weights(id).t()?, None).forward(input);
    let ones = Tensor::ones(width, DType::F32, device)?;
    let norm = |input: &Tensor| ops::rms_norm_slow(input, &ones, 1e-6);
    let (cosines, sines) = decoder.positions.tables(steps, device)?;
    let later = |at: usize| if at % steps > at / steps { f32::NEG_INFINITY } else { 0.0 };
    let mask: Vec<f32> = (0..steps * steps).map(later).collect();
    let mask = Tensor::from_vec(mask, (1, 1, steps, steps), device)?;
    let split = |rows: Tensor| rows.reshape((n, steps, heads, width / heads))?.transpose(1, 2)?.contiguous();
    let mut stream = Embedding::new(weights(decoder.embedding).clone(), width).forward(&input.symbols)?;
    for layer in &decoder.layers {
        let normed = norm(&stream)?;
        let query = rope_slow(&split(linear(layer.query, &normed)?)?, &cosines, &sines)?;
        let key = rope_slow(&split(linear(layer.key, &normed)?)?, &cosines, &sines)?;
        let value = split(linear(layer.value, &normed)?)?;
        let scores = (query.matmul(&key.t()?)? * f64::from(decoder.scale()))?.broadcast_add(&mask)?;
        let mixed = ops::softmax(&scores, 3)?.matmul(&value)?;
        let mixed = mixed.transpose(1, 2)?.contiguous()?.reshape((n * steps, width))?;
        stream = (stream + linear(layer.mix, &mixed)?)?;
        let hidden = linear(layer.up, &norm(&stream)?)?.relu()?.sqr()?;
        stream = (stream + linear(layer.down, &hidden)?)?;
    }
    linear(decoder.head, &norm(&stream.index_select(&input.places, 0)?)?)
}
