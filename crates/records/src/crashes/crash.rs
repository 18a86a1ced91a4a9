//! What `nbcrashes` writes: one error of one cell, with what is needed to say why.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record};

/// One crash. The programs behind `nbcrashes` leave these fields as they are and add their own
/// (`docs/crashes.md`), so the record is the same from the first to the last.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Crash {
    /// `"crash/1"`.
    pub schema: String,
    /// Hash of origin, notebook, path, cell, exception, message, and the error's turn in its cell.
    pub id: String,
    /// The published study's id of an error: UUID of version 3 of the path, the cell and the exception; the same
    /// for equal errors of one cell.
    pub eid: String,
    /// `id` of the notebook's script.
    pub notebook: String,
    /// Path of the notebook.
    pub path: String,
    /// Repository of the notebook.
    pub repo: String,
    /// Where the error was seen.
    pub origin: CrashOrigin,
    /// The cell that crashed, from 1.
    pub cell: u32,
    /// The cell's `id` in nbformat 4.5, else `""`.
    pub cell_id: String,
    /// Its execution count; of an executed notebook its turn, from 1; -1 when there is none.
    pub execution_count: i64,
    /// Line in this cell where it was raised or called, from 1; 0 when not known.
    pub line: u32,
    /// That line in the notebook file, from 1; 0 when not known.
    pub physical_line: u32,
    /// Type of the exception.
    pub exception: String,
    /// Its message as it was saved, `""` when there was none.
    pub message: String,
    /// The traceback as it was saved, colours and all, its last 64 kB; of an executed notebook the frames of the
    /// notebook's own code, `cell 3 line 2 in load`.
    pub traceback: Vec<String>,
    /// Major version of nbformat.
    pub nbformat: u32,
    /// Name of the kernel, `""` when the metadata have none.
    pub kernel: String,
    /// Language as `kernelspec` spells it, `""` when it does not.
    pub kernelspec_language: String,
    /// Language as `language_info` spells it, `""` when it does not.
    pub language_info: String,
    /// Version of the language, `""` when unknown.
    pub language_version: String,
    /// Cells of the notebook, of any kind.
    pub n_cells: u32,
    /// The notebook's code cells; empty with `--no-cells`, or when the notebook of a run was not found.
    pub cells: Vec<CrashCell>,
    /// Fields of users, and those that later programs add.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a crash was seen.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CrashOrigin {
    /// Among the outputs that are saved in the notebook.
    #[default]
    Stored,
    /// In a run of nbexec, from top to bottom.
    Executed,
}

/// One code cell of a notebook that crashed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrashCell {
    /// The cell, from 1.
    pub cell: u32,
    /// Its execution count, -1 when there is none: it was not run in the session that was saved.
    pub execution_count: i64,
    /// Its code, IPython syntax and all.
    pub source: String,
    /// Type of the error saved in it, `""` when none; of several the first.
    pub exception: String,
    /// Line of that error in the cell, from 1; 0 when not known.
    pub line: u32,
    /// Whether its tags say that it is meant to fail.
    pub expects_error: bool,
    /// The end of the text above it, if the cell above is one of text; cut at 300 characters.
    pub note: String,
}

/// Why a crash happened, in the field `label` that `crash-label` adds.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrashLabel {
    /// The root cause in detail: `nb.out_of_order`, `impl.typo`, …, `unknown` (`docs/crashes.md`).
    pub cause: String,
    /// Its coarse category, as the version of the study that was chosen has it: `NB`, `API`, …
    pub category: String,
    /// The type of the exception as the study groups them: `variable_not_found`, …
    pub exception_type: String,
    /// The rule that decided.
    pub rule: String,
    /// What it saw.
    pub evidence: String,
    /// How much the rule is to be trusted, 0 to 1.
    pub confidence: f64,
    /// `ml` when the code that failed uses an ML library or something derived from one, else `python`.
    pub subject: String,
    /// The ML library that is to blame, `""` when none.
    pub library: String,
    /// The stage of the pipeline: `ENVS`, `DATAP`, `DATAV`, `MCONS`, `MTRAIN`, `EVAL`, `NONE`.
    pub stage: String,
    /// Places where the saved execution counts do not go up from one code cell that ran to the next.
    pub order_inversions: u32,
}

impl Record for Crash {
    const SCHEMA: &'static str = "crash/1";
}

/// One cluster of crashes with like messages: what `crash-cluster --clusters` writes, the largest first.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrashCluster {
    /// `"crash-cluster/1"`.
    pub schema: String,
    /// Its number, as in the crashes' field `cluster`.
    pub cluster: u64,
    /// Crashes in it.
    pub size: u64,
    /// Distinct normal forms in it.
    pub messages: u64,
    /// Types of its exceptions, most frequent first.
    pub exceptions: Vec<String>,
    /// How many crashes have each of them.
    pub exception_crashes: Vec<u64>,
    /// Its most frequent normal forms.
    pub normals: Vec<String>,
    /// For each of those a message as it was raised.
    pub examples: Vec<String>,
    /// Least Jaccard similarity of two of its normal forms, among the pairs that were compared; 1 when there is one
    /// only.
    pub min_similarity: f64,
    /// Median of the same.
    pub median_similarity: f64,
    /// Pairs compared: all of them up to 20,000, else so many drawn.
    pub pairs_compared: u64,
}

impl Record for CrashCluster {
    const SCHEMA: &'static str = "crash-cluster/1";
}
