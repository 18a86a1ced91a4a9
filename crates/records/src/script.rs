//! What `nb2py` writes: the Python of one notebook, and where each of its lines came from.

use serde::{Deserialize, Serialize};

use crate::{Extra, Record};

/// The code of one notebook (or plain script) as one Python text with a table of its cells.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Script {
    /// `"script/1"`.
    pub schema: String,
    /// Hash of the code cells' sources: running the notebook again does not change it.
    pub id: String,
    /// Path of the notebook as it was given, relative to `--root`, `/` between parts.
    pub path: String,
    /// Repository of the notebook: the unit that must not be torn by a split; `""` when unknown.
    pub repo: String,
    /// Language of the kernel in lower case: `"python"`.
    pub language: String,
    /// Version of the language that the metadata names (`"3.8.5"`), `""` when they do not.
    pub language_version: String,
    /// Name of the kernel, `""` when the metadata have none.
    pub kernel: String,
    /// Major version of nbformat; 0 for a plain script.
    pub nbformat: u32,
    /// Minor version of nbformat.
    pub nbformat_minor: u32,
    /// The Python text: for each code cell a marker line `# %% [cell N]`, then its lines. Of a script the
    /// file as it is.
    pub code: String,
    /// The code cells, in the order in which they stand in `code`.
    pub cells: Vec<Cell>,
    /// IPython syntax that was found, and what became of it.
    pub magics: Vec<Magic>,
    /// `id` of an earlier script that this one repeats, exactly or nearly; `""` when none.
    pub duplicate_of: String,
    /// What a program may read from stdin; `""` of every notebook.
    #[serde(default)]
    pub stdin: String,
    /// Arguments of a program, without its own name; none of every notebook.
    #[serde(default)]
    pub argv: Vec<String>,
    /// Fields of users.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One code cell of a script.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cell {
    /// Position among all cells of the notebook, markdown too, from 1.
    pub cell: u32,
    /// The cell's `id` in nbformat 4.5, else `""`.
    pub cell_id: String,
    /// The execution count saved with the cell, -1 when there is none.
    pub execution_count: i64,
    /// First line of the cell in `code`, from 1 (the line after the marker).
    pub first_row: u32,
    /// Last line of the cell in `code`; `first_row - 1` when the cell is empty.
    pub last_row: u32,
    /// For every line of the cell its physical line in the `.ipynb` (or script) file, from 1.
    pub physical_lines: Vec<u32>,
    /// Whether an error is saved among the cell's outputs.
    pub has_error: bool,
}

/// One piece of IPython syntax.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Magic {
    /// The cell it stands in, from 1.
    pub cell: u32,
    /// Its line in the cell, from 1.
    pub line: u32,
    /// `line_magic`, `cell_magic`, `shell`, `help`, `quote`, `auto_call`, `indent`, `prompt` or `tag` (`docs/magics.md`).
    pub kind: String,
    /// Name of the magic without its percent signs, `""` for the other kinds.
    pub name: String,
    /// What was done: `kept`, `body_kept`, `replaced`, `inert`.
    pub action: String,
}

impl Record for Script {
    const SCHEMA: &'static str = "script/1";
}
