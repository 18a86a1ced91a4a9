//! What logits cost, and what they say.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use pulp::Arch;

use super::rows::{numbers, softmax};

/// The summed negative logarithms of the probabilities of `truths`, times `factor`.
pub(crate) fn cross_entropy(logits: &Tensor, truths: Vec<u32>, factor: f32) -> Result<Tensor> {
    if logits.device().is_cpu() {
        return logits.apply_op1(CrossEntropy { truths: truths.into(), factor });
    }
    let n = truths.len();
    let truths = Tensor::from_vec(truths, (n, 1), logits.device())?;
    let shifted = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
    let sums = shifted.exp()?.sum_keepdim(1)?.log()?;
    (sums - shifted.gather(&truths, 1)?)?.sum_all()? * f64::from(factor)
}

#[derive(Clone)]
struct CrossEntropy {
    truths: std::sync::Arc<[u32]>,
    factor: f32,
}

struct Slope(CrossEntropy);

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let logits = numbers(storage, layout)?;
        let width = logits.len() / self.truths.len().max(1);
        let predictions = of_rows(logits, width.max(1), &self.truths);
        let loss: f64 = predictions.iter().map(|prediction| -f64::from(prediction.log_probability)).sum();
        Ok((CpuStorage::F32(vec![loss as f32 * self.factor]), Shape::from(())))
    }

    fn bwd(&self, arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        arg.apply_op2_no_bwd(grad_res, &Slope(self.clone())).map(Some)
    }
}

impl CustomOp2 for Slope {
    fn name(&self) -> &'static str {
        "cross-entropy-backward"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (logits, given) = (numbers(s1, l1)?, numbers(s2, l2)?[0]);
        let Self(CrossEntropy { truths, factor }) = self;
        let factor = factor * given;
        let width = (logits.len() / truths.len().max(1)).max(1);
        let mut slopes = vec![0.0_f32; logits.len()];
        let rows = slopes.chunks_exact_mut(width).zip(logits.chunks_exact(width)).zip(truths.iter());
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for ((slopes, logits), &truth) in rows {
                    softmax(logits, 1.0, slopes);
                    slopes[truth as usize] -= 1.0;
                    slopes.iter_mut().for_each(|slope| *slope *= factor);
                }
            },
        );
        Ok((CpuStorage::F32(slopes), l1.shape().clone()))
    }
}

/// What is predicted at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The likeliest symbol, of equals the first.
    pub best: u32,
    /// Logarithm of the probability of the truth.
    pub log_probability: f32,
}

/// What logits say, beside the truths.
pub(crate) fn predictions_of(logits: &Tensor, truths: &[u32]) -> Result<Vec<Prediction>> {
    let width = logits.dim(1)?;
    let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
    Ok(of_rows(&logits, width, truths))
}

fn of_rows(logits: &[f32], width: usize, truths: &[u32]) -> Vec<Prediction> {
    let mut powers = vec![0.0_f32; width];
    let mut predictions = Vec::with_capacity(truths.len());
    let rows = logits.chunks_exact(width).zip(truths);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (row, &truth) in rows {
                let log_sum = softmax(row, 1.0, &mut powers);
                let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let best = row.iter().position(|&logit| logit == top).unwrap_or(0) as u32;
                predictions.push(Prediction { best, log_probability: row[truth as usize] - log_sum });
            }
        },
    );
    predictions
}

#[cfg(test)]
mod tests {
    use super::super::rows::some_numbers;
    use super::{cross_entropy, predictions_of};

    #[test]
    fn loss_and_slope_by_hand() {
        let logits = some_numbers((2, 3), "logits");
        let values: Vec<Vec<f32>> = logits.to_vec2().unwrap();
        let truths = [2_usize, 0];
        let share = |row: usize, at: usize| {
            let sum: f32 = values[row].iter().map(|logit| logit.exp()).sum();
            values[row][at].exp() / sum
        };
        let expected: f32 = (0..2).map(|row| -share(row, truths[row]).ln()).sum::<f32>() * 0.5;
        let loss = cross_entropy(logits.as_tensor(), vec![2, 0], 0.5).unwrap();
        assert!((loss.to_scalar::<f32>().unwrap() - expected).abs() < 1e-6);
        let store = loss.backward().unwrap();
        let slopes: Vec<Vec<f32>> = store.get(logits.as_tensor()).unwrap().to_vec2().unwrap();
        for (row, slopes) in slopes.iter().enumerate() {
            for (at, slope) in slopes.iter().enumerate() {
                let truth = if truths[row] == at { 1.0 } else { 0.0 };
                assert!((slope - 0.5 * (share(row, at) - truth)).abs() < 1e-6);
            }
        }
        let predictions = predictions_of(logits.as_tensor(), &[2, 0]).unwrap();
        let best =
            |row: usize| (0..3).max_by(|&a, &b| values[row][a].total_cmp(&values[row][b])).unwrap() as u32;
        assert_eq!([predictions[0].best, predictions[1].best], [best(0), best(1)]);
        assert!((predictions[0].log_probability - share(0, 2).ln()).abs() < 1e-6);
    }
}
