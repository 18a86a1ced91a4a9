//! What `trace-tasks` writes: a question about a program.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record, Split};

/// What `trace-tasks` writes: one question and its answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceTask {
    /// `"trace-task/1"`.
    pub schema: String,
    /// Hash of the trace's `id`, the task and what exactly is asked.
    pub id: String,
    /// `id` of the trace.
    pub trace: String,
    /// Path of the program.
    pub path: String,
    /// Repository of the program, or the problem that it solves.
    pub repo: String,
    /// The part that the repository belongs to.
    pub split: Split,
    /// What is asked: `next_state`, `type`, …
    pub task: String,
    /// What the prompt holds: `code` or `code+trace`.
    pub form: String,
    /// The question with all that may be known.
    pub prompt: String,
    /// The right answer.
    pub target: String,
    /// Tokens of both, as `trace-text --max-tokens` counts them.
    pub tokens: u64,
    /// Of what the question is: line, event, name, … as the task has them.
    pub meta: Extra,
    /// Fields of users, from the trace.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Record for TraceTask {
    const SCHEMA: &'static str = "trace-task/1";
}
