//! A decoder: symbols in, logits of the next symbol out.
//!
//! Before each part a norm without weights, rotary positions, no biases, squared ReLU: what is cheap to run on a
//! processor and learns no worse. It is written down twice: `reference.rs` as layers of candle-nn, which a GPU runs, and
//! `fast.rs` for a processor, with what lies between the products of matrices fused. A test holds the one against the
//! other, logits and gradients.

mod fast;
mod heads;
mod reference;

use std::sync::Arc;

use anyhow::Result;
use candle_core::Tensor;
use learn::{DenseId, Device, Init, Parameters};
use serde::{Deserialize, Serialize};

use crate::vocabulary::{self, Symbol};
use heads::Rotary;

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
    /// (symbols, width)
    embedding: DenseId,
    layers: Vec<Layer>,
    /// (width, symbols)
    head: DenseId,
    positions: Arc<Rotary>,
}

/// The weights of a layer, (inputs, outputs) each.
struct Layer {
    query: DenseId,
    key: DenseId,
    value: DenseId,
    mix: DenseId,
    up: DenseId,
    down: DenseId,
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

/// What a forward pass reads: symbols, (texts x steps), and the rows of them that are asked for.
struct Input {
    symbols: Tensor,
    places: Tensor,
    texts: usize,
    steps: usize,
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
        learn::threads::keep_products_on_one_thread();
        let mut parameters = Parameters::new(device, seed, "trace-lm/weights");
        let spread = (width as f64).sqrt().recip();
        // What is added to the stream in each layer starts small.
        let small = spread / (2.0 * layers as f64).sqrt();
        let mut add = |name: &str, shape: [usize; 2], deviation: f64| {
            parameters.add_dense(name, &shape, Init::Normal(deviation))
        };
        let embedding = add("embedding", [vocabulary::size(), width], 1.0)?;
        let mut layer = |at: usize| -> Result<Layer> {
            Ok(Layer {
                query: add(&format!("{at}/query"), [width, width], spread)?,
                key: add(&format!("{at}/key"), [width, width], spread)?,
                value: add(&format!("{at}/value"), [width, width], spread)?,
                mix: add(&format!("{at}/mix"), [width, width], small)?,
                up: add(&format!("{at}/up"), [width, hidden], spread)?,
                down: add(
                    &format!("{at}/down"),
                    [hidden, width],
                    small * (width as f64 / hidden as f64).sqrt(),
                )?,
            })
        };
        let layers = (0..layers).map(&mut layer).collect::<Result<_>>()?;
        let head = add("head", [width, vocabulary::size()], spread)?;
        let positions = Arc::new(Rotary::new(context, width / heads));
        Ok(Self { parameters, sizes: sizes.clone(), embedding, layers, head, positions })
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
        let input = self.input(batch, places)?;
        let logits = if self.parameters.device().is_cpu() {
            fast::forward(self, &input)
        } else {
            reference::forward(self, &input)
        };
        Ok(logits?)
    }

    fn input(&self, batch: &Batch, places: &[u32]) -> Result<Input> {
        let (texts, steps) = (batch.texts.len(), batch.steps());
        anyhow::ensure!(steps <= self.sizes.context, "a text of {steps} symbols is longer than the context");
        let mut symbols = Vec::with_capacity(texts * steps);
        for text in &batch.texts {
            symbols.extend(text.iter().map(|&symbol| u32::from(symbol)));
            symbols.resize(symbols.len().next_multiple_of(steps.max(1)), 0);
        }
        let device = self.parameters.device();
        let (symbols, places) = (Tensor::new(symbols, device)?, Tensor::new(places, device)?);
        Ok(Input { symbols, places, texts, steps })
    }

    /// What the scores of attention are multiplied with.
    fn scale(&self) -> f32 {
        ((self.sizes.width / self.sizes.heads) as f64).sqrt().recip() as f32
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Tensor;
    use learn::{Device, Gradients};

    use super::{Batch, Decoder, Sizes, fast, reference};
    use crate::vocabulary;

    #[test]
    fn the_fast_network_is_the_reference() {
        let sizes = Sizes { layers: 2, width: 24, heads: 3, hidden: 40, context: 32 };
        let decoder = Decoder::new(&sizes, 5, &Device::Cpu).unwrap();
        let texts: [Vec<u16>; 3] = [(40..61).collect(), (60..92).collect(), vec![7; 5]];
        let places = [0, 3, 20, 32, 50, 63, 68];
        let batch = Batch { texts: texts.iter().map(Vec::as_slice).collect() };
        let input = decoder.input(&batch, &places).unwrap();
        let run = |logits: Tensor| {
            let truths = vec![1, 2, 3, 300, 5, 6, 7];
            let store = learn::loss::cross_entropy(&logits, truths, 0.1).unwrap().backward().unwrap();
            let gradients = Gradients::collect(&decoder.parameters, &store, Vec::new()).unwrap();
            let n = decoder.parameters.shapes().count();
            let logits: Vec<Vec<f32>> = logits.to_vec2().unwrap();
            (
                logits.concat(),
                (0..n).flat_map(|at| gradients.of(&decoder.parameters, at)).collect::<Vec<f32>>(),
            )
        };
        let by_hand = run(fast::forward(&decoder, &input).unwrap());
        let by_layers = run(reference::forward(&decoder, &input).unwrap());
        assert_eq!(by_hand.0.len(), places.len() * vocabulary::size());
        assert!(by_hand.1.iter().filter(|gradient| gradient.abs() > 1e-4).count() > 1000);
        for (one, other) in by_hand.0.iter().zip(&by_layers.0).chain(by_hand.1.iter().zip(&by_layers.1)) {
            assert!((one - other).abs() < 2e-5 * (1.0 + other.abs()), "{one} {other}");
        }
    }
}
