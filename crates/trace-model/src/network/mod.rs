//! A decoder: symbols in, logits of the next symbol out.
//!
//! Before each part a norm without weights, rotary positions, no biases, squared ReLU: what is cheap to run on a
//! processor and learns no worse. The products of matrices are candle's; what lies between them is fused
//! (`rows.rs`, `heads.rs`).

mod heads;
mod loss;
mod parameters;
mod rows;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::vocabulary::{self, Symbol};

pub use loss::Prediction;
pub(crate) use loss::{cross_entropy, predictions_of};
pub(crate) use parameters::{Parameters, Snapshot};

/// The sizes of a decoder.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Sizes {
    /// Layers.
    pub layers: usize,
    /// Width of a symbol's vector.
    pub width: usize,
    /// Heads of attention.
    pub heads: usize,
    /// Width of the hidden part of a layer.
    pub hidden: usize,
    /// Most symbols of a text.
    pub context: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { layers: 4, width: 128, heads: 4, hidden: 512, context: 512 }
    }
}

/// A decoder and its weights.
pub struct Decoder {
    pub(crate) parameters: Parameters,
    sizes: Sizes,
    turns: Arc<heads::Turns>,
}

/// Texts of like length side by side: the rows of one forward pass.
pub(crate) struct Batch<'a> {
    pub(crate) texts: Vec<&'a [Symbol]>,
}

impl Batch<'_> {
    /// The length that all are filled up to.
    pub(crate) fn steps(&self) -> usize {
        self.texts.iter().map(|text| text.len()).max().unwrap_or(0)
    }
}

impl Decoder {
    /// A decoder with weights drawn from the seed.
    ///
    /// # Errors
    /// If the sizes do not go together, or the device has no room.
    pub fn new(sizes: &Sizes, seed: u64, device: &Device) -> Result<Self> {
        let Sizes { layers, width, heads, hidden, context } = *sizes;
        anyhow::ensure!(
            layers > 0 && heads > 0 && context > 1 && hidden > 0 && width > 0 && width % (2 * heads) == 0,
            "a decoder of {layers} layers, {heads} heads, width {width}, context {context} cannot be"
        );
        // Work is shared out by us, in parts that do not depend on the number of threads; a product of
        // matrices that starts threads of its own would only be in the way.
        gemm::set_threading_threshold(usize::MAX);
        let mut parameters = Parameters::new(device, seed);
        let spread = (width as f64).sqrt().recip();
        // What is added to the stream in each layer starts small.
        let small = spread / (2.0 * layers as f64).sqrt();
        parameters.add("embedding", &[vocabulary::size(), width], 1.0)?;
        for layer in 0..layers {
            for name in ["query", "key", "value"] {
                parameters.add(&format!("{layer}/{name}"), &[width, width], spread)?;
            }
            parameters.add(&format!("{layer}/mix"), &[width, width], small)?;
            parameters.add(&format!("{layer}/up"), &[width, hidden], spread)?;
            parameters.add(
                &format!("{layer}/down"),
                &[hidden, width],
                small * (width as f64 / hidden as f64).sqrt(),
            )?;
        }
        parameters.add("head", &[width, vocabulary::size()], spread)?;
        let turns = Arc::new(heads::Turns::new(context, width / heads));
        Ok(Self { parameters, sizes: sizes.clone(), turns })
    }

    /// The sizes.
    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// The number of weights.
    pub fn weights(&self) -> usize {
        self.parameters.count()
    }

    /// Logits, (places, symbols), of what follows at these places, counted through the rows of the batch.
    ///
    /// # Errors
    /// If the device fails, or a text is longer than the context.
    pub(crate) fn forward(&self, batch: &Batch, places: &[u32]) -> Result<Tensor> {
        let (n, steps) = (batch.texts.len(), batch.steps());
        anyhow::ensure!(steps <= self.sizes.context, "a text of {steps} symbols is longer than the context");
        let Sizes { width, heads, layers, .. } = self.sizes;
        let device = self.parameters.device();
        let mut symbols = Vec::with_capacity(n * steps);
        for text in &batch.texts {
            symbols.extend(text.iter().map(|&symbol| u32::from(symbol)));
            symbols.resize(symbols.len().next_multiple_of(steps.max(1)), 0);
        }
        let split = |turns| heads::Heads { n, steps, heads, turns, merge: false };
        let turned = || split(Some((self.turns.clone(), false)));
        let merge = heads::Heads { n, steps, heads, turns: None, merge: true };
        let scale = ((width / heads) as f64).sqrt().recip() as f32;
        let weights =
            |name: &str| self.parameters.get(name).with_context(|| format!("there are no weights {name}"));
        let mut stream = weights("embedding")?.index_select(&Tensor::new(symbols, device)?, 0)?;
        for layer in 0..layers {
            let of = |name: &str| weights(&format!("{layer}/{name}"));
            let normed = rows::norm(&stream)?;
            let query = heads::apply(&normed.matmul(of("query")?)?, turned())?;
            let key = heads::apply(&normed.matmul(of("key")?)?, turned())?;
            let value = heads::apply(&normed.matmul(of("value")?)?, split(None))?;
            let shares = rows::causal_softmax(&query.matmul(&key.t()?)?, scale)?;
            let mixed = heads::apply(&shares.matmul(&value)?, merge.clone())?;
            stream = (stream + mixed.matmul(of("mix")?)?)?;
            let hidden = rows::squared_relu(&rows::norm(&stream)?.matmul(of("up")?)?)?;
            stream = (stream + hidden.matmul(of("down")?)?)?;
        }
        // The places alone: what follows within the program is often not asked for.
        let stream = stream.index_select(&Tensor::new(places, device)?, 0)?;
        Ok(rows::norm(&stream)?.matmul(weights("head")?)?)
    }
}
