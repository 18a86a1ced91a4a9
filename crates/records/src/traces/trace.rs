//! What `nbexec --trace` writes: one run of one program, line by line.

use serde::{Deserialize, Serialize};

use crate::{Extra, Outcome, Record};

/// What a program did: each line as it ran, and what it changed.
///
/// A value is a text, bounded, made by type and never by trust: `7`, `'abc'`, `[1, 2, ...+40]`, `<Point x=1 y=2>`.
/// The same run gives the same record whichever engine recorded it, but for `engine` itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trace {
    /// `"trace/1"`.
    pub schema: String,
    /// Hash of the script's `id`, of `stdin` and of `argv`.
    pub id: String,
    /// `id` of the script.
    pub notebook: String,
    /// Path of the script.
    pub path: String,
    /// Repository of the script, or the problem that it solves: the unit that a split must not tear.
    pub repo: String,
    /// Language of the program: `"python"`.
    pub language: String,
    /// Version of the interpreter, `"3.11.7"`.
    pub python: String,
    /// What watched it: `rewrite`, `monitor` or `settrace`.
    pub engine: String,
    /// The program as it was given; lines of events count in it, from 1.
    pub code: String,
    /// What it could read.
    pub stdin: String,
    /// Its arguments, without its own name.
    pub argv: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Type of the exception that ended it (of a notebook: of the first that ended a cell), `""` when none did.
    pub exception: String,
    /// Message of that exception, cut at 500 characters.
    pub message: String,
    /// Line of `code` where it was raised or called, 0 when none or unknown.
    pub line: u32,
    /// Whether events are missing at the end: a limit was reached, or the program was killed.
    pub truncated: bool,
    /// Names of variables and functions, in the order of their first appearance.
    pub names: Vec<String>,
    /// Texts of values, errors (`Type: message`) and output, likewise; the value `""` stands for "is not bound".
    pub values: Vec<String>,
    /// State before the first line: pairs of places in `names` and `values`.
    pub initial: Vec<(u32, u32)>,
    /// The events as `encode_events` makes them, a list of small numbers (`docs/traces.md`).
    pub events: Vec<u32>,
    /// What it wrote to stdout, cut at 64 kB.
    pub stdout: String,
    /// Fields of users, from the script.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Record for Trace {
    const SCHEMA: &'static str = "trace/1";
}
