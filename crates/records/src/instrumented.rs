//! What `nbinstrument` writes: a script with a probe behind every binding.

use serde::{Deserialize, Serialize};

use crate::{Record, Script};

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
    pub sites: Vec<ProbeSite>,
    /// Cells that do not parse: they run as they are (and fail), without probes.
    pub broken_cells: Vec<u32>,
    /// Bindings that cannot be probed soundly, counted by reason.
    pub skipped: Vec<Skipped>,
}

/// The place of one probe.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeSite {
    /// The name that is bound.
    pub name: String,
    /// How: `assign`, `ann_assign`, `aug_assign`, `walrus`, `for`, `with`, `except`, `case`, `comprehension`,
    /// `parameter`, `return`, `import`, `def`, `attribute`, `subscript`.
    pub kind: String,
    /// The cell, from 1.
    pub cell: u32,
    /// First line of the statement in the cell, from 1.
    pub line: u32,
    /// Column of the name, in characters, from 1.
    pub column: u32,
    /// Line of the statement in `code`, from 1.
    pub row: u32,
    /// Line of the statement in the notebook file, from 1.
    pub physical_line: u32,
    /// Enclosing functions and classes, joined by dots; `""` at the top.
    pub scope: String,
    /// The statement's text, cut at 200 characters.
    pub text: String,
    /// Comment on a line of the statement that speaks to linters (`# nalin: ignore[NAL001]`, `# noqa`), cut at
    /// 200 characters; `""` when none.
    #[serde(default)]
    pub pragma: String,
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
