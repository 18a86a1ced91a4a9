//! What `trace-lm evaluate` writes: a figure.

use records::Record;
use serde::{Deserialize, Serialize};

/// One figure of one model.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct Score {
    /// `"lm_score/1"`.
    pub schema: String,
    /// `model`, or what stands beside it: `shuffled_operators`, `copy_last_value`, `ngram`.
    pub model: String,
    /// The format of the model's texts.
    pub format: String,
    /// What is measured: `head_exact`, `line_exact`, `change_exact`, `trace_exact`, `trace_share`, `bits_per_byte`,
    /// `induction`.
    pub measure: String,
    /// What the figures are told apart by: `all`, `changes`, `level`, `operator`, `distance`, `digits`, `probes`.
    pub by: String,
    /// Which of those, `""` for all.
    pub group: String,
    /// Lines, traces or bytes measured.
    pub n: u64,
    /// The figure.
    pub value: f64,
}

impl Record for Score {
    const SCHEMA: &'static str = "lm_score/1";
}
