//! What `nbexec` writes for every recorded value: a name, its place, and what it held.

use serde::{Deserialize, Serialize};

use crate::{Extra, Head, Record};

/// One value that a name held at one moment.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assignment {
    /// `"assignment/1"`.
    pub schema: String,
    /// Hash of notebook, row, column, name and occurrence.
    pub id: String,
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
    /// The name and its place.
    pub site: Site,
    /// The value.
    pub value: Value,
    /// Which execution of the site this was, from 1.
    pub occurrence: u64,
    /// How often the site ran in all.
    pub occurrences: u64,
    /// Where the value comes from: `run`, or, read off the source without running, `literal`; of `inferred` (an
    /// expression shows it), `declared` (an annotation or a docstring says it) and `used` (it is used as only one type
    /// is) only the type is known.
    pub evidence: String,
    /// Fields of users, from the script.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A binding of a name: what it is called and where it stands.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Site {
    /// The name that is bound.
    pub name: String,
    /// How: `assign`, `ann_assign`, `aug_assign`, `walrus`, `for`, `with`, `except`, `case`, `comprehension`,
    /// `parameter`, `return`, `import`, `def`, `attribute`, `subscript`.
    pub kind: String,
    /// The cell, from 1.
    pub cell: u32,
    /// First line of the statement in the cell, from 1.
    pub line: u32,
    /// Column of the name, in characters, from 1.
    pub column: u32,
    /// Line of the statement in the script, from 1.
    pub row: u32,
    /// Line of the statement in the notebook file, from 1.
    pub physical_line: u32,
    /// Enclosing functions and classes, joined by dots; `""` at the top.
    pub scope: String,
    /// The statement's text, cut at 200 characters.
    pub text: String,
    /// Comment on a line of the statement that speaks to linters (`# nalin: ignore[NAL001]`, `# noqa`), cut at
    /// 200 characters; `""` when none.
    #[serde(default)]
    pub pragma: String,
}

/// What a name held: a bounded description, never the object.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Value {
    /// Qualified type: `int`, `numpy.ndarray`; classes of the notebook itself as `__main__.Name`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `len()` of the value, -1 when it has none.
    pub len: i64,
    /// Number of dimensions of `shape`, 0 for an array scalar, -1 when the value has no shape.
    pub rank: i64,
    /// `shape` of arrays and frames, empty otherwise; a dimension that is no number is -1.
    pub shape: Vec<i64>,
    /// The attribute `size` when it is a number, else -1.
    pub size: i64,
    /// Type of the elements of an array or series, `""` otherwise.
    pub dtype: String,
    /// Whether the value can be iterated over (a plain test of its type, nothing is run).
    pub iterable: bool,
    /// Text of the value: `str()` of it, of containers and arrays of their first 200 elements.
    /// Longer than 400 characters: the first 300, `…`, and the last 99.
    pub text: String,
    /// Length in characters of the whole text before it was cut, -1 when it was never made.
    pub text_chars: i64,
}

impl Record for Assignment {
    const SCHEMA: &'static str = "assignment/1";
}
