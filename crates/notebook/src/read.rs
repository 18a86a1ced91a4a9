//! From the bytes of an `.ipynb` file to its code cells: nbformat 2, 3 and 4.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr_iter;
use records::Reason;

use crate::fault::{Fault, text_of};
use crate::json::{Json, JsonError, Kind, RawString};
use crate::language::{databricks_language, plain_language, translated};
use crate::source::{LineCounter, Source};

/// A notebook: its code cells, and what its metadata say about their language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notebook {
    /// Language in lower case; every Python is `"python"`.
    pub language: String,
    /// The line of the file that names the language, 0 when none does.
    pub language_line: u32,
    /// Version of the language, `""` when unknown.
    pub language_version: String,
    /// Name of the kernel, `""` when unknown.
    pub kernel: String,
    /// The language as `language_info` spells it, `""` when it does not.
    pub language_info: String,
    /// The language as `kernelspec` spells it, `""` when it does not.
    pub kernelspec_language: String,
    /// Major version of the format.
    pub nbformat: u32,
    /// Minor version of the format.
    pub nbformat_minor: u32,
    /// The code cells in the order of the file.
    pub cells: Vec<CodeCell>,
    /// How many cells there are, of any kind.
    pub n_cells: u32,
    /// The cells of text: their numbers, and where [`crate::note`] finds them.
    pub notes: Vec<(u32, Range<usize>)>,
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
    /// Where its outputs stand, if an error is among them, for [`crate::errors`].
    pub outputs: Range<usize>,
    /// Whether its tags say that it is meant to fail (`raises-exception`).
    pub expects_error: bool,
    /// Whether its tag `skip-execution` says that it is not to run.
    pub is_skipped: bool,
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

pub(crate) type Walk<T = ()> = Result<T, JsonError>;

/// A text, if it was one.
type Text<'a> = Option<Cow<'a, str>>;

/// What is found on the way through the file, before its version is known.
#[derive(Default)]
struct File<'a> {
    nbformat: Seen<&'a str>,
    nbformat_at: usize,
    minor: Seen<Option<i64>>,
    metadata: Seen<Metadata<'a>>,
    cells: Seen<Vec<AnyCell<'a>>>,
    worksheets: Seen<Vec<AnyCell<'a>>>,
    /// Where cells should be, but are not.
    no_list_at: Option<usize>,
}

#[derive(Default)]
struct Metadata<'a> {
    info_name: Seen<Text<'a>>,
    info_version: Seen<Text<'a>>,
    spec_language: Seen<Text<'a>>,
    spec_name: Seen<Text<'a>>,
    /// Where the language is named.
    language_at: Option<usize>,
    /// Whether Databricks has written it.
    is_databricks: bool,
    duplicates: u64,
}

#[derive(Default)]
struct AnyCell<'a> {
    kind: Seen<Text<'a>>,
    id: Seen<Text<'a>>,
    count: Seen<Option<i64>>,
    language: Seen<Text<'a>>,
    own: CellMetadata<'a>,
    /// Where the code stands: it is passed over, and read when the cell is known to be one of code.
    source: Seen<Range<usize>>,
    input: Seen<Range<usize>>,
    /// The place of the outputs, empty if there is no error among them.
    outputs: Seen<Range<usize>>,
}

/// What a cell's metadata say.
#[derive(Default)]
struct CellMetadata<'a> {
    /// The language that VS Code writes for cells that are not in the notebook's own.
    language: Text<'a>,
    expects_error: bool,
    is_skipped: bool,
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
                "nbformat" => {
                    self.nbformat_at = json.place();
                    self.nbformat.set(json.raw()?);
                }
                "nbformat_minor" => self.minor.set(json.integer()?),
                "metadata" => self.metadata.set(Metadata::read(json)?),
                "cells" | "worksheets" if json.kind() != Kind::Array => {
                    self.no_list_at = Some(json.place());
                    json.skip()?;
                }
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
                let what = format!("nbformat {found}, not 2, 3 or 4");
                return Err(Fault::at(Reason::Nbformat, text, self.nbformat_at, &what));
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
        let cells = match (self.cells.times, self.worksheets.times, self.no_list_at) {
            (0, 0, Some(at)) => return Err(Fault::at(Reason::Nbformat, text, at, "the cells are no list")),
            (0, 0, None) => return Err(Fault::new(Reason::Nbformat, "neither `cells` nor `worksheets`")),
            (0, _, _) => self.worksheets.value,
            _ => self.cells.value,
        };
        let mut counter = LineCounter::new(text);
        for (number, cell) in (1..).zip(cells) {
            cell.into_notebook(number, &mut notebook, text, &mut counter);
        }
        let metadata = self.metadata.value;
        notebook.language_line = metadata.language_at.map_or(0, |at| LineCounter::new(text).line_at(at));
        metadata.describe(&mut notebook);
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

