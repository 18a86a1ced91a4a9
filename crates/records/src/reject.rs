//! What a stage could not use: an answer, not an error.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One input that leaves the pipeline, and why.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reject {
    /// `"reject/1"`.
    pub schema: String,
    /// The program that rejected it.
    pub stage: String,
    /// `id` of the record, `""` when it has none yet.
    pub id: String,
    /// Path of the notebook, or the place in the stream (`stdin:12`).
    pub path: String,
    /// Why, out of a closed list.
    pub reason: Reason,
    /// The fault and its place, for a human.
    pub detail: String,
}

/// Why an input was rejected.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file is not JSON.
    NotJson,
    /// JSON, but no notebook of nbformat 2, 3 or 4.
    Nbformat,
    /// A notebook in another language than Python.
    Language,
    /// No code in it.
    Empty,
    /// Not one cell parses as Python 3.
    Syntax,
    /// Longer than the limit on a record or file.
    TooLarge,
    /// The file cannot be read.
    Unreadable,
    /// A value was never seen with enough others to draw a negative for it.
    NoCandidate,
    /// A file or function is no longer what the record tells of.
    Changed,
}

impl Reason {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Nbformat => "nbformat",
            Self::Language => "language",
            Self::Empty => "empty",
            Self::Syntax => "syntax",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::NoCandidate => "no_candidate",
            Self::Changed => "changed",
        }
    }
}

impl Record for Reject {
    const SCHEMA: &'static str = "reject/1";
}
