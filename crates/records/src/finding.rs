//! What `nalin-score` reports to people: a name and a value that do not fit, and why.

use serde::{Deserialize, Serialize};

use crate::{Record, Site, Value};

/// One finding: at most one a site.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// `"finding/1"`.
    pub schema: String,
    /// `id` of the pair that was reported.
    pub id: String,
    /// Hash of path, name and the statement's text without its white space, and, where a notebook has that
    /// more than once, of its turn: survives moved lines and re-ordered cells.
    pub fingerprint: String,
    /// The rule that was broken.
    pub rule: Rule,
    /// Probability that name and value do not fit, 0 to 1.
    pub score: f64,
    /// One sentence.
    pub message: String,
    /// `id` of the script.
    pub notebook: String,
    /// Path of the notebook.
    pub path: String,
    /// Repository of the notebook.
    pub repo: String,
    /// The name and its place.
    pub site: Site,
    /// The value.
    pub value: Value,
    /// The value's merged type.
    pub type_class: String,
    /// What the name held where the model learned, most frequent first.
    pub usual_types: Vec<Alternative>,
    /// Values that are typical of the name there, as short texts; empty when none are.
    pub usual_values: Vec<String>,
    /// By how much the score falls when the model does not see the `name`, the `value` or the `type`; what
    /// weighed most first. Below 0: without it the score would be higher.
    pub weighed: Vec<Alternative>,
    /// Names that would fit this value better, best first.
    pub better_names: Vec<Alternative>,
}

/// A type, name or input with a share, a score, or a difference of scores.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alternative {
    /// The type or name.
    pub text: String,
    /// Its share or score.
    pub share: f64,
}

/// The rules, each with a page in `docs/rules/`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Rule {
    /// The value does not fit the name.
    #[serde(rename = "NAL001")]
    ValueDoesNotFit,
    /// The name does not fit the value: another fits far better.
    #[serde(rename = "NAL002")]
    MisleadingName,
}

impl Rule {
    /// The rule's code, as people write it in an ignore comment.
    pub fn code(self) -> &'static str {
        match self {
            Self::ValueDoesNotFit => "NAL001",
            Self::MisleadingName => "NAL002",
        }
    }

    /// The rule's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ValueDoesNotFit => "value-does-not-fit",
            Self::MisleadingName => "misleading-name",
        }
    }
}

impl Record for Finding {
    const SCHEMA: &'static str = "finding/1";
}
