//! From a notebook's cells to one Python text with a table of the cells.

use pysource::ipython::{Escape, comment_out, neutralise};
use records::{Cell, Extra, Magic, Reason, Record as _, Script, id_of};

use crate::fault::Fault;
use crate::read::{CodeCell, Notebook};

/// How a script is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What becomes of IPython's syntax.
    pub magics: Magics,
    /// The order of the cells.
    pub order: Order,
}

/// What becomes of IPython's syntax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Magics {
    /// It becomes plain Python, line for line.
    #[default]
    Neutralise,
    /// It stays, for those who run the script under IPython.
    Keep,
}

/// The order of the cells in a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they stand in the notebook.
    #[default]
    Document,
    /// By execution count; cells that never ran come last.
    Executed,
    /// By execution count; cells that never ran are left out.
    ExecutedOnly,
}

/// Makes the script of a notebook; `path`, `repo`, `duplicate_of` and `extra` are the caller's to fill in.
///
/// # Errors
/// If the notebook is not in Python, or has no code.
pub fn notebook_script(notebook: Notebook, options: Options) -> Result<Script, Fault> {
    if notebook.language != "python" {
        let Notebook { language, language_line, kernel, .. } = notebook;
        let detail = format!("line {language_line}: in `{language}` (kernel `{kernel}`), not in Python");
        return Err(Fault::new(Reason::Language, detail));
    }
    let id = script_id(notebook.cells.iter().map(|cell| cell.source.text.as_str()));
    let cells = ordered(notebook.cells, options.order);
    if cells.iter().all(|cell| cell.source.is_blank()) {
        let detail = format!("no code in {} code cells", cells.len());
        return Err(Fault::new(Reason::Empty, detail));
    }
    let mut script = Script {
        language_version: notebook.language_version,
        kernel: notebook.kernel,
        nbformat: notebook.nbformat,
        nbformat_minor: notebook.nbformat_minor,
        ..blank_script(id)
    };
    // Room for the markers too.
    script.code.reserve(cells.iter().map(|cell| cell.source.text.len() + 24).sum());
    let mut row = 1;
    for cell in cells {
        script.code.push_str(&format!("# %% [cell {}]\n", cell.number));
        push_code(&mut script, &cell, options.magics);
        let rows = u32::try_from(cell.source.physical_lines.len()).unwrap_or(u32::MAX);
        script.cells.push(Cell {
            cell: cell.number,
            cell_id: cell.id,
            execution_count: cell.execution_count,
            first_row: row + 1,
            last_row: row + rows,
            physical_lines: cell.source.physical_lines,
            has_error: cell.has_error,
        });
        row += rows + 1;
    }
    Ok(script)
}

impl Notebook {
    /// The id that its script has.
    pub fn script_id(&self) -> String {
        script_id(self.cells.iter().map(|cell| cell.source.text.as_str()))
    }
}

/// The id made of the cells' sources: empty cells and the newline at a cell's end do not count.
pub(crate) fn script_id<'a>(sources: impl Iterator<Item = &'a str>) -> String {
    let sources = sources.filter(|source| !source.trim().is_empty());
    id_of(sources.map(|source| source.strip_suffix('\n').unwrap_or(source)))
}

/// A script without code.
pub(crate) fn blank_script(id: String) -> Script {
    Script {
        schema: Script::SCHEMA.to_owned(),
        id,
        path: String::new(),
        repo: String::new(),
        language: "python".to_owned(),
        language_version: String::new(),
        kernel: String::new(),
        nbformat: 0,
        nbformat_minor: 0,
        code: String::new(),
        cells: Vec::new(),
        magics: Vec::new(),
        duplicate_of: String::new(),
        stdin: String::new(),
        argv: Vec::new(),
        extra: Extra::new(),
    }
}

fn ordered(mut cells: Vec<CodeCell>, order: Order) -> Vec<CodeCell> {
    if order == Order::ExecutedOnly {
        cells.retain(|cell| cell.execution_count >= 0);
    }
    if order != Order::Document {
        // The sort keeps the order of the document among cells with the same count, and those with none.
        cells.sort_by_key(|cell| (cell.execution_count < 0, cell.execution_count));
    }
    cells
}

