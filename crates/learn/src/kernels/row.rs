//! What is computed of one row of numbers. To be called within [`vectorized`](super::vectorized).

use super::exp;

/// The product of two rows of one length, in sixteen sums side by side, as vectors are added.
#[inline(always)]
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
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
pub fn softmax(input: &[f32], scale: f32, result: &mut [f32]) -> f32 {
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

#[cfg(test)]
mod tests {
    use super::{dot, softmax};

    const SOFTMAX: [f32; 5] = [0.005_034_136, 0.0, 0.014_385_8, 0.166_707_7, 3.791_513];
    const DOT: f32 = 582.725;

    /// ```python
    /// x = torch.linspace(-3, 4, 21, dtype=torch.float64); x[5] = -200
    /// s = torch.softmax(x * 0.5, 0); s[[0, 5, 6, 20]], torch.logsumexp(x * 0.5, 0), x[:20] @ x[1:]
    /// ```
    #[test]
    fn softmax_and_dot_are_those_of_pytorch() {
        let mut x: Vec<f32> = (0..21).map(|at| -3.0 + 7.0 * at as f32 / 20.0).collect();
        x[5] = -200.0;
        let mut shares = vec![0.0; 21];
        let log_sum = softmax(&x, 0.5, &mut shares);
        for (found, expected) in [shares[0], shares[5], shares[6], shares[20], log_sum].iter().zip(SOFTMAX) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert!((dot(&x[..20], &x[1..]) / DOT - 1.0).abs() < 1e-6);
    }
}
