//! A small language model that learns from traces what code does: texts, network, training, figures.
//!
//! A trace becomes a [`Text`] of symbols of a fixed [`vocabulary`]; a [`Decoder`] says what symbol follows;
//! [`Training`] fits it to [`Sequence`]s as a [`Config`] says; [`evaluate`] measures it. Nothing here reads files, the
//! command line or the clock: whoever trains hands in the seconds that have gone by, and is told of every validation.
//! Everything random comes from [`records::Random`], because candle cannot be seeded on the CPU: the same input gives
//! the same bytes, whatever the number of threads.
//!
//! ```
//! use trace_model::{Config, Decoder, Device, Format, Sequence, Sizes, Style, Training, complete, vocabulary};
//!
//! let sizes = Sizes { layers: 1, width: 16, heads: 2, hidden: 32, context: 16 };
//! let style = Style { format: Format::Code, ..Style::default() };
//! let config = Config { steps: Some(60), batch: 32, ..Config::new(style, sizes, 1) };
//! let train: Vec<_> = (0..4)
//!     .map(|_| Sequence { symbols: vocabulary::symbols("\n1 x = 1\n."), from: 1 })
//!     .collect();
//!
//! let mut training = Training::new(&config, Decoder::new(&config.sizes, config.seed, &Device::Cpu)?, String::new());
//! training.run(&train, &[], &|| 0.0, &mut |_| Ok(()))?;
//! let model = training.finish()?;
//!
//! let written = complete(&model.decoder, &vocabulary::symbols("\n1 x"))?;
//! assert_eq!(vocabulary::decode(&written), b" = 1\n.");
//! # Ok::<(), anyhow::Error>(())
//! ```

mod batches;

mod complete;
mod config;
mod data;
pub mod evaluate;
mod facts;
mod frames;
mod model;
mod network;
mod predict;
mod progress;
#[cfg(test)]
mod samples;
mod text;
mod train;
pub mod vocabulary;

pub use learn::{DEVICES, Device, device};

pub use complete::complete;
pub use config::Config;
pub use data::{Sequence, Source};
pub use facts::{Operation, Step};
pub use model::{Model, ModelConfig};
pub use network::{Decoder, Sizes};
pub use predict::predictions;
pub use progress::{Check, Progress};
pub use text::{Format, Piece, Role, Style, Text, render, render_task};
pub use train::Training;
