//! What `trace-check` writes: what cannot be in a trace.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record};

/// What `trace-check` writes: what came of replaying one trace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceCheck {
    /// `"trace-check/1"`.
    pub schema: String,
    /// `id` of the trace.
    pub id: String,
    /// Path of the program.
    pub path: String,
    /// Repository of the program, or the problem that it solves.
    pub repo: String,
    /// Steps that were computed anew.
    pub checked: u64,
    /// Lines that ran and could not be.
    pub passed_over: u64,
    /// Where the record cannot be.
    pub contradictions: Vec<Contradiction>,
    /// What is known of operators that are hidden.
    pub operators: Vec<HiddenOperator>,
    /// Fields of users.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Record for TraceCheck {
    const SCHEMA: &'static str = "trace-check/1";
}

/// A step whose record and computation differ.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contradiction {
    /// The event, from 0.
    pub event: u64,
    /// The line.
    pub line: u32,
    /// What stands there.
    pub source: String,
    /// The name that was bound, `return`, or the word of a condition.
    pub name: String,
    /// What the line gives.
    pub computed: String,
    /// What was recorded; of a condition `True` when its block ran.
    pub recorded: String,
}

/// A character in the place of an operator, and what it did.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HiddenOperator {
    /// The character.
    pub glyph: String,
    /// What the key says that it is, `""` when it says nothing.
    pub key: String,
    /// What it made of what, each once.
    pub facts: Vec<OperatorFact>,
    /// Operators that give all of this.
    pub fits: Vec<String>,
    /// Operators that give all of this when `True` and `False` change places.
    pub fits_swapped: Vec<String>,
    /// Operators that do not, with the first fact against them.
    pub contradicted: Vec<OperatorAgainst>,
}

/// What an operator made of two values.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorFact {
    /// The value before it.
    pub left: String,
    /// The value behind it.
    pub right: String,
    /// What was recorded.
    pub result: String,
}

/// A fact that is against an operator.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorAgainst {
    /// The operator.
    pub operator: String,
    /// The fact.
    pub fact: OperatorFact,
    /// What the operator gives, `""` when it gives nothing.
    pub computed: String,
}
