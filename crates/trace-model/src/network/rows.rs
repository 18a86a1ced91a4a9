//! What is done to each row of a matrix alone: norm, softmax of what came before, squared ReLU.
//!
//! As graphs of candle's operations each would go over memory several times, forward and backward; these go over it
//! once. On a GPU the graphs are used; a test holds the two against each other, values and gradients.

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Layout, Result, Shape, Tensor, bail};
use pulp::Arch;

const EPSILON: f32 = 1e-6;

/// Each row divided by the root of its mean square.
pub(super) fn norm(input: &Tensor) -> Result<Tensor> {
    if input.device().is_cpu() {
        return input.apply_op1(Rows::Norm);
    }
    let mean = (input.sqr()?.sum_keepdim(1)? / input.dim(1)? as f64)?;
    input.broadcast_div(&(mean + f64::from(EPSILON))?.sqrt()?)
}

/// The square of what is above zero.
pub(super) fn squared_relu(input: &Tensor) -> Result<Tensor> {
    if input.device().is_cpu() { input.apply_op1(Rows::SquaredRelu) } else { input.relu()?.sqr() }
}

/// Softmax over scores times `scale`, (heads, steps, steps): at each step of those up to it.
pub(super) fn causal_softmax(scores: &Tensor, scale: f32) -> Result<Tensor> {
    if scores.device().is_cpu() {
        return scores.apply_op1(Rows::CausalSoftmax(scale));
    }
    let steps = scores.dim(2)?;
    let later = |at: usize| if at % steps > at / steps { f32::NEG_INFINITY } else { 0.0 };
    let mask: Vec<f32> = (0..steps * steps).map(later).collect();
    let mask = Tensor::from_vec(mask, (1, steps, steps), scores.device())?;
    let scores = (scores * f64::from(scale))?.broadcast_add(&mask)?;
    let powers = scores.broadcast_sub(&scores.max_keepdim(2)?)?.exp()?;
    powers.broadcast_div(&powers.sum_keepdim(2)?)
}

#[derive(Clone, Copy)]
enum Rows {
    Norm,
    SquaredRelu,
    CausalSoftmax(f32),
}

/// The same backward: of input, result and the result's gradient.
struct Backward(Rows);

impl Rows {
    #[inline(always)]
    fn forward(self, row: usize, input: &[f32], result: &mut [f32]) {
        match self {
            Self::Norm => {
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
            Self::Norm => {
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

/// In sixteen sums side by side, as vectors are added.
#[inline(always)]
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (lefts, rights) = (left.chunks_exact(16), right.chunks_exact(16));
    let rest: f32 = lefts.remainder().iter().zip(rights.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in lefts.zip(rights) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The softmax of a row times a factor; returns the logarithm of the sum of powers, of the row times the factor.
#[inline(always)]
pub(super) fn softmax(input: &[f32], scale: f32, result: &mut [f32]) -> f32 {
    let mut tops = [f32::NEG_INFINITY; 16];
    for chunk in input.chunks(16) {
        tops.iter_mut().zip(chunk).for_each(|(top, value)| *top = top.max(*value));
    }
    let top = tops.iter().copied().fold(f32::NEG_INFINITY, f32::max) * scale;
    for (result, input) in result.iter_mut().zip(input) {
        *result = exp(input * scale - top);
    }
    let mut sums = [0.0_f32; 16];
    for chunk in result.chunks(16) {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
    }
    let sum = sums.iter().sum::<f32>();
    let factor = sum.recip();
    result.iter_mut().for_each(|result| *result *= factor);
    top + sum.ln()
}

/// The exponential of a number that is not above zero, to the last bits of f32; the library's takes one number at
/// a time.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding it leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = 1.666_666_5e-1
        + r * (4.166_579_6e-2 + r * (8.333_452e-3 + r * (1.398_199_9e-3 + r * 1.987_569_1e-4)));
    let power = 1.0 + r + r * r * (0.5 + r * series);
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    power * f32::from_bits(exponent)
}

/// The numbers of a tensor that lies in one piece.
pub(super) fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
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
        let rows = result.chunks_exact_mut(width).zip(input.chunks_exact(width)).enumerate();
        Arch::new().dispatch(
            #[inline(always)]
            || rows.for_each(|(row, (result, input))| self.forward(row, input, result)),
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
        let rows = gradient
            .chunks_exact_mut(width)
            .zip(input.chunks_exact(width))
            .zip(result.chunks_exact(width).zip(given.chunks_exact(width)))
            .enumerate();
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (row, ((gradient, input), (result, given))) in rows {
                    self.0.backward(row, input, result, given, gradient);
                }
            },
        );
        Ok((CpuStorage::F32(gradient), l1.shape().clone()))
    }
}

/// Numbers for tests: the same every time.
#[cfg(test)]
pub(super) fn some_numbers(shape: impl Into<Shape>, key: &str) -> candle_core::Var {
    let shape = shape.into();
    let mut random = records::Random::keyed(1, "test", key);
    let values: Vec<f32> = (0..shape.elem_count()).map(|_| random.normal() as f32).collect();
    let tensor = Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap();
    candle_core::Var::from_tensor(&tensor).unwrap()
}

#[cfg(test)]
mod tests;
