//! Operations of candle on each row of a matrix alone: RMS norm, causal softmax, squared ReLU.
//!
//! As graphs of candle's operations each would go over memory several times, forward and backward; these go over it
//! once. On a GPU the graphs are used (`reference.rs`); a test holds the two against each other, values and gradients.

mod reference;

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Layout, Result, Shape, Tensor, bail};

use crate::kernels::{Arch, dot, softmax, vectorized};

const EPSILON: f32 = 1e-6;

/// Each row of a matrix divided by the root of its mean square (`F.rms_norm` with `eps=1e-6`).
///
/// # Errors
/// If the device fails, or the numbers do not lie in one piece; so do all operations here.
pub fn rms_norm(input: &Tensor) -> Result<Tensor> {
    if input.device().is_cpu() { input.apply_op1(Rows::RmsNorm) } else { reference::rms_norm(input) }
}

/// The square of what is above zero.
///
/// # Errors
/// As [`rms_norm`].
pub fn squared_relu(input: &Tensor) -> Result<Tensor> {
    if input.device().is_cpu() { input.apply_op1(Rows::SquaredRelu) } else { reference::squared_relu(input) }
}

/// Softmax over scores times `scale`, (heads, steps, steps): at each step of those up to it.
///
/// # Errors
/// As [`rms_norm`].
pub fn causal_softmax(scores: &Tensor, scale: f32) -> Result<Tensor> {
    if scores.device().is_cpu() {
        return scores.apply_op1(Rows::CausalSoftmax(scale));
    }
    reference::causal_softmax(scores, scale)
}

#[derive(Clone, Copy)]
enum Rows {
    RmsNorm,
    SquaredRelu,
    CausalSoftmax(f32),
}

/// The same backward: of input, result and the result's gradient.
struct Backward(Rows);

impl Rows {
    #[inline(always)]
    fn forward(self, row: usize, input: &[f32], result: &mut [f32]) {
        match self {
            Self::RmsNorm => {
                let factor = inverse_root_mean_square(input);
                result.iter_mut().zip(input).for_each(|(result, input)| *result = input * factor);
            }
            Self::SquaredRelu => {
                result.iter_mut().zip(input).for_each(|(result, input)| *result = input.max(0.0) * input);
            }
            Self::CausalSoftmax(scale) => {
                let n = row % input.len() + 1;
                softmax(&input[..n], scale, &mut result[..n]);
            }
        }
    }

    #[inline(always)]
    fn backward(self, row: usize, input: &[f32], result: &[f32], given: &[f32], gradient: &mut [f32]) {
        match self {
            Self::RmsNorm => {
                let factor = inverse_root_mean_square(input);
                let along = dot(given, result) / input.len() as f32;
                for ((gradient, given), result) in gradient.iter_mut().zip(given).zip(result) {
                    *gradient = factor * (given - result * along);
                }
            }
            Self::SquaredRelu => {
                for ((gradient, given), input) in gradient.iter_mut().zip(given).zip(input) {
                    *gradient = 2.0 * input.max(0.0) * given;
                }
            }
            Self::CausalSoftmax(scale) => {
                let n = row % input.len() + 1;
                let mean = dot(&given[..n], &result[..n]);
                for ((gradient, given), result) in gradient.iter_mut().zip(given).zip(result).take(n) {
                    *gradient = scale * result * (given - mean);
                }
            }
        }
    }
}

#[inline(always)]
fn inverse_root_mean_square(row: &[f32]) -> f32 {
    (dot(row, row) / row.len() as f32 + EPSILON).sqrt().recip()
}

/// The numbers of a tensor that lies in one piece.
pub(crate) fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("expected numbers in one piece") };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

fn width(layout: &Layout) -> usize {
    layout.dims().last().copied().unwrap_or(1).max(1)
}

impl CustomOp1 for Rows {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (input, width) = (numbers(storage, layout)?, width(layout));
        let mut result = vec![0.0_f32; input.len()];
        vectorized(
            Arch::new(),
            #[inline(always)]
            || {
                let rows = result.chunks_exact_mut(width).zip(input.chunks_exact(width));
                rows.enumerate().for_each(|(row, (result, input))| self.forward(row, input, result));
            },
        );
        Ok((CpuStorage::F32(result), layout.shape().clone()))
    }

    fn bwd(&self, arg: &Tensor, res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        arg.apply_op3_no_bwd(res, &grad_res.contiguous()?, &Backward(*self)).map(Some)
    }
}

impl CustomOp3 for Backward {
    fn name(&self) -> &'static str {
        "rows-backward"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (input, result, given) = (numbers(s1, l1)?, numbers(s2, l2)?, numbers(s3, l3)?);
        let width = width(l1);
        let mut gradient = vec![0.0_f32; input.len()];
        vectorized(
            Arch::new(),
            #[inline(always)]
            || {
                let rows = gradient
                    .chunks_exact_mut(width)
                    .zip(input.chunks_exact(width))
                    .zip(result.chunks_exact(width).zip(given.chunks_exact(width)));
                for (row, ((gradient, input), (result, given))) in rows.enumerate() {
                    self.0.backward(row, input, result, given, gradient);
                }
            },
        );
        Ok((CpuStorage::F32(gradient), l1.shape().clone()))
    }
}

#[cfg(test)]
mod tests;
