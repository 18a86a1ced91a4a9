//! What is reported to people: a name and a value that do not fit (`nalin-score`), or a cell that will fail
//! (`nbcrashes --predict`), and why.

use serde::{Deserialize, Serialize};

use crate::{Head, Record, Site, Value};

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
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
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
    /// A cell will fail: it uses a name before the cell that defines it.
    #[serde(rename = "NBC001")]
    UsedBeforeDefined,
    /// A cell will fail: nothing defines a name that it uses.
    #[serde(rename = "NBC002")]
    UndefinedName,
    /// A cell will fail: an import is missing, or the module that it imports.
    #[serde(rename = "NBC003")]
    MissingImport,
    /// A cell will fail: a file that it reads is not there.
    #[serde(rename = "NBC004")]
    MissingFile,
    /// A cell will fail: it is no Python 3.
    #[serde(rename = "NBC005")]
    DoesNotParse,
    /// A cell will fail, because one before it will.
    #[serde(rename = "NBC006")]
    FollowsFailure,
}

impl Rule {
    /// The rule's code, as people write it in an ignore comment.
    pub fn code(self) -> &'static str {
        match self {
            Self::ValueDoesNotFit => "NAL001",
            Self::MisleadingName => "NAL002",
            Self::UsedBeforeDefined => "NBC001",
            Self::UndefinedName => "NBC002",
            Self::MissingImport => "NBC003",
            Self::MissingFile => "NBC004",
            Self::DoesNotParse => "NBC005",
            Self::FollowsFailure => "NBC006",
        }
    }

    /// The rule's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ValueDoesNotFit => "value-does-not-fit",
            Self::MisleadingName => "misleading-name",
            Self::UsedBeforeDefined => "used-before-defined",
            Self::UndefinedName => "undefined-name",
            Self::MissingImport => "missing-import",
            Self::MissingFile => "missing-file",
            Self::DoesNotParse => "does-not-parse",
            Self::FollowsFailure => "follows-failure",
        }
    }
}

impl Record for Finding {
    const SCHEMA: &'static str = "finding/1";
}
