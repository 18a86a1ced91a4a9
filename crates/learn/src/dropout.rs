//! Dropout from our own generator.

use anyhow::Result;
use candle_core::Tensor;
use records::Random;

/// Zeroes each element with probability `p`, and multiplies the others by 1 / (1 - p), so that sums keep their mean
/// (`nn.Dropout`). Without `noise`, as in scoring, the input stays as it is.
///
/// # Errors
/// If the device fails.
pub fn dropout(input: &Tensor, p: f64, noise: Option<&mut Random>) -> Result<Tensor> {
    let Some(noise) = noise.filter(|_| p > 0.0) else { return Ok(input.clone()) };
    let keep = (1.0 / (1.0 - p)) as f32;
    let limit = (p * 65_536.0) as u64;
    let n = input.elem_count();
    let mut mask = Vec::with_capacity(n + 3);
    while mask.len() < n {
        // Four draws of 16 bits: masks are most of the randomness that training needs.
        let bits = noise.bits();
        mask.extend([0, 16, 32, 48].map(|at| if (bits >> at) & 0xffff < limit { 0.0 } else { keep }));
    }
    mask.truncate(n);
    Ok((input * Tensor::from_vec(mask, input.shape(), input.device())?)?)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Tensor};
    use records::Random;

    use super::dropout;

    #[test]
    fn dropout_keeps_the_mean_and_is_off_when_scoring() {
        let ones = Tensor::ones((100, 100), DType::F32, &Device::Cpu).unwrap();
        let mut noise = Random::keyed(1, "test", "");
        let dropped = dropout(&ones, 0.3, Some(&mut noise)).unwrap();
        let mean = dropped.mean_all().unwrap().to_scalar::<f32>().unwrap();
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
        let kept = dropout(&ones, 0.3, None).unwrap();
        assert_eq!(kept.flatten_all().unwrap().to_vec1::<f32>().unwrap(), vec![1.0; 10_000]);
    }
}
