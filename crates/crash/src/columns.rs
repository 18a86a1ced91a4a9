//! Fields of a crash record that some of the programs share, read by name.

use anyhow::{Result, anyhow};
use filter::Line;
use records::{Crash, Fields, Record as _};

/// A line as fields, for programs that look at a few of them and hand the rest on as it stands.
///
/// # Errors
/// If the line is no `crash/1` record.
pub fn fields(line: &Line) -> Result<Fields<'_>> {
    let expected = |found: String| line.expected(Crash::SCHEMA, found);
    let text = std::str::from_utf8(&line.bytes).map_err(|error| expected(error.to_string()))?;
    let fields = Fields::parse(text).map_err(|error| expected(error.to_string()))?;
    match fields.text("schema") {
        Ok(schema) if schema == Crash::SCHEMA => Ok(fields),
        Ok(schema) => Err(expected(filter::another_record(&schema))),
        Err(error) => Err(expected(error.to_string())),
    }
}

/// The text of a field that an earlier program of ours must have written.
///
/// # Errors
/// If it is not there: which program writes it.
pub fn text_of(line: &Line, fields: &Fields<'_>, name: &'static str, program: &str) -> Result<String> {
    let missing = |error| anyhow!("{}: expected the field `{name}` that {program} adds: {error}", line.place);
    fields.text(name).map(std::borrow::Cow::into_owned).map_err(missing)
}

/// The value at a dotted path (`label.cause`) as a text: of a number or truth value its spelling, of anything
/// else, and where there is nothing, `""`.
pub fn at_path(fields: &Fields<'_>, path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().and_then(|name| fields.raw(name));
    let Some(mut value) = first.and_then(|raw| serde_json::from_str::<serde_json::Value>(raw.get()).ok())
    else {
        return String::new();
    };
    for part in parts {
        value = value.get_mut(part).map(serde_json::Value::take).unwrap_or_default();
    }
    match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use records::Fields;

    use super::at_path;

    #[test]
    fn fields_are_read_by_path() {
        let line = r#"{"schema":"crash/1","cluster":3,"label":{"cause":"x","n":2.5,"l":[1]}}"#;
        let fields = Fields::parse(line).unwrap();
        let read = ["label.cause", "label.n", "cluster", "label", "label.l", "no.thing", "schema"]
            .map(|path| at_path(&fields, path));
        assert_eq!(read, ["x", "2.5", "3", "", "", "", "crash/1"]);
    }
}
