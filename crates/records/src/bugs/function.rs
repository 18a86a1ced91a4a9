//! What `bug-scan` writes: a function, and what could be rewritten in it.

use serde::{Deserialize, Serialize};

use crate::{Candidate, Extra, Record};

/// One function or method that stands in no other function, or the top level of a notebook.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Function {
    /// `"function/1"`.
    pub schema: String,
    /// Hash of repository, path and content of the file, and of the function's name and line.
    pub id: String,
    /// Repository of the file: the unit that a split must not tear; `""` when unknown.
    pub repo: String,
    /// The folder that `path` is relative to, as it was given; `""` of what came in a record.
    pub root: String,
    /// Path of the file, or of the notebook.
    pub path: String,
    /// Hash of the file's text, or `id` of the script.
    pub file: String,
    /// The installed distribution that the file belongs to, `""` when unknown.
    pub package: String,
    /// Version of that distribution.
    pub version: String,
    /// `python`, or `ipython` of notebooks.
    pub language: String,
    /// `function`, `method`, or `cells`: the top level of a notebook.
    pub kind: String,
    /// Its name with those of the classes around it: `A.m`; `""` of cells.
    pub name: String,
    /// The line of the file that `text` begins on, from 1: that of `def`, behind decorators.
    pub line: u32,
    /// Its text: whole lines, but for what stands behind it on the last one. Of cells the whole script.
    pub text: String,
    /// Names that it declares `global` and that are bound on earlier lines of the file.
    pub globals: Vec<String>,
    /// What could be rewritten, in the order of the places.
    pub candidates: Vec<Candidate>,
    /// Fields of users, from the script.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `bug-scan --stats` adds to a function as `stats`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionStats {
    /// Nodes of its graph.
    pub nodes: u64,
    /// Edges of its graph, of all relations.
    pub relations: u64,
    /// Different places of candidates.
    pub places: u64,
    /// Candidates.
    pub candidates: u64,
}

/// What `bug-select` adds to a function in its list `selected`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Selected {
    /// A place in `candidates`, from 0; -1 leaves the function as it is.
    pub candidate: i64,
    /// How probable the selector finds it.
    pub probability: f64,
}

impl Record for Function {
    const SCHEMA: &'static str = "function/1";
}
