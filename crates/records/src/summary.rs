//! What a stage says of its work when it is done (`--summary FILE`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Record;

/// The accounts of one run of one program.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// `"summary/1"`.
    pub schema: String,
    /// The program.
    pub stage: String,
    /// Its version.
    pub version: String,
    /// Its arguments, as typed.
    pub arguments: Vec<String>,
    /// Whether it came to its end.
    pub done: bool,
    /// Records read.
    pub records_in: u64,
    /// Records written.
    pub records_out: u64,
    /// Records rejected, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// What the stage counted, by name.
    pub counts: BTreeMap<String, u64>,
    /// What occurred most often, by what it is (`missing_modules`, `missing_files`), and how often.
    pub most: BTreeMap<String, BTreeMap<String, u64>>,
    /// Uncompressed bytes read.
    pub bytes_in: u64,
    /// Uncompressed bytes written.
    pub bytes_out: u64,
    /// Wall time in seconds; like the next two a figure of this run, never compared.
    pub wall_seconds: f64,
    /// CPU time in seconds, with that of child processes.
    pub cpu_seconds: f64,
    /// Largest resident memory in bytes, of this process or of its largest child.
    pub peak_bytes: u64,
}

impl Record for Summary {
    const SCHEMA: &'static str = "summary/1";
}
