#![doc = include_str!("../README.md")]

mod firsts;
mod hash;
mod sketch;

pub use firsts::Firsts;
pub use hash::{combine, hash, scatter};
pub use sketch::{Bands, Sketch, similarity};
