//! What `negsample` writes and the model learns from: pairs with a label.

use serde::{Deserialize, Serialize};

use crate::{Extra, Head, Pair, Record, Site, Value};

/// A name and a value with the answer to "do they fit?".
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// `"example/1"`.
    pub schema: String,
    /// `id` of the pair; a negative's ends in `-` and its number.
    pub id: String,
    /// `id` of the script that the name is from.
    pub notebook: String,
    /// Path of the notebook that the name is from.
    pub path: String,
    /// Repository that the name is from.
    pub repo: String,
    /// The name and its place.
    pub site: Site,
    /// The value: the name's own (label 0), or another pair's (label 1).
    pub value: Value,
    /// The value's merged type.
    pub type_class: String,
    /// 0: seen together; 1: an inconsistency that we made.
    pub label: u8,
    /// How the example came about.
    pub origin: Origin,
    /// `id` of the pair that the value was taken from, `""` for positives.
    pub donor: String,
    /// The part of the data that it belongs to.
    pub split: Split,
    /// How many assignments the pair stands for.
    pub count: u64,
    /// Weight in training.
    pub weight: f64,
    /// `run`, `literal`, `inferred`, `declared` or `used`, as in [`crate::Assignment::evidence`]; of a
    /// negative, its name's.
    pub evidence: String,
    /// Fields of users.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How an example came about.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Seen in a run or in a source.
    Positive,
    /// A value of a type that is rare for the name (paper, section 3.3).
    TypeGuided,
    /// Any other pair's value.
    Random,
    /// Another value of the same type.
    WithinType,
}

/// A part of the data.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// To learn from.
    #[default]
    Train,
    /// To choose the checkpoint, the calibration and the threshold by.
    Valid,
    /// To report.
    Test,
}

impl Origin {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::TypeGuided => "type_guided",
            Self::Random => "random",
            Self::WithinType => "within_type",
        }
    }
}

impl Split {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

impl Example {
    /// The positive example of a pair.
    pub fn positive(pair: Pair, split: Split) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            id: pair.id,
            notebook: pair.head.notebook,
            path: pair.head.path,
            repo: pair.head.repo,
            site: pair.site,
            value: pair.value,
            type_class: pair.type_class,
            label: 0,
            origin: Origin::Positive,
            donor: String::new(),
            split,
            count: pair.count,
            weight: pair.weight,
            evidence: pair.evidence,
            extra: pair.extra,
        }
    }
}

impl Record for Example {
    const SCHEMA: &'static str = "example/1";
}

/// What `nalin-score` writes as JSONL: the pair or example that came in, with the model's answer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scored {
    /// `"scored/1"`.
    pub schema: String,
    /// `id` of the pair or example.
    pub id: String,
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
    /// The name and its place.
    pub site: Site,
    /// The value.
    pub value: Value,
    /// The value's merged type.
    pub type_class: String,
    /// Probability that name and value do not fit, 0 to 1.
    pub score: f64,
    /// Everything else that the record had.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Record for Scored {
    const SCHEMA: &'static str = "scored/1";
}
