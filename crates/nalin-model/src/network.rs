//! What a network is to the training loop and to the scorer.

use anyhow::Result;
use candle_core::Tensor;
use learn::{Device, Init, Lookup, Parameters};
use records::Random;

use crate::{Ablation, Subject};

/// Weights that map rows to logits: what the training loop knows.
pub trait Network: Send + Sync {
    /// What a name or a value is turned into, once, however many pairs it is in.
    type Encoded: Send + Sync;

    /// The weights.
    fn parameters(&self) -> &Parameters;

    /// The weights, to be changed by a step or a snapshot.
    fn parameters_mut(&mut self) -> &mut Parameters;

    /// Logits of "does not fit". With `noise` it is a step of training: dropout is drawn
    /// from it, and look-ups become leaves of the graph.
    ///
    /// # Errors
    /// If the device fails.
    fn forward(&self, rows: &[Row<Self::Encoded>], noise: Option<&mut Random>) -> Result<Pass>;
}

/// A network that reads a name and a value apart.
pub trait Encoder: Network {
    /// The inputs that it never sees.
    fn ablation(&self) -> Ablation;

    /// Turns a pair, without the inputs that are hidden, into what the network reads. It must not matter to
    /// the name whether the value is hidden, nor to the value whether the name is.
    fn encode_without(&self, subject: &Subject, hidden: Ablation) -> Self::Encoded;

    /// The name of a pair alone.
    fn encode_name(&self, subject: &Subject, hidden: Ablation) -> Self::Encoded {
        let value = Ablation { name: false, value: true, type_: true, len: true, shape: true };
        self.encode_without(subject, hidden.and(value))
    }

    /// The value of a pair alone.
    fn encode_value(&self, subject: &Subject, hidden: Ablation) -> Self::Encoded {
        self.encode_without(subject, hidden.and(Ablation { name: true, ..Ablation::default() }))
    }
}

/// Weights that begin as zeros, half of them negative: so they always were, and a trained model's file keeps the sign
/// of those that no example touched.
pub(crate) const SIGNED_ZEROS: Init = Init::Uniform(0.0);

/// No weights yet; those that are added are drawn from `seed` and their names.
pub(crate) fn no_parameters(device: &Device, seed: u64) -> Parameters {
    Parameters::new(device, seed, "nalin-model/weights")
}

/// A pair as the network reads it: its name, and its value.
pub type Row<'a, Encoded> = (&'a Encoded, &'a Encoded);

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
