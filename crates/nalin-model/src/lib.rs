//! Features and networks of the name-value model, on the learning kit of [`learn`].
//!
//! A [`Subject`] (name, value, class of types) becomes what a [`network`] reads, once; [`train()`] fits a
//! [`Model`] to known examples; a model gives every subject the probability that name and value do not
//! fit. Nothing here reads the command line or the clock, and everything random comes from
//! [`records::Random`], because candle cannot be seeded on the CPU: the same input gives the same bytes.

mod bags;
mod embedding;
mod encoded;
mod features;
mod fit;
mod judge;
mod model;
pub mod nalin;
pub mod network;
mod progress;
mod statistics;
mod train;
mod typical;

pub use bags::{BagsConfig, BagsNetwork, Quick, Tower};
pub use embedding::Embedding;
pub use encoded::{EncodedExample, EncodedExamples, LabelledSubject};
pub use evidence::{Ablation, Fact, Kind, Source, Subject, Usage, names};
pub use features::{Features, featurise};
pub use fit::{Choice, Schedule, fit};
pub use model::{Config, Design, Model};
pub use progress::{Epoch, Past, Progress, RunState, Saved};
pub use statistics::Statistics;
pub use train::{Arch, Beside, Plan, train};
