//! The packed form of a stream of traces: what `trace-pack` writes and `trace-cat` reads.
//!
//! A file is a row of sections: a head with the version and a dictionary of zstd, blocks of up to 256 lines, and
//! an index of the blocks; last come 24 bytes that say where the index is. Every byte is under a checksum.
//!
//! A block is a set of columns (all ids, all codes, all heads of events, …) in one frame of zstd: like stands
//! beside like. A line that is a `trace/1` record as our writers spell it is taken apart; any other is kept as it
//! is. Numbers are LEB128. The values of a trace are encoded one after the other as they are first needed, a whole
//! number by its distance from the last value of the same variable: a loop that counts says the same again and
//! again, which costs next to nothing.

mod block;
mod bytes;
mod columns;
mod events;
mod reader;
mod sections;
mod writer;

pub use reader::{Reader, Scan};
pub use sections::{BLOCK_BYTES, Limits};
pub use writer::{BLOCK_LINES, Dictionary, Encoded, Packer};

/// Why bytes are no packed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage(pub String);

impl std::fmt::Display for Damage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

impl Damage {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

#[cfg(test)]
mod tests;
