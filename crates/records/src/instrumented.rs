//! What `nbinstrument` writes: a script with a probe behind every binding.

use serde::{Deserialize, Serialize};

use crate::{Record, Script, Site};

/// A script with its instrumented code beside the original.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Instrumented {
    /// The script as `nb2py` wrote it, but for `schema`, which is `"instrumented/1"`; holds `extra` too.
    #[serde(flatten)]
    pub script: Script,
    /// `code` with calls `_nalin_t(SITE, name)` and `_nalin_w(SITE, (expression))`: line for line the same.
    pub instrumented_code: String,
    /// Every probe; a probe's number in the code is its place in this list, from 0.
    pub sites: Vec<Site>,
    /// Cells that do not parse: they run as they are (and fail), without probes.
    pub broken_cells: Vec<u32>,
    /// Bindings that cannot be probed soundly, counted by reason.
    pub skipped: Vec<Skipped>,
}

/// How many bindings were left out for one reason.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// Why: a snake_case word, explained in `docs/instrumentation.md`.
    pub reason: String,
    /// How many bindings.
    pub count: u64,
}

impl Record for Instrumented {
    const SCHEMA: &'static str = "instrumented/1";
}
