//! Features, networks and checkpoint of the name-value model; the only crate that knows candle.
//!
//! A [`Subject`] (name, value, class of types) becomes what a [`network`] reads, once; [`train()`] fits a
//! [`Model`] to known examples; a model gives every subject the probability that name and value do not
//! fit. Nothing here reads the command line or the clock, and everything random comes from
//! [`records::Random`], because candle cannot be seeded on the CPU: the same input gives the same bytes.

mod adam;
mod bags;
mod calibration;
mod checkpoint;
mod device;
mod embedding;
mod evidence;
mod features;
mod fit;
mod hash;
mod kind;
mod lessons;
pub mod metrics;
mod model;
pub mod nalin;
pub mod names;
pub mod network;
pub mod parameters;
mod processor;
mod statistics;
mod subject;
mod train;
mod typical;

pub use candle_core::Device;

pub use bags::{BagsConfig, BagsNetwork, Quick, Side};
pub use calibration::Calibration;
pub use checkpoint::{Checkpoint, Past, Saved};
pub use device::{DEVICES, device};
pub use embedding::Embedding;
pub use evidence::{Custom, Fact, Source};
pub use features::{Features, featurise};
pub use fit::{Choice, Epoch, Schedule, fit, sigmoid};
pub use kind::Kind;
pub use lessons::{Known, Lesson, Lessons};
pub use metrics::Metrics;
pub use model::{Config, Design, Model};
pub use statistics::Statistics;
pub use subject::{Ablation, Subject};
pub use train::{Arch, Beside, Plan, train};
