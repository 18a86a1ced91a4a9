//! `docs/schemas/*.json` and `docs/records.md`, made from the types of `records` and from the samples
//! in `fixtures/records/`, so that neither can tell anything but what the code does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use records::Record;
use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value};

use crate::say;

/// Writes, or with `check` compares; whether everything was up to date.
pub(crate) fn run(root: &Path, check: bool) -> Result<bool> {
    let mut current = true;
    for (path, content) in files(root)? {
        let path = root.join(path);
        let old = fs::read_to_string(&path).unwrap_or_default();
        if old == content {
            continue;
        }
        current = false;
        if check {
            say(&format!("stale: {}; run `cargo xtask schemas`", path.display()));
        } else {
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
            say(&format!("wrote {}", path.display()));
        }
    }
    Ok(current || !check)
}

/// All generated files with their content.
fn files(root: &Path) -> Result<Vec<(String, String)>> {
    let schemas = schemas();
    let mut files = Vec::new();
    let mut page = include_str!("records-intro.md.in").to_owned();
    for (name, schema) in schemas {
        files.push((
            format!("docs/schemas/{name}.json"),
            format!("{}\n", serde_json::to_string_pretty(&schema)?),
        ));
        describe(&mut page, root, &name, &schema)?;
    }
    files.push(("docs/records.md".to_owned(), page));
    Ok(files)
}

/// The schema of every record, by the name of the record.
fn schemas() -> Vec<(String, Value)> {
    fn one<T: Record + JsonSchema>() -> (String, Value) {
        let name = T::SCHEMA.split('/').next().unwrap_or_default().to_owned();
        (name, schema_for!(T).to_value())
    }
    vec![
        one::<records::Source>(),
        one::<records::Script>(),
        one::<records::Instrumented>(),
        one::<records::Assignment>(),
        one::<records::Run>(),
        one::<records::Trace>(),
        one::<records::TraceText>(),
        one::<records::TraceTask>(),
        one::<records::TraceCheck>(),
        one::<records::TraceStat>(),
        one::<records::LmScore>(),
        one::<records::Pair>(),
        one::<records::Example>(),
        one::<records::Scored>(),
        one::<records::Finding>(),
        one::<records::Label>(),
        one::<records::Metric>(),
        one::<records::Evaluation>(),
        one::<records::Crash>(),
        one::<records::CrashCluster>(),
        one::<records::Comparison>(),
        one::<records::CrashFactor>(),
        one::<records::Function>(),
        one::<records::Bug>(),
        one::<records::Reject>(),
        one::<records::Summary>(),
    ]
}

/// One section of the page: what the record is, its fields, a real line.
fn describe(page: &mut String, root: &Path, name: &str, schema: &Value) -> Result<()> {
    let text = schema["description"].as_str().unwrap_or_default();
    write!(page, "\n## {name}\n\n{text}\n\n| field | type | meaning |\n| --- | --- | --- |\n")?;
    let mut nested = Vec::new();
    rows(page, schema, schema, &mut nested)?;
    for definition in nested {
        let inner = &schema["$defs"][&definition];
        let text = inner["description"].as_str().unwrap_or_default();
        write!(page, "\n`{definition}`: {text}\n\n| field | type | meaning |\n| --- | --- | --- |\n")?;
        rows(page, schema, inner, &mut Vec::new())?;
    }
    let sample = root.join("fixtures/records").join(format!("{name}.jsonl"));
    let sample = fs::read_to_string(&sample).with_context(|| format!("cannot read {}", sample.display()))?;
    let line = sample.lines().next().context("a sample has a line")?;
    write!(page, "\n```json\n{line}\n```\n")?;
    Ok(())
}

fn rows(page: &mut String, root: &Value, schema: &Value, nested: &mut Vec<String>) -> Result<()> {
    let empty = Map::new();
    for (field, description) in schema["properties"].as_object().unwrap_or(&empty) {
        let meaning =
            description["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        writeln!(page, "| `{field}` | {} | {meaning} |", type_name(root, description, nested))?;
    }
    Ok(())
}

/// A type as people say it; structures are noted in `nested` to be described below.
fn type_name(root: &Value, schema: &Value, nested: &mut Vec<String>) -> String {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(name) = reference.and_then(|path| path.rsplit('/').next()) {
        let definition = &root["$defs"][name];
        if definition["properties"].is_null() {
            return words(definition).map_or_else(|| "text".to_owned(), |words| words.join(", "));
        }
        if !nested.iter().any(|known| known == name) {
            nested.push(name.to_owned());
        }
        return format!("`{name}`");
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", type_name(root, &schema["items"], nested)),
        Some("string") => "text".to_owned(),
        Some("object") => "object".to_owned(),
        Some(other) => other.to_owned(),
        None => "any".to_owned(),
    }
}

/// The words of an enumeration.
fn words(schema: &Value) -> Option<Vec<String>> {
    let options = schema["oneOf"].as_array()?;
    options.iter().map(|option| Some(format!("`{}`", option["const"].as_str()?))).collect()
}
