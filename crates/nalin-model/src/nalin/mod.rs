//! The published network, to the letter (specification: section 8 of the paper's inventory in `docs/model.md`).

mod encode;
mod gru;
mod names;
mod network;
mod tree;

pub use encode::{ALPHABET_SLOTS, Encoding, character_slot, length_slot, shape_slot};
pub use network::{NalinConfig, NalinNetwork};
