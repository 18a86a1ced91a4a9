//! What `trace-stats` writes.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One figure of `trace-stats`, over all traces.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceStat {
    /// `"trace-stat/1"`.
    pub schema: String,
    /// What is counted: `programs`, `events`, `changes`, `engines`, `size`.
    pub group: String,
    /// Which of them, `all` for their sum.
    pub name: String,
    /// The figure.
    pub value: f64,
}

impl Record for TraceStat {
    const SCHEMA: &'static str = "trace-stat/1";
}
