//! The same of candle-nn's operations: what runs on a GPU, and what the operations by hand are held against.

use candle_core::{DType, Result, Tensor};

pub(super) fn rms_norm(input: &Tensor) -> Result<Tensor> {
    let ones = Tensor::ones(input.dim(1)?, DType::F32, input.device())?;
    candle_nn::ops::rms_norm_slow(input, &ones, super::EPSILON)
}

pub(super) fn squared_relu(input: &Tensor) -> Result<Tensor> {
    input.relu()?.sqr()
}

pub(super) fn causal_softmax(scores: &Tensor, scale: f32) -> Result<Tensor> {
    let steps = scores.dim(2)?;
    let later = |at: usize| if at % steps > at / steps { f32::NEG_INFINITY } else { 0.0 };
    let mask: Vec<f32> = (0..steps * steps).map(later).collect();
    let mask = Tensor::from_vec(mask, (1, steps, steps), scores.device())?;
    candle_nn::ops::softmax(&(scores * f64::from(scale))?.broadcast_add(&mask)?, 2)
}