/// Appends a cell's code and lists its IPython syntax.
fn push_code(script: &mut Script, cell: &CodeCell, magics: Magics) {
    let source = cell.source.text.strip_suffix('\n').unwrap_or(&cell.source.text);
    let inert = |kind, name: &str| {
        (comment_out(source).into(), vec![Escape { line: 1, kind, name: name.to_owned(), action: "inert" }])
    };
    let (plain, escapes) = match (cell.is_skipped, cell.language.as_str()) {
        (true, _) => inert("tag", "skip-execution"),
        (false, "") => neutralise(source),
        (false, language) => inert("cell_magic", language),
    };
    script.code.push_str(if magics == Magics::Keep { source } else { &plain });
    if !cell.source.text.is_empty() {
        script.code.push('\n');
    }
    script.magics.extend(escapes.into_iter().map(|escape| Magic {
        cell: cell.number,
        line: escape.line,
        kind: escape.kind.to_owned(),
        name: escape.name,
        action: if magics == Magics::Keep { "kept" } else { escape.action }.to_owned(),
    }));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use records::Reason;
    use serde_json::{Value, json};

    use super::{Magics, Options, Order, notebook_script};
    use crate::read::read;

    fn cell(count: i64, source: &str) -> Value {
        json!({"cell_type": "code", "execution_count": count, "source": source, "outputs": [], "metadata": {}})
    }

    fn notebook(cells: Vec<Value>) -> String {
        json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).to_string()
    }

    fn script(text: &str, options: Options) -> records::Script {
        notebook_script(read(text.as_bytes()).unwrap(), options).unwrap()
    }

    #[test]
    fn cells_follow_the_order_asked_for() {
        let text = notebook(vec![cell(5, "a"), json!({"cell_type": "code", "source": "b"}), cell(2, "c")]);
        let order = |order| {
            let script = script(&text, Options { order, ..Options::default() });
            (script.code, script.cells.iter().map(|cell| cell.cell).collect::<Vec<_>>())
        };
        assert_eq!(order(Order::Document).1, [1, 2, 3]);
        assert_eq!(
            order(Order::Executed),
            ("# %% [cell 3]\nc\n# %% [cell 1]\na\n# %% [cell 2]\nb\n".to_owned(), vec![3, 1, 2])
        );
        assert_eq!(order(Order::ExecutedOnly).1, [3, 1]);
    }

    #[test]
    fn running_a_notebook_again_leaves_its_id() {
        let id = |cells| script(&notebook(cells), Options::default()).id;
        let plain = id(vec![cell(1, "x = 1\n"), cell(2, "y")]);
        assert_eq!(plain, id(vec![cell(7, "x = 1\r\n"), cell(8, "y"), cell(-1, "")]));
        assert_ne!(plain, id(vec![cell(1, "x = 1\ny")]));
    }

    #[test]
    fn magics_can_be_kept() {
        let text = notebook(vec![cell(1, "%cd ..\nx = !ls")]);
        let kept = script(&text, Options { magics: Magics::Keep, ..Options::default() });
        assert_eq!(kept.code, "# %% [cell 1]\n%cd ..\nx = !ls\n");
        assert!(kept.magics.iter().all(|magic| magic.action == "kept"));
        assert_eq!(script(&text, Options::default()).code, "# %% [cell 1]\n# %cd ..\nx = []  # !ls\n");
    }

    #[test]
    fn other_languages_and_empty_notebooks_are_faults() {
        let fault =
            |text: &str| notebook_script(read(text.as_bytes()).unwrap(), Options::default()).unwrap_err();
        let r =
            r#"{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "R", "name": "ir"}}}"#;
        assert_eq!(fault(r).to_string(), "line 1: in `r` (kernel `ir`), not in Python");
        assert_eq!(fault(&notebook(vec![cell(1, " \n")])).reason, Reason::Empty);
    }

    #[test]
    fn a_cell_of_another_language_is_inert() {
        let mut other = cell(1, "select 1");
        other["metadata"] = json!({"vscode": {"languageId": "sql"}});
        let script = script(&notebook(vec![other, cell(2, "x")]), Options::default());
        assert_eq!(script.code, "# %% [cell 1]\n# select 1\n# %% [cell 2]\nx\n");
        assert_eq!((script.magics[0].name.as_str(), script.magics[0].action.as_str()), ("sql", "inert"));
    }

    #[test]
    fn a_cell_that_is_not_to_run_is_inert_and_listed() {
        let mut skipped = cell(1, "%cd ..\nx = 9");
        skipped["metadata"] = json!({"tags": ["hide", "skip-execution"]});
        let script = script(&notebook(vec![skipped, cell(2, "x")]), Options::default());
        assert_eq!(script.code, "# %% [cell 1]\n# %cd ..\n# x = 9\n# %% [cell 2]\nx\n");
        let found: Vec<_> = script
            .magics
            .iter()
            .map(|magic| (magic.kind.as_str(), magic.name.as_str(), magic.action.as_str()))
            .collect();
        assert_eq!(found, [("tag", "skip-execution", "inert")]);
    }

    /// A notebook with cells of every kind, and how it is written.
    fn any_notebook() -> impl Strategy<Value = (Vec<(bool, Vec<String>, bool)>, bool)> {
        let lines = prop::collection::vec("[a-z %!?=\u{e9}\\\\\"]{0,8}", 0..5);
        (prop::collection::vec((any::<bool>(), lines, any::<bool>()), 1..6), any::<bool>())
    }

    proptest! {
        #[test]
        fn lines_and_cells_are_in_bijection((cells, pretty) in any_notebook()) {
            let value: Vec<Value> = cells
                .iter()
                .map(|(is_code, lines, as_list)| {
                    let text = lines.join("\n");
                    let pieces: Vec<&str> = text.split_inclusive('\n').collect();
                    let source = if *as_list { json!(pieces) } else { json!(text) };
                    json!({"cell_type": if *is_code { "code" } else { "markdown" }, "source": source})
                })
                .collect();
            let value = json!({"nbformat": 4, "metadata": {}, "cells": value});
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let read = read(text.as_bytes()).unwrap();
            let Ok(script) = notebook_script(read, Options { magics: Magics::Keep, ..Options::default() }) else {
                return Ok(());
            };
            let rows: Vec<&str> = script.code.lines().collect();
            let file: Vec<&str> = text.lines().collect();
            let mut next_row = 1;
            for cell in &script.cells {
                prop_assert_eq!(rows[next_row - 1], format!("# %% [cell {}]", cell.cell));
                prop_assert_eq!(cell.first_row as usize, next_row + 1);
                let joined = cells[cell.cell as usize - 1].1.join("\n");
                let source: Vec<&str> = joined.lines().collect();
                prop_assert_eq!(&rows[next_row..cell.last_row as usize], &source[..]);
                prop_assert_eq!(cell.physical_lines.len(), source.len());
                for (line, physical) in source.iter().zip(&cell.physical_lines) {
                    let quoted = serde_json::to_string(line).unwrap();
                    prop_assert!(file[*physical as usize - 1].contains(&quoted[1..quoted.len() - 1]));
                }
                next_row = cell.last_row as usize + 1;
            }
            prop_assert_eq!(next_row, rows.len() + 1);
        }
    }
}
