//! `trace-lm`: a small language model that learns from traces what code does.
//!
//! `generate` writes programs for a curriculum, `train` learns from their traces (`nbexec --trace`), `evaluate`
//! measures what was learned beside what needs no learning, `sample` shows it. The model is a decoder over a fixed
//! vocabulary; how a trace becomes a text is `text.rs`. Nothing but training with `--minutes` depends on the clock,
//! and everything random comes from [`records::Random`]: the same input gives the same bytes.

pub mod cli;
pub mod generate;
pub mod network;
pub mod text;
pub mod vocabulary;

mod adam;
mod batches;
mod checkpoint;
mod data;
mod evaluate;
mod facts;
mod model;
mod sample;
mod state;
mod train;
