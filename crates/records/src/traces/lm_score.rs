//! What `trace-lm evaluate` writes: a figure.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One figure of one language model, or of what stands beside it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LmScore {
    /// `"lm-score/1"`.
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

impl Record for LmScore {
    const SCHEMA: &'static str = "lm-score/1";
}
