//! From the bytes of an `.ipynb` file to its code cells: nbformat 2, 3 and 4.

use records::Reason;

use crate::fault::{Fault, text_of};
use crate::json::{Json, JsonError, Kind, RawString};
use crate::source::{LineCounter, Source};

/// A notebook: its code cells, and what its metadata say about their language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notebook {
    /// Language in lower case; every Python is `"python"`.
    pub language: String,
    /// Version of the language, `""` when unknown.
    pub language_version: String,
    /// Name of the kernel, `""` when unknown.
    pub kernel: String,
    /// Major version of the format.
    pub nbformat: u32,
    /// Minor version of the format.
    pub nbformat_minor: u32,
    /// The code cells in the order of the file.
    pub cells: Vec<CodeCell>,
    /// Halves of surrogate pairs in the code, each now `U+FFFD`.
    pub lone_surrogates: u64,
    /// Keys that came again in the same object, where we looked; the last one counts.
    pub duplicate_keys: u64,
}

/// One code cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeCell {
    /// Position among all cells, from 1.
    pub number: u32,
    /// The cell's id, `""` when it has none.
    pub id: String,
    /// The execution count, -1 when there is none.
    pub execution_count: i64,
    /// Another language than the notebook's, that the cell says it is in; `""` when it says nothing.
    pub language: String,
    /// The code.
    pub source: Source,
    /// Whether an error is among its outputs.
    pub has_error: bool,
}

/// Reads a notebook in any language.
///
/// # Errors
/// If it is no JSON, or no notebook of nbformat 2 to 4.
pub fn read(bytes: &[u8]) -> Result<Notebook, Fault> {
    let text = text_of(bytes, Reason::NotJson)?;
    if text.trim_ascii().is_empty() {
        return Err(Fault::new(Reason::Empty, "the file is empty"));
    }
    let mut file = File::default();
    let mut json = Json::new(text);
    let is_object = json.kind() == Kind::Object;
    let walk = if is_object { file.read(&mut json) } else { json.skip() };
    walk.and_then(|()| json.end()).map_err(|error| Fault::json(text, &error))?;
    if !is_object {
        return Err(Fault::new(Reason::Nbformat, "line 1: a notebook is an object, this is not"));
    }
    file.into_notebook(text)
}

type Walk<T = ()> = Result<T, JsonError>;

/// What is found on the way through the file, before its version is known.
#[derive(Default)]
struct File<'a> {
    nbformat: Seen<&'a str>,
    minor: Seen<Option<i64>>,
    metadata: Seen<Metadata>,
    cells: Seen<Vec<AnyCell<'a>>>,
    worksheets: Seen<Vec<AnyCell<'a>>>,
}

#[derive(Default)]
struct Metadata {
    info_name: Seen<Option<String>>,
    info_version: Seen<Option<String>>,
    spec_language: Seen<Option<String>>,
    spec_name: Seen<Option<String>>,
    duplicates: u64,
}

#[derive(Default)]
struct AnyCell<'a> {
    kind: Seen<Option<String>>,
    id: Seen<Option<String>>,
    count: Seen<Option<i64>>,
    language: Seen<Option<String>>,
    vscode_language: Option<String>,
    source: Seen<Vec<RawString<'a>>>,
    input: Seen<Vec<RawString<'a>>>,
    has_error: Seen<bool>,
}

/// The value of a key, and how often the key came: the last value counts, as in Python.
#[derive(Default)]
struct Seen<T> {
    value: T,
    times: u64,
}

impl<T> Seen<T> {
    fn set(&mut self, value: T) {
        self.value = value;
        self.times += 1;
    }

    fn repeats(&self) -> u64 {
        self.times.saturating_sub(1)
    }
}

