//! What a model is to be, and how it is trained.

use crate::network::Sizes;
use crate::text::{Format, Style};

/// What is trained, and how.
#[derive(Clone, Debug)]
pub struct Config {
    /// How texts are made of traces.
    pub style: Style,
    /// Sizes of the decoder.
    pub sizes: Sizes,
    /// Seed of the weights, the order and the split.
    pub seed: u64,
    /// Whether the programs are learned too, not only their traces.
    pub code_loss: bool,
    /// The run ends after so many steps; after 2000 when no other end is given.
    pub steps: Option<usize>,
    /// The run ends when so many symbols were read.
    pub symbols: Option<u64>,
    /// The run ends after so many minutes.
    pub minutes: Option<f64>,
    /// Symbols a step.
    pub batch: usize,
    /// Learning rate.
    pub rate: f64,
    /// Steps from one validation to the next.
    pub check_every: usize,
    /// The run ends after so many validations without a better one.
    pub patience: usize,
}

impl Config {
    /// The defaults of `trace-lm train`.
    pub fn new(style: Style, sizes: Sizes, seed: u64) -> Self {
        Self {
            style,
            sizes,
            seed,
            code_loss: false,
            steps: None,
            symbols: None,
            minutes: None,
            batch: 2048,
            rate: 0.003,
            check_every: 200,
            patience: 10,
        }
    }

    /// Whether everything in a text is learned: of a program alone there is nothing else.
    pub fn learns_all(&self) -> bool {
        self.code_loss || self.style.format == Format::Code
    }
}
