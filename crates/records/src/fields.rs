//! A record as its writer spelled it: keys and the JSON text of their values.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of one line, in order, their values still text.
///
/// For stages that look at a few fields of millions of records and hand the rest on: to parse a whole
/// record and write it again costs five times as much, most of it for the fields nobody looked at.
#[derive(Debug)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Splits a line into its fields.
    ///
    /// # Errors
    /// If the line is no JSON object, or has a key twice.
    pub fn parse(line: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }

    /// The JSON text of a field.
    pub fn raw(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// Parses a field.
    ///
    /// # Errors
    /// If there is no such field, or it has another type.
    pub fn get<T: Deserialize<'a>>(&self, key: &'static str) -> serde_json::Result<T> {
        let raw = self.raw(key).ok_or_else(|| serde_json::Error::missing_field(key))?;
        serde_json::from_str(raw.get())
    }

    /// A text field, borrowed from the line when nothing in it is escaped.
    ///
    /// # Errors
    /// As [`Fields::get`].
    pub fn text(&self, key: &'static str) -> serde_json::Result<Cow<'a, str>> {
        self.get::<Text<'a>>(key).map(|text| text.0)
    }

    /// Appends `,"key":value` for every field but those named in `except`.
    pub fn append_rest(&self, except: &[&str], line: &mut Vec<u8>) {
        for (key, value) in &self.0 {
            if !except.contains(&key.as_ref()) {
                line.push(b',');
                append_text(key, line);
                line.push(b':');
                line.extend_from_slice(value.get().as_bytes());
            }
        }
    }
}

/// Appends a text as JSON.
pub fn append_text(text: &str, line: &mut Vec<u8>) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        line.push(b'"');
        line.extend_from_slice(text.as_bytes());
        line.push(b'"');
    } else {
        serde_json::to_writer(line, text).expect("a text can be written to memory");
    }
}

/// A text that is borrowed where it can be.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::with_capacity(20);
        while let Some(Text(key)) = map.next_key()? {
            if fields.iter().any(|(name, _)| *name == key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            fields.push((key, map.next_value()?));
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Fields, append_text};

    #[test]
    fn fields_stay_as_they_were_spelled() {
        let line = r#"{"id": "a\u0062", "n" : 1e2, "x\"y":[1, {"é":null}],"plain":"größe"}"#;
        let fields = Fields::parse(line).unwrap();
        assert_eq!(fields.text("id").unwrap(), "ab");
        assert!(matches!(fields.text("plain").unwrap(), Cow::Borrowed("größe")));
        assert_eq!(fields.get::<f64>("n").unwrap(), 100.0);
        let mut rest = Vec::new();
        fields.append_rest(&["id", "plain"], &mut rest);
        assert_eq!(String::from_utf8(rest).unwrap(), r#","n":1e2,"x\"y":[1, {"é":null}]"#);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for line in ["", "[]", "{", r#"{"a":1,"a":2}"#, r#"{"a":}"#, "{} {}"] {
            assert!(Fields::parse(line).is_err(), "{line}");
        }
        let fields = Fields::parse(r#"{"a":1}"#).unwrap();
        assert!(fields.text("a").is_err());
        assert_eq!(fields.get::<u64>("b").unwrap_err().to_string(), "missing field `b`");
    }

    #[test]
    fn texts_are_escaped_as_json() {
        let mut line = Vec::new();
        for text in ["plain", "a\"b\\c\n\u{1}", "ü"] {
            append_text(text, &mut line);
        }
        assert_eq!(String::from_utf8(line).unwrap(), r#""plain""a\"b\\c\n\u0001""ü""#);
    }
}
