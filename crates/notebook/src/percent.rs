//! Python scripts: plain ones are one cell, those with markers (`# %%`, `# In[3]:`, `# COMMAND ----------`) one for each.

use std::ops::Range;

use pysource::ipython::comment_lines;
use records::{Cell, Reason, Script};

use crate::cookie::decoded;
use crate::fault::Fault;
use crate::light;
use crate::script::{blank_script, script_id};
use crate::source::Source;

/// Makes the script record of a Python script; `path`, `repo` and the like are the caller's to fill in.
///
/// The code is the file, line for line. Cells of text (`# %% [markdown]`) are not in the table.
///
/// # Errors
/// If the file is not in the encoding that it says (UTF-8 when it says none), or empty.
pub fn python_script(bytes: &[u8]) -> Result<Script, Fault> {
    let text = decoded(bytes)?;
    let mut source = Source::default();
    source.push(&text, 1);
    if source.is_blank() {
        return Err(Fault::new(Reason::Empty, "the file is empty"));
    }
    let lines: Vec<&str> = source.lines().collect();
    let cells = cells(&source.text, &lines);
    let texts: Vec<String> = cells.iter().map(|cell| lines[cell.lines.clone()].join("\n")).collect();
    if texts.iter().all(|text| text.trim().is_empty()) {
        return Err(Fault::new(Reason::Empty, "no code in its cells"));
    }
    let mut script = blank_script(script_id(texts.iter().map(String::as_str)));
    script.cells = cells
        .into_iter()
        .map(|cell| {
            let (first_row, end) = (number(cell.lines.start + 1), number(cell.lines.end + 1));
            Cell {
                cell: cell.number,
                cell_id: String::new(),
                execution_count: cell.execution_count,
                first_row,
                last_row: end - 1,
                physical_lines: (first_row..end).collect(),
                has_error: false,
            }
        })
        .collect();
    drop(texts);
    script.code = source.text;
    Ok(script)
}

struct CodeLines {
    number: u32,
    execution_count: i64,
    /// Lines of the file, from 0.
    lines: Range<usize>,
}

/// The code cells of a script.
fn cells(text: &str, lines: &[&str]) -> Vec<CodeLines> {
    if light::is_light(lines) {
        let cells = (1..).zip(light::cells(lines)).filter(|(_, (_, is_code))| *is_code);
        return cells.map(|(number, (lines, _))| CodeLines { number, execution_count: -1, lines }).collect();
    }
    let mut markers: Vec<(usize, Marker)> = Vec::new();
    // Most scripts have no markers, and then there is nothing to ask the parser.
    if ["%%", "In[", "cell>", DATABRICKS].iter().any(|sign| text.contains(sign)) {
        markers = comment_lines(text)
            .into_iter()
            .filter_map(|(line, comment)| Some((line as usize, Marker::of(comment)?)))
            .collect();
    }
    let whole = Marker { is_code: true, execution_count: -1 };
    let head = markers.first().map_or(lines.len(), |(line, _)| line - 1);
    let is_code = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    if markers.is_empty() || lines[..head].iter().any(is_code) {
        markers.insert(0, (0, whole));
    }
    // A cell of Databricks in another language is a comment.
    let is_magic = |range: Range<usize>| {
        let mut filled = lines[range].iter().filter(|line| !line.trim().is_empty()).peekable();
        filled.peek().is_some()
            && filled.all(|line| line.starts_with("# MAGIC") || line.starts_with("# DBTITLE"))
    };
    let ends: Vec<usize> = markers.iter().skip(1).map(|(line, _)| line - 1).chain([lines.len()]).collect();
    (1..)
        .zip(markers)
        .zip(ends)
        .filter(|((_, (_, marker)), _)| marker.is_code)
        .map(|((number, (line, marker)), end)| CodeLines {
            number,
            execution_count: marker.execution_count,
            lines: line..end,
        })
        .filter(|cell| !is_magic(cell.lines.clone()))
        .collect()
}

/// What Databricks writes between the cells of a notebook that it saves as a script.
const DATABRICKS: &str = "COMMAND ----------";

/// A comment that begins a cell.
struct Marker {
    is_code: bool,
    execution_count: i64,
}

