//! What `bug-rewrite` writes: a function with a bug, and its repair.

use serde::{Deserialize, Serialize};

use crate::{Candidate, Extra, Record};

/// A function with one change, or without any, and what could be rewritten in it now.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bug {
    /// `"bug/1"`.
    pub schema: String,
    /// Hash of the function's `id` and of its text here.
    pub id: String,
    /// `id` of the function.
    pub function: String,
    /// Repository of the file.
    pub repo: String,
    /// The folder that `path` is relative to.
    pub root: String,
    /// Path of the file.
    pub path: String,
    /// Hash of the file's text before the change.
    pub file: String,
    /// The installed distribution that the file belongs to.
    pub package: String,
    /// Version of that distribution.
    pub version: String,
    /// `python`, or `ipython` of notebooks.
    pub language: String,
    /// `function`, `method` or `cells`.
    pub kind: String,
    /// Name of the function.
    pub name: String,
    /// The line of the file that `text` begins on, from 1.
    pub line: u32,
    /// The text with the bug.
    pub text: String,
    /// Names that are `global` and bound on earlier lines of the file.
    pub globals: Vec<String>,
    /// What kind of bug it is, `""` of none.
    pub class: String,
    /// What takes the bug away again: one edit, two where arguments were swapped, none without a bug.
    pub repair: Vec<BugEdit>,
    /// What could be rewritten in `text`, empty with `--no-candidates`.
    pub candidates: Vec<Candidate>,
    /// The candidate that repairs, from 0; -1 when there is no bug, or no candidates were asked for.
    pub target: i64,
    /// How probable the selector found this rewrite; -1 when none chose it.
    pub probability: f64,
    /// Fields of users, from the function.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One edit of a text, and what must stand there for it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BugEdit {
    /// Where: line and column of the first character and those behind the last one, as in candidates.
    pub at: [u32; 4],
    /// What stands there.
    pub old: String,
    /// What shall stand there.
    pub new: String,
}

impl Record for Bug {
    const SCHEMA: &'static str = "bug/1";
}
