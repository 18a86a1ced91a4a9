//! What a network is to the training loop and to the scorer.

use anyhow::Result;
use candle_core::Tensor;
use records::Random;

use crate::parameters::{Lookup, Parameters};
use crate::{Ablation, Subject};

/// Weights that map rows to logits: what the training loop knows.
pub trait Network: Send + Sync {
    /// What a name or a value is turned into, once, however many pairs it is in.
    type Side: Send + Sync;

    /// The weights.
    fn parameters(&self) -> &Parameters;

    /// The weights, to be changed by a step or a snapshot.
    fn parameters_mut(&mut self) -> &mut Parameters;

    /// Logits of "does not fit". With `noise` it is a step of training: dropout is drawn
    /// from it, and look-ups become leaves of the graph.
    ///
    /// # Errors
    /// If the device fails.
    fn forward(&self, rows: &[Row<Self::Side>], noise: Option<&mut Random>) -> Result<Pass>;
}

/// A network that reads a name and a value apart.
pub trait Encoder: Network {
    /// The inputs that it never sees.
    fn ablation(&self) -> Ablation;

    /// Turns a pair, without the inputs that are hidden, into what the network reads. It must not matter to
    /// the name whether the value is hidden, nor to the value whether the name is.
    fn encode_without(&self, subject: &Subject, hidden: Ablation) -> Self::Side;

    /// The name of a pair alone.
    fn encode_name(&self, subject: &Subject, hidden: Ablation) -> Self::Side {
        let value = Ablation { name: false, value: true, type_: true, len: true, shape: true };
        self.encode_without(subject, hidden.and(value))
    }

    /// The value of a pair alone.
    fn encode_value(&self, subject: &Subject, hidden: Ablation) -> Self::Side {
        self.encode_without(subject, hidden.and(Ablation { name: true, ..Ablation::default() }))
    }
}

/// A pair as the network reads it: its name, and its value.
pub type Row<'a, Side> = (&'a Side, &'a Side);

/// A forward pass.
pub struct Pass {
    /// One or more opinions, (rows) each, that the sigmoid is taken of. Each learns as if it were alone, so
    /// that none leans on another's mistakes; the answer is their mean.
    pub heads: Vec<Tensor>,
    /// The look-ups that led there.
    pub lookups: Vec<Lookup>,
}

impl Pass {
    /// The mean of the heads, one number a row.
    ///
    /// # Errors
    /// If the device fails.
    pub fn logits(&self) -> Result<Vec<f32>> {
        let heads = self.heads.iter().map(|head| Ok(head.to_vec1::<f32>()?)).collect::<Result<Vec<_>>>()?;
        let mean = |row: usize| heads.iter().map(|head| head[row]).sum::<f32>() / heads.len() as f32;
        Ok((0..heads[0].len()).map(mean).collect())
    }
}

/// A mask for dropout: 0 with probability `p`, else 1 / (1 - p), so that sums keep their mean.
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
    use candle_core::{Device, Tensor};
    use records::Random;

    use super::dropout;

    #[test]
    fn dropout_keeps_the_mean_and_is_off_when_scoring() {
        let ones = Tensor::ones((100, 100), candle_core::DType::F32, &Device::Cpu).unwrap();
        let mut noise = Random::keyed(1, "test", "");
        let dropped = dropout(&ones, 0.3, Some(&mut noise)).unwrap();
        let mean = dropped.mean_all().unwrap().to_scalar::<f32>().unwrap();
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
        let kept = dropout(&ones, 0.3, None).unwrap();
        assert_eq!(kept.flatten_all().unwrap().to_vec1::<f32>().unwrap(), vec![1.0; 10_000]);
    }
}
