//! What `nbexec` writes behind the assignments of each notebook: how its execution went.

use serde::{Deserialize, Serialize};

use crate::{Extra, Head, Record};

/// One notebook's execution. Closes the notebook's records in the stream: what stands before it is complete.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// `"run/1"`.
    pub schema: String,
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
    /// How it ended.
    pub outcome: Outcome,
    /// More about the outcome for a human, `""` when there is nothing to say.
    pub detail: String,
    /// Whether the interpreter came to the end of the notebook and everything recorded arrived.
    pub complete: bool,
    /// Exit code of the interpreter, -1 when a signal ended it.
    pub exit_code: i64,
    /// The signal that ended it, 0 when none.
    pub signal: i64,
    /// One entry a code cell, in the order of execution.
    pub cells: Vec<CellRun>,
    /// Cells that ran to their end.
    pub cells_ok: u64,
    /// Cells that raised, did not compile or timed out.
    pub cells_failed: u64,
    /// Cells that were never started.
    pub cells_skipped: u64,
    /// Probe sites in the script.
    pub sites: u64,
    /// Probe sites that ran at least once.
    pub sites_reached: u64,
    /// Values recorded.
    pub values: u64,
    /// First module that could not be imported, `""` when none.
    pub missing_module: String,
    /// First file that was not found, `""` when none.
    pub missing_file: String,
    /// The isolation that it ran under: `bwrap`, `podman`, `docker`, `none`.
    pub sandbox: String,
    /// How memory was limited: `cgroup`, by the kernel for the whole process tree; `watched`, by the kernel
    /// for each process and by adding up the tree ten times a second; `""` in records of before.
    #[serde(default)]
    pub memory_limit: String,
    /// Version of the interpreter, `"3.11.7"`.
    pub python: String,
    /// Seconds of wall time, a figure of this run alone and never compared.
    pub wall_seconds: f64,
    /// CPU seconds of the whole process tree, likewise.
    pub cpu_seconds: f64,
    /// Largest resident memory of a process of the tree in bytes, likewise.
    pub peak_bytes: u64,
    /// Fields of users, from the script.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One cell's execution.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CellRun {
    /// The cell, from 1.
    pub cell: u32,
    /// How it ended.
    pub status: CellStatus,
    /// Type of the exception, `""` when none.
    pub exception: String,
    /// Its message, cut at 500 characters.
    pub message: String,
    /// Line in this cell where it was raised or called, from 1; 0 when none.
    pub line: u32,
    /// Frames of the notebook's own code, outermost first: `cell 3 line 2 in load`.
    pub frames: Vec<String>,
}

/// How a cell ended.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CellStatus {
    /// Ran to its end.
    Ok,
    /// Raised an exception.
    Error,
    /// Does not compile.
    Syntax,
    /// Ran out of time.
    Timeout,
    /// Was running when the interpreter died.
    Killed,
    /// Never started.
    #[default]
    Skipped,
}

/// How a notebook's execution ended.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every cell ran to its end.
    #[default]
    Ok,
    /// Came to the end; at least one cell raised an exception.
    CellErrors,
    /// No cell compiled.
    Syntax,
    /// Ran out of wall or CPU time.
    Timeout,
    /// Ran out of memory.
    Oom,
    /// Died from a signal or ended its own interpreter.
    Killed,
    /// Wrote more output than allowed.
    OutputLimit,
    /// Could not be started in its sandbox.
    Sandbox,
}

impl Record for Run {
    const SCHEMA: &'static str = "run/1";
}
