//! Losses of logits, and what logits say.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

use crate::kernels::{Arch, softmax, vectorized};
use crate::rows::numbers;

/// The probability that belongs to a logit.
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The binary cross entropy of a logit and a label from 0 to 1 (`F.binary_cross_entropy_with_logits`). Its derivative
/// by the logit is [`sigmoid`] minus the label, exact where logarithms of sigmoids are not.
pub fn binary_cross_entropy(logit: f32, label: f32) -> f64 {
    let (logit, label) = (f64::from(logit), f64::from(label));
    logit.max(0.0) - logit * label + (-logit.abs()).exp().ln_1p()
}

/// The summed negative logarithms of the probabilities of `truths`, one a row of logits, times `factor`
/// (`F.cross_entropy(reduction="sum")`).
///
/// # Errors
/// If the device fails.
pub fn cross_entropy(logits: &Tensor, truths: Vec<u32>, factor: f32) -> Result<Tensor> {
    if logits.device().is_cpu() {
        return logits.apply_op1(CrossEntropy { truths: truths.into(), factor });
    }
    reference(logits, truths, factor)
}

/// The same of candle-nn: what runs on a GPU, and what the loss by hand is held against.
fn reference(logits: &Tensor, truths: Vec<u32>, factor: f32) -> Result<Tensor> {
    let n = truths.len();
    let truths = Tensor::from_vec(truths, n, logits.device())?;
    candle_nn::loss::cross_entropy(logits, &truths)? * (n as f64 * f64::from(factor))
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
        let guesses = of_rows(logits, width.max(1), &self.truths);
        let loss: f64 = guesses.iter().map(|guess| -f64::from(guess.log_probability)).sum();
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
        vectorized(
            Arch::new(),
            #[inline(always)]
            || {
                let rows = slopes.chunks_exact_mut(width).zip(logits.chunks_exact(width)).zip(truths.iter());
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

/// What is expected at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// The likeliest class, of equals the first.
    pub best: u32,
    /// Logarithm of the probability of the truth.
    pub log_probability: f32,
}

/// What each row of logits says, beside its truth.
///
/// # Errors
/// If the device fails.
pub fn guesses(logits: &Tensor, truths: &[u32]) -> Result<Vec<Guess>> {
    let width = logits.dim(1)?;
    let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
    Ok(of_rows(&logits, width, truths))
}

fn of_rows(logits: &[f32], width: usize, truths: &[u32]) -> Vec<Guess> {
    let mut powers = vec![0.0_f32; width];
    let mut guesses = Vec::with_capacity(truths.len());
    vectorized(
        Arch::new(),
        #[inline(always)]
        || {
            for (row, &truth) in logits.chunks_exact(width).zip(truths) {
                let log_sum = softmax(row, 1.0, &mut powers);
                let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let best = row.iter().position(|&logit| logit == top).unwrap_or(0) as u32;
                guesses.push(Guess { best, log_probability: row[truth as usize] - log_sum });
            }
        },
    );
    guesses
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor, Var};

    use super::{binary_cross_entropy, cross_entropy, guesses, reference, sigmoid};

    /// ```python
    /// x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.25, -0.125]], dtype=torch.float64, requires_grad=True)
    /// l = F.cross_entropy(x, torch.tensor([0, 2]), reduction="sum") * 0.5
    /// l.backward(); l, x.grad, torch.log_softmax(x, 1)[[0, 1], [0, 2]]
    /// ```
    #[test]
    fn cross_entropy_is_that_of_pytorch() {
        let logits = Var::new(&[[1.0_f32, -2.0, 3.0], [0.5, 0.25, -0.125]], &Device::Cpu).unwrap();
        let slopes = [-0.440_750_2, 0.002_949_875, 0.437_800_3, 0.216_070_2, 0.168_275_7, -0.384_345_9];
        let by_hand = cross_entropy(&logits, vec![0, 2], 0.5).unwrap();
        let as_graph = reference(&logits, vec![0, 2], 0.5).unwrap();
        for loss in [by_hand, as_graph] {
            assert!((loss.to_scalar::<f32>().unwrap() - 1.798_425).abs() < 1e-6);
            let store = loss.backward().unwrap();
            let found: Vec<f32> = store.get(&logits).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            for (found, expected) in found.iter().zip(slopes) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
        let [first, second] = guesses(&logits, &[0, 2]).unwrap()[..] else { panic!("two rows") };
        assert_eq!([first.best, second.best], [2, 0]);
        assert!((first.log_probability + 2.132_845).abs() < 1e-6);
        assert!((second.log_probability + 1.464_005).abs() < 1e-6);
        // Of equals the first.
        assert_eq!(
            guesses(&Tensor::zeros((1, 40), candle_core::DType::F32, &Device::Cpu).unwrap(), &[0]).unwrap()
                [0]
            .best,
            0
        );
    }

    /// ```python
    /// F.binary_cross_entropy_with_logits(torch.tensor([-30.0, -1.5, 0.0, 2.0, 40.0], dtype=torch.float64),
    ///     torch.tensor([1.0, 0.0, 1.0, 0.25, 0.0], dtype=torch.float64), reduction="none")
    /// ```
    #[test]
    fn binary_cross_entropy_is_that_of_pytorch() {
        let logits = [-30.0_f32, -1.5, 0.0, 2.0, 40.0];
        let labels = [1.0_f32, 0.0, 1.0, 0.25, 0.0];
        let expected = [30.0, 0.201_413_3, f64::from(std::f32::consts::LN_2), 1.626_928, 40.0];
        for ((logit, label), expected) in logits.into_iter().zip(labels).zip(expected) {
            assert!((binary_cross_entropy(logit, label) - expected).abs() < 1e-6, "{logit} {label}");
        }
    }

    #[test]
    fn the_slope_of_the_binary_cross_entropy_is_that_of_candle() {
        let (logits, labels) = ([-3.0_f32, -0.5, 0.0, 1.5], [1.0_f32, 0.0, 1.0, 0.0]);
        let var = Var::new(&logits, &Device::Cpu).unwrap();
        let truths = Tensor::new(&labels, &Device::Cpu).unwrap();
        let loss = candle_nn::loss::binary_cross_entropy_with_logit(&var, &truths).unwrap();
        let mean: f64 =
            logits.iter().zip(labels).map(|(&logit, label)| binary_cross_entropy(logit, label)).sum::<f64>()
                / 4.0;
        assert!((f64::from(loss.to_scalar::<f32>().unwrap()) - mean).abs() < 1e-6);
        let slopes: Vec<f32> = loss.backward().unwrap().get(&var).unwrap().to_vec1().unwrap();
        for ((slope, logit), label) in slopes.into_iter().zip(logits).zip(labels) {
            assert!((slope - (sigmoid(logit) - label) / 4.0).abs() < 1e-6, "{slope}");
        }
    }
}