impl Marker {
    /// Reads the markers of jupytext, VS Code and Spyder (`# %%`), nbconvert (`# In[3]:`) and
    /// IPython's old script format (`# <codecell>`).
    fn of(comment: &str) -> Option<Self> {
        let text = comment.trim_start_matches('#').trim();
        if let Some(title) = text.strip_prefix("%%") {
            // `# %%bash` is a magic that someone commented out.
            let is_marker = title.is_empty() || title.starts_with([' ', '\t', '%', '[']);
            let is_text =
                ["[markdown]", "[md]", "[raw]", light::SKIPPED].iter().any(|kind| title.contains(kind));
            return is_marker.then_some(Self { is_code: !is_text, execution_count: -1 });
        }
        if text == DATABRICKS {
            return Some(Self { is_code: true, execution_count: -1 });
        }
        if let Some(rest) = text.strip_prefix("In[") {
            let count = rest.trim_end_matches(':').strip_suffix(']')?.trim();
            let execution_count = if count.is_empty() { -1 } else { count.parse().ok()? };
            return Some(Self { is_code: true, execution_count });
        }
        let kind = text.strip_prefix('<')?.strip_suffix("cell>")?;
        ["code", "markdown", "raw", "html"]
            .contains(&kind)
            .then_some(Self { is_code: kind == "code", execution_count: -1 })
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use records::Reason;

    use super::python_script;

    fn table(text: &str) -> Vec<(u32, i64, u32, u32)> {
        let script = python_script(text.as_bytes()).unwrap();
        assert_eq!(script.code, text);
        script
            .cells
            .iter()
            .map(|cell| (cell.cell, cell.execution_count, cell.first_row, cell.last_row))
            .collect()
    }

    #[test]
    fn a_plain_script_is_one_cell() {
        assert_eq!(table("import a\n\nx = 17 %%5\n"), [(1, -1, 1, 3)]);
        assert_eq!(table("#!/usr/bin/python\n# %%time\nx"), [(1, -1, 1, 3)]);
    }

    #[test]
    fn markers_begin_cells() {
        assert_eq!(
            table("# head\n# %%\nx\n#%% [markdown]\n# y\n# %% title\n'''\n# %%\n'''\n"),
            [(1, -1, 3, 3), (3, -1, 7, 9)]
        );
        assert_eq!(
            table("import a\n# In[12]:\nx\n\n# In[ ]:\ny"),
            [(1, -1, 1, 1), (2, 12, 3, 4), (3, -1, 6, 6)]
        );
        assert_eq!(table("# <codecell>\nx\n# <markdowncell>\n# y\n"), [(1, -1, 2, 2)]);
    }

    #[test]
    fn scripts_of_databricks() {
        let text = "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Sales\n\n# COMMAND ----------\n\nx = 1\n\n# COMMAND ----------\n\n# DBTITLE 1,Rows\n# MAGIC %sql\n# MAGIC select 1\n\n# COMMAND ----------\ny = 2\n";
        assert_eq!(table(text), [(1, -1, 6, 8), (3, -1, 16, 16)]);
        assert_eq!(table("x = 1\n# COMMAND ---------- here\n"), [(1, -1, 1, 2)]);
    }

    #[test]
    fn a_script_may_be_in_another_encoding_than_utf_8() {
        let script = python_script(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = '\xe9'\n").unwrap();
        assert_eq!(script.code, "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = '\u{e9}'\n");
        let fault = python_script(b"# coding: nosuch\nx = 1").unwrap_err();
        assert_eq!(fault.detail, "line 1: encoding `nosuch` is not known");
    }

    #[test]
    fn faults() {
        let reason = |bytes: &[u8]| python_script(bytes).unwrap_err().reason;
        assert_eq!(reason(b""), Reason::Empty);
        assert_eq!(reason(b"# %% [markdown]\n# text"), Reason::Empty);
        let fault = python_script(b"x = 1\ny = '\xe9'").unwrap_err();
        assert_eq!(
            (fault.reason, fault.detail.as_str()),
            (Reason::Unreadable, "line 2, column 6: not UTF-8")
        );
    }
}