impl<'a> File<'a> {
    fn read(&mut self, json: &mut Json<'a>) -> Walk {
        json.object(|json, key| {
            match key {
                "nbformat" => self.nbformat.set(json.raw()?),
                "nbformat_minor" => self.minor.set(json.integer()?),
                "metadata" => self.metadata.set(Metadata::read(json)?),
                "cells" => self.cells.set(read_cells(json)?),
                "worksheets" => self.worksheets.set(read_worksheets(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })
    }

    fn into_notebook(self, text: &'a str) -> Result<Notebook, Fault> {
        let major = self.nbformat.value;
        let nbformat = match major {
            "2" => 2,
            "3" => 3,
            "4" => 4,
            "" => return Err(Fault::new(Reason::Nbformat, "no `nbformat`: this is no notebook")),
            _ => {
                let found: String = major.chars().take(20).collect();
                return Err(Fault::new(Reason::Nbformat, format!("nbformat {found}, not 2, 3 or 4")));
            }
        };
        let mut notebook = Notebook {
            nbformat,
            nbformat_minor: self.minor.value.and_then(|minor| minor.try_into().ok()).unwrap_or(0),
            duplicate_keys: self.nbformat.repeats()
                + self.minor.repeats()
                + self.metadata.repeats()
                + self.cells.repeats()
                + self.worksheets.repeats()
                + self.metadata.value.duplicates,
            ..Notebook::default()
        };
        let cells = match (self.cells.times, self.worksheets.times) {
            (0, 0) => return Err(Fault::new(Reason::Nbformat, "neither `cells` nor `worksheets`")),
            (0, _) => self.worksheets.value,
            _ => self.cells.value,
        };
        let mut counter = LineCounter::new(text);
        for (number, cell) in (1..).zip(cells) {
            cell.into_notebook(number, &mut notebook, &mut counter);
        }
        self.metadata.value.describe(&mut notebook);
        Ok(notebook)
    }
}

fn read_cells<'a>(json: &mut Json<'a>) -> Walk<Vec<AnyCell<'a>>> {
    let mut cells = Vec::new();
    elements(json, |json| {
        let mut cell = AnyCell::default();
        entries(json, |json, key| cell.entry(json, key))?;
        cells.push(cell);
        Ok(())
    })?;
    Ok(cells)
}

fn read_worksheets<'a>(json: &mut Json<'a>) -> Walk<Vec<AnyCell<'a>>> {
    let mut cells = Vec::new();
    elements(json, |json| {
        entries(json, |json, key| {
            match key {
                "cells" => cells.append(&mut read_cells(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })
    })?;
    Ok(cells)
}

impl Metadata {
    fn read(json: &mut Json<'_>) -> Walk<Self> {
        let mut metadata = Self::default();
        entries(json, |json, group| {
            if group != "kernelspec" && group != "language_info" {
                return json.skip();
            }
            entries(json, |json, key| {
                match (group, key) {
                    ("language_info", "name") => metadata.info_name.set(json.text()?),
                    ("language_info", "version") => metadata.info_version.set(json.text()?),
                    ("kernelspec", "language") => metadata.spec_language.set(json.text()?),
                    ("kernelspec", "name") => metadata.spec_name.set(json.text()?),
                    _ => json.skip()?,
                }
                Ok(())
            })
        })?;
        metadata.duplicates = [&metadata.info_name, &metadata.info_version]
            .into_iter()
            .chain([&metadata.spec_language, &metadata.spec_name])
            .map(Seen::repeats)
            .sum();
        Ok(metadata)
    }

    /// Sets language, version and kernel. What the kernel itself wrote (`language_info`) counts more than
    /// what the file was opened with (`kernelspec`); old notebooks say it in their cells, or not at all.
    fn describe(self, notebook: &mut Notebook) {
        let said = self.info_name.value.or(self.spec_language.value);
        let first_cell = notebook.cells.first().filter(|_| notebook.nbformat < 4).map(|cell| &cell.language);
        let language = said.as_ref().or(first_cell).map_or("python", String::as_str);
        notebook.language = plain_language(language);
        notebook.language_version = self.info_version.value.unwrap_or_default();
        notebook.kernel = self.spec_name.value.unwrap_or_default();
        for cell in &mut notebook.cells {
            if cell.language.is_empty() || plain_language(&cell.language) == notebook.language {
                cell.language.clear();
            }
        }
    }
}

/// The language in lower case, and `python` for all that run Python.
fn plain_language(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "" | "ipython" | "ipython2" | "ipython3" | "python2" | "python3" | "pyspark" | "pyspark3" => {
            "python".to_owned()
        }
        _ => name,
    }
}

impl<'a> AnyCell<'a> {
    fn entry(&mut self, json: &mut Json<'a>, key: &str) -> Walk {
        match key {
            "cell_type" => self.kind.set(json.text()?),
            "id" => self.id.set(json.text()?),
            "execution_count" | "prompt_number" => self.count.set(json.integer()?),
            "language" => self.language.set(json.text()?),
            "source" => self.source.set(strings(json)?),
            "input" => self.input.set(strings(json)?),
            "outputs" => self.has_error.set(has_error(json)?),
            "metadata" => self.vscode_language = vscode_language(json)?,
            _ => json.skip()?,
        }
        Ok(())
    }

    fn into_notebook(self, number: u32, notebook: &mut Notebook, counter: &mut LineCounter<'_>) {
        notebook.duplicate_keys += self.kind.repeats()
            + self.id.repeats()
            + self.count.repeats()
            + self.source.repeats()
            + self.input.repeats()
            + self.has_error.repeats();
        if self.kind.value.as_deref() != Some("code") {
            return;
        }
        // Code is called `input` before version 4; a file that mixes the versions up is still readable.
        let old_language = self.language.value.filter(|_| notebook.nbformat < 4);
        let mut pieces = [self.source.value, self.input.value];
        if notebook.nbformat < 4 {
            pieces.reverse();
        }
        let pieces = pieces.into_iter().find(|pieces| !pieces.is_empty()).unwrap_or_default();
        let mut source = Source::default();
        // Before version 4 some wrote lists of lines without their newlines.
        let first = pieces.first().map(|piece| piece.decode().text);
        let has_bare_lines = notebook.nbformat < 4 && first.is_some_and(|text| !text.ends_with(['\n', '\r']));
        for (position, piece) in (1..).zip(&pieces) {
            let decoded = piece.decode();
            let line = counter.line_at(piece.at);
            source.push(&decoded.text, line);
            if has_bare_lines && position < pieces.len() {
                source.push("\n", line);
            }
            notebook.lone_surrogates += u64::from(decoded.lone_surrogates);
        }
        notebook.cells.push(CodeCell {
            number,
            id: self.id.value.unwrap_or_default(),
            execution_count: self.count.value.unwrap_or(-1),
            language: self.vscode_language.or(old_language).unwrap_or_default(),
            source,
            has_error: self.has_error.value,
        });
    }
}

/// Reads a source: one string, or a list of strings.
fn strings<'a>(json: &mut Json<'a>) -> Walk<Vec<RawString<'a>>> {
    let mut pieces = Vec::new();
    if json.kind() == Kind::String {
        pieces.push(json.string()?);
        return Ok(pieces);
    }
    elements(json, |json| {
        match json.kind() {
            Kind::String => pieces.push(json.string()?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    Ok(pieces)
}

fn has_error(json: &mut Json<'_>) -> Walk<bool> {
    let mut found = false;
    elements(json, |json| {
        entries(json, |json, key| {
            match key {
                "output_type" => found |= matches!(json.text()?.as_deref(), Some("error" | "pyerr")),
                _ => json.skip()?,
            }
            Ok(())
        })
    })?;
    Ok(found)
}

/// The language that VS Code writes for cells that are not in the notebook's own.
fn vscode_language(json: &mut Json<'_>) -> Walk<Option<String>> {
    let mut language = None;
    entries(json, |json, key| {
        if key != "vscode" {
            return json.skip();
        }
        entries(json, |json, key| {
            match key {
                "languageId" => language = json.text()?,
                _ => json.skip()?,
            }
            Ok(())
        })
    })?;
    Ok(language)
}

/// The elements of an array; anything else is passed over.
fn elements<'a>(json: &mut Json<'a>, element: impl FnMut(&mut Json<'a>) -> Walk) -> Walk {
    if json.kind() == Kind::Array { json.array(element) } else { json.skip() }
}

/// The entries of an object; anything else is passed over.
fn entries<'a>(json: &mut Json<'a>, entry: impl FnMut(&mut Json<'a>, &str) -> Walk) -> Walk {
    if json.kind() == Kind::Object { json.object(entry) } else { json.skip() }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn code(text: &str) -> (String, Vec<u32>) {
        let cell = read(text.as_bytes()).unwrap().cells.remove(0);
        (cell.source.text, cell.source.physical_lines)
    }

    #[test]
    fn old_lists_of_bare_lines() {
        let notebook = |version, lines| {
            format!(
                "{{\"nbformat\": {version}, \"worksheets\": [{{\"cells\": [\n\
                 {{\"cell_type\": \"code\", \"input\": [{lines}]}}]}}]}}"
            )
        };
        let bare = "\"if x:\",\n\"\",\n\"  y\"";
        assert_eq!(code(&notebook(3, bare)), ("if x:\n\n  y".to_owned(), vec![2, 3, 4]));
        assert_eq!(code(&notebook(4, bare)), ("if x:  y".to_owned(), vec![2]));
        assert_eq!(code(&notebook(2, "\"a\\n\", \"b\"")), ("a\nb".to_owned(), vec![2, 2]));
    }

    #[test]
    fn versions_that_are_mixed_up_are_readable() {
        let text =
            r#"{"cells": [{"cell_type": "code", "input": "x"}, 7, {"cell_type": "code"}], "nbformat": 4}"#;
        let notebook = read(text.as_bytes()).unwrap();
        let cells: Vec<_> =
            notebook.cells.iter().map(|cell| (cell.number, cell.source.text.as_str())).collect();
        assert_eq!(cells, [(1, "x"), (3, "")]);
    }
}