impl<'a> Metadata<'a> {
    fn read(json: &mut Json<'a>) -> Walk<Self> {
        let mut metadata = Self::default();
        entries(json, |json, group| {
            if group == DATABRICKS || group == "notebookId" {
                metadata.is_databricks = true;
            }
            if group != "kernelspec" && group != "language_info" {
                return json.skip();
            }
            entries(json, |json, key| {
                let is_language =
                    matches!((group, key), ("language_info", "name") | ("kernelspec", "language"));
                if is_language && (group == "language_info" || metadata.language_at.is_none()) {
                    metadata.language_at = Some(json.place());
                }
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
        notebook.language_info = owned(self.info_name.value.clone());
        notebook.kernelspec_language = owned(self.spec_language.value.clone());
        // A kernel that translates its language to Python says `python` of what it runs.
        let named = [self.spec_language.value.as_deref(), self.spec_name.value.as_deref()];
        let translated = named.into_iter().flatten().find_map(translated);
        let said = self.info_name.value.or(self.spec_language.value);
        let first_cell =
            notebook.cells.first().filter(|_| notebook.nbformat < 4).map(|cell| cell.language.as_str());
        let language = said.as_deref().or(first_cell).unwrap_or("python");
        notebook.language = plain_language(language);
        if let Some(translated) = translated
            && notebook.language == "python"
        {
            notebook.language = translated.to_owned();
        }
        notebook.language_version = owned(self.info_version.value);
        notebook.kernel = owned(self.spec_name.value);
        for cell in &mut notebook.cells {
            if self.is_databricks && cell.language.is_empty() {
                cell.language = databricks_language(&cell.source.text).to_owned();
            }
            if cell.language.is_empty() || plain_language(&cell.language) == notebook.language {
                cell.language.clear();
            }
        }
    }
}

/// What Databricks writes into the metadata of a notebook.
const DATABRICKS: &str = "application/vnd.databricks.v1+notebook";

impl<'a> AnyCell<'a> {
    fn entry(&mut self, json: &mut Json<'a>, key: &str) -> Walk {
        match key {
            "cell_type" => self.kind.set(json.text()?),
            "id" => self.id.set(json.text()?),
            "execution_count" | "prompt_number" => self.count.set(json.integer()?),
            "language" => self.language.set(json.text()?),
            "source" => self.source.set(skip_source(json)?),
            "input" => self.input.set(skip_source(json)?),
            "outputs" => self.outputs.set(outputs_with_error(json)?),
            "metadata" => self.own = CellMetadata::read(json)?,
            _ => json.skip()?,
        }
        Ok(())
    }

    fn into_notebook(
        self,
        number: u32,
        notebook: &mut Notebook,
        text: &'a str,
        counter: &mut LineCounter<'_>,
    ) {
        notebook.duplicate_keys += self.kind.repeats()
            + self.id.repeats()
            + self.count.repeats()
            + self.source.repeats()
            + self.input.repeats()
            + self.outputs.repeats();
        notebook.n_cells = number;
        match self.kind.value.as_deref() {
            Some("code") => {}
            Some("markdown") => return notebook.notes.push((number, self.source.value)),
            _ => return,
        }
        // Code is called `input` before version 4; a file that mixes the versions up is still readable.
        let is_old = notebook.nbformat < 4;
        let (first, second) = if is_old { (self.input, self.source) } else { (self.source, self.input) };
        let range = if first.value.is_empty() { second.value } else { first.value };
        let (source, lone_surrogates) = read_source(text, range, is_old, counter);
        notebook.lone_surrogates += lone_surrogates;
        notebook.cells.push(CodeCell {
            number,
            id: owned(self.id.value),
            execution_count: self.count.value.unwrap_or(-1),
            language: owned(self.own.language.or(self.language.value.filter(|_| is_old))),
            source,
            has_error: !self.outputs.value.is_empty(),
            outputs: self.outputs.value,
            expects_error: self.own.expects_error,
            is_skipped: self.own.is_skipped,
        });
    }
}

fn owned(text: Text<'_>) -> String {
    text.map_or_else(String::new, Cow::into_owned)
}

/// Passes over a source; its place, empty if there is no text in it.
fn skip_source(json: &mut Json<'_>) -> Walk<Range<usize>> {
    let start = json.place();
    let raw = json.raw()?;
    Ok(if raw.contains('"') { start..start + raw.len() } else { 0..0 })
}

/// Reads the source that stands at a place, and how many halves of surrogate pairs are in it.
fn read_source(
    text: &str,
    range: Range<usize>,
    is_old: bool,
    counter: &mut LineCounter<'_>,
) -> (Source, u64) {
    let mut source = Source::default();
    let mut lone_surrogates = 0;
    if range.is_empty() {
        return (source, lone_surrogates);
    }
    let lines = memchr_iter(b'\n', text[range.clone()].as_bytes()).count();
    source.reserve(range.len(), lines);
    let mut has_bare_lines = false;
    let mut line = 0;
    let mut decoded = String::new();
    let walk = strings(&mut Json::at(text, range.start), |piece| {
        if has_bare_lines {
            source.push("\n", line);
        }
        decoded.clear();
        lone_surrogates += u64::from(piece.append_to(&mut decoded));
        // Before version 4 some wrote lists of lines without their newlines.
        has_bare_lines |= is_old && line == 0 && !decoded.ends_with(['\n', '\r']);
        line = counter.line_at(piece.at);
        source.push(&decoded, line);
    });
    debug_assert_eq!(walk, Ok(()), "what was passed over can be read");
    (source, lone_surrogates)
}

/// Reads a source, which is one string or a list of strings.
pub(crate) fn strings<'a>(json: &mut Json<'a>, mut piece: impl FnMut(RawString<'a>)) -> Walk {
    if json.kind() == Kind::String {
        piece(json.string()?);
        return Ok(());
    }
    elements(json, |json| {
        match json.kind() {
            Kind::String => piece(json.string()?),
            _ => json.skip()?,
        }
        Ok(())
    })
}

/// Passes over outputs; their place, empty if there is no error among them.
fn outputs_with_error(json: &mut Json<'_>) -> Walk<Range<usize>> {
    let start = json.place();
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
    Ok(if found { start..json.place() } else { 0..0 })
}

impl<'a> CellMetadata<'a> {
    fn read(json: &mut Json<'a>) -> Walk<Self> {
        let mut own = Self::default();
        entries(json, |json, key| match key {
            "vscode" => entries(json, |json, key| {
                match key {
                    "languageId" => own.language = json.text()?,
                    _ => json.skip()?,
                }
                Ok(())
            }),
            "tags" => elements(json, |json| {
                let tag = json.text()?;
                own.expects_error |= tag.as_deref() == Some("raises-exception");
                own.is_skipped |= tag.as_deref() == Some("skip-execution");
                Ok(())
            }),
            _ => json.skip(),
        })?;
        Ok(own)
    }
}

/// The elements of an array; anything else is passed over.
pub(crate) fn elements<'a>(json: &mut Json<'a>, element: impl FnMut(&mut Json<'a>) -> Walk) -> Walk {
    if json.kind() == Kind::Array { json.array(element) } else { json.skip() }
}

/// The entries of an object; anything else is passed over.
pub(crate) fn entries<'a>(json: &mut Json<'a>, entry: impl FnMut(&mut Json<'a>, &str) -> Walk) -> Walk {
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
    fn faults_of_the_format_have_a_place() {
        let fault = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(fault("{\n \"nbformat\": 5}"), "line 2, column 14: nbformat 5, not 2, 3 or 4");
        assert_eq!(fault("{\"nbformat\": 4,\n\"cells\": {}}"), "line 2, column 10: the cells are no list");
        assert_eq!(fault("{\"nbformat\": 4}"), "neither `cells` nor `worksheets`");
    }

    #[test]
    fn kernels_that_translate_are_other_languages() {
        let language = |spec: &str, kernel: &str, info: &str| {
            let metadata = format!(
                r#"{{"kernelspec": {{"language": "{spec}", "name": "{kernel}"}}, "language_info": {{"name": "{info}"}}}}"#
            );
            let text = format!(r#"{{"nbformat": 4, "cells": [], "metadata": {metadata}}}"#);
            read(text.as_bytes()).unwrap().language
        };
        for (spec, kernel, info, expected) in [
            ("sage", "sagemath", "python", "sage"),
            ("", "sagemath-9.5", "ipython", "sage"),
            ("coconut", "coconut3", "python", "coconut"),
            ("python", "xonsh", "python", "xonsh"),
            ("python", "hy", "python", "hy"),
            ("python", "python3", "python", "python"),
            ("python", "hydrology", "python", "python"),
            ("python", "sosci", "python", "python"),
            ("R", "ir", "R", "r"),
        ] {
            assert_eq!(language(spec, kernel, info), expected, "{spec} {kernel} {info}");
        }
    }

    #[test]
    fn cells_of_databricks_name_their_language_on_the_first_line() {
        let languages = |metadata: &str| -> Vec<String> {
            let cells = [
                "%sql\\nselect 1",
                "\\n %md\\n# x",
                "%r\\nx <- 1",
                "%sh ls",
                "%pip install a\\nx = 1",
                "%python\\nx = 1",
                "x = 1",
            ];
            let cells = cells.map(|source| format!(r#"{{"cell_type": "code", "source": "{source}"}}"#));
            let text =
                format!(r#"{{"nbformat": 4, "cells": [{}], "metadata": {{{metadata}}}}}"#, cells.join(","));
            read(text.as_bytes()).unwrap().cells.into_iter().map(|cell| cell.language).collect()
        };
        let expected = ["sql", "md", "r", "sh", "", "", ""];
        assert_eq!(
            languages(r#""application/vnd.databricks.v1+notebook": {"language": "python"}"#),
            expected
        );
        assert_eq!(languages(r#""name": "x", "notebookId": 3"#), expected);
        assert_eq!(languages(""), [""; 7]);
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
