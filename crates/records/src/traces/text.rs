//! What `trace-text --jsonl` writes: a trace to be read.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record};

/// What `trace-text --jsonl` writes: one trace as a text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceText {
    /// `"trace-text/1"`.
    pub schema: String,
    /// `id` of the trace.
    pub id: String,
    /// Path of the program.
    pub path: String,
    /// Repository of the program, or the problem that it solves.
    pub repo: String,
    /// How it is told.
    pub style: String,
    /// The text.
    pub text: String,
    /// Tokens of the text, as `--max-tokens` counts them.
    pub tokens: u64,
    /// Events of the trace.
    pub events: u64,
    /// Events of which the text does not tell.
    pub left_out: u64,
    /// What the characters of `--glyphs` stand for.
    pub key: Vec<Glyph>,
    /// Fields of users, from the trace.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Record for TraceText {
    const SCHEMA: &'static str = "trace-text/1";
}

/// What a character stands for.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Glyph {
    /// The character, or several.
    pub glyph: String,
    /// `name`, `value` or `operator`.
    pub kind: String,
    /// What stood there.
    pub text: String,
}
