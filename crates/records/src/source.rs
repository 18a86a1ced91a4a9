//! What `nb2py` reads from stdin: a notebook by its path, or the notebook itself.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record};

/// One notebook or script to convert.
///
/// The only record that users write by hand, so every key but `path` may be left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Source {
    /// `"source/1"`.
    pub schema: String,
    /// Where the notebook lies; relative paths count from `--root`. With `notebook` given, only a name.
    pub path: String,
    /// The notebook itself: the JSON object, or its text as a string. `null`: read `path`.
    pub notebook: serde_json::Value,
    /// The repository that the notebook is from; `""`: the first folders of `path` (`--repo-depth`).
    pub repo: String,
    /// Everything else, handed on.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            path: String::new(),
            notebook: serde_json::Value::Null,
            repo: String::new(),
            extra: Extra::new(),
        }
    }
}

impl Record for Source {
    const SCHEMA: &'static str = "source/1";
}
