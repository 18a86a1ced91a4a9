//! Lines of stdin: `source/1` records, with a path or with a whole notebook inside.
//!
//! The notebook may hold what Jupyter reads and serde does not (`NaN`, half a surrogate pair, a thousand
//! brackets), and most of it is of no use: so it is cut out of the line and handed on as text.

use anyhow::Result;
use filter::{Line, another_record};
use notebook::json::{Json, Kind};
use records::{Extra, Record as _, Source};

/// A `source/1` record with its notebook as it stands in the line.
#[derive(Debug, Default, PartialEq)]
pub struct SourceLine<'a> {
    /// Where the notebook lies, or its name.
    pub path: String,
    /// The repository, `""` when not given.
    pub repo: String,
    /// The notebook itself, or its text.
    pub notebook: Option<Embedded<'a>>,
    /// Everything else.
    pub extra: Extra,
}

/// A notebook in a line.
#[derive(Debug, PartialEq)]
pub enum Embedded<'a> {
    /// As an object.
    Object(&'a str),
    /// The text of its file, in a string.
    Text(String),
}

/// The names of the fields that a line may have; by default those of `source/1`.
#[derive(Clone, Debug)]
pub struct Names {
    /// Of the notebook.
    pub notebook: String,
    /// Of its path.
    pub path: String,
    /// Of its repository.
    pub repo: String,
}

impl Default for Names {
    fn default() -> Self {
        let [notebook, path, repo] = ["notebook", "path", "repo"].map(str::to_owned);
        Self { notebook, path, repo }
    }
}

/// Reads a line.
///
/// # Errors
/// If it is no `source/1` record: place, what was expected, what was found.
pub fn parse_source<'a>(line: &'a Line, names: &Names) -> Result<SourceLine<'a>> {
    let expected = |found: String| line.expected(Source::SCHEMA, found);
    let text = std::str::from_utf8(&line.bytes).map_err(|error| expected(error.to_string()))?;
    let mut json = Json::new(text);
    if json.kind() != Kind::Object {
        return Err(expected("no JSON object".to_owned()));
    }
    let mut source = SourceLine::default();
    let (mut schema, mut path, mut repo) = (None::<String>, None::<String>, None::<String>);
    let mut wrong = None;
    let walk = json
        .object(|json, key| {
            if key == names.notebook && json.kind() == Kind::String {
                source.notebook = json.text()?.map(|text| Embedded::Text(text.into_owned()));
                return Ok(());
            }
            let value = json.raw()?;
            if key == names.notebook {
                source.notebook = (value != "null").then_some(Embedded::Object(value));
                return Ok(());
            }
            let text = match key {
                "schema" => &mut schema,
                _ if key == names.path => &mut path,
                _ if key == names.repo => &mut repo,
                _ => {
                    match serde_json::from_str(value) {
                        Ok(value) => drop(source.extra.insert(key.to_owned(), value)),
                        Err(error) => wrong = Some(format!("`{key}` that cannot be kept: {error}")),
                    }
                    return Ok(());
                }
            };
            *text = serde_json::from_str(value).ok();
            if text.is_none() {
                wrong = Some(format!("`{key}` that is no text"));
            }
            Ok(())
        })
        .and_then(|()| json.end());
    if let Err(error) = walk {
        return Err(expected(format!("no JSON: column {}: {}", error.at + 1, error.what)));
    }
    if let Some(schema) = schema.filter(|schema| schema != Source::SCHEMA) {
        return Err(expected(another_record(&schema)));
    }
    (source.path, source.repo) = (path.unwrap_or_default(), repo.unwrap_or_default());
    if source.path.is_empty() && source.notebook.is_none() {
        wrong.get_or_insert_with(|| format!("neither `{}` nor `{}`", names.path, names.notebook));
    }
    wrong.map_or(Ok(source), |found| Err(expected(found)))
}

#[cfg(test)]
mod tests {
    use filter::{Line, Place};

    use super::{Embedded, Names, SourceLine};

    fn parse(line: &Line) -> anyhow::Result<SourceLine<'_>> {
        super::parse_source(line, &Names::default())
    }

    fn line(text: &str) -> Line {
        Line {
            place: Place { input: "stdin".into(), line: 3 },
            bytes: text.as_bytes().to_vec(),
            too_long: false,
        }
    }

    #[test]
    fn a_path_a_notebook_or_its_text() {
        let with_path = line(r#"{"path": "a.ipynb", "own": [1, 2.50], "notebook": null}"#);
        let source = parse(&with_path).unwrap();
        assert_eq!((source.path.as_str(), source.notebook), ("a.ipynb", None));
        assert_eq!(source.extra["own"].to_string(), "[1,2.5]");
        let with_object = line(r#"{"schema": "source/1", "notebook": {"a": NaN}, "repo": "r"}"#);
        let source = parse(&with_object).unwrap();
        assert_eq!((source.notebook, source.repo.as_str()), (Some(Embedded::Object(r#"{"a": NaN}"#)), "r"));
        let with_text = line(r#"{"notebook": "{\n}"}"#);
        assert_eq!(parse(&with_text).unwrap().notebook, Some(Embedded::Text("{\n}".to_owned())));
    }

    #[test]
    fn anything_else_is_malformed() {
        let fault = |text| parse(&line(text)).unwrap_err().to_string();
        let head = "stdin:3: expected a source/1 record, found ";
        assert_eq!(fault("[1]"), format!("{head}no JSON object"));
        assert_eq!(fault("{\"a\": }"), format!("{head}no JSON: column 7: expected a value"));
        assert_eq!(fault("{\"own\": 1}"), format!("{head}neither `path` nor `notebook`"));
        assert_eq!(fault("{\"path\": 1}"), format!("{head}`path` that is no text"));
        assert!(fault(r#"{"schema": "script/1", "path": "a"}"#).contains("found a script/1 record"));
    }
}
