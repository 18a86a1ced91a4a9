//! Lines that are put together from fields which are JSON already.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::{Fields, Record, append_text};

/// Begins a record: `{"schema":"pair/1"`.
pub fn begin_record<T: Record>(line: &mut Vec<u8>) {
    line.extend_from_slice(HEAD.as_bytes());
    line.extend_from_slice(T::SCHEMA.as_bytes());
    line.push(b'"');
}

const HEAD: &str = "{\"schema\":\"";

/// Appends `,"name":value`; the value is JSON already.
pub fn append_field(name: &str, value: &str, line: &mut Vec<u8>) {
    line.push(b',');
    append_text(name, line);
    line.push(b':');
    line.extend_from_slice(value.as_bytes());
}

/// Appends `,"name":"text"`.
pub fn append_text_field(name: &str, text: &str, line: &mut Vec<u8>) {
    append_field(name, "", line);
    append_text(text, line);
}

/// A text as JSON.
pub fn json_text(text: &str) -> String {
    let mut line = Vec::with_capacity(text.len() + 2);
    append_text(text, &mut line);
    String::from_utf8(line).expect("JSON of a text is a text")
}

impl Fields<'_> {
    /// The line with fields behind its own, their values JSON already; fields of these names that it has give way.
    pub fn with(&self, added: &[(&str, &str)]) -> Vec<u8> {
        let names: Vec<&str> = added.iter().map(|(name, _)| *name).collect();
        let mut line = Vec::new();
        self.append_rest(&names, &mut line);
        added.iter().for_each(|(name, value)| append_field(name, value, &mut line));
        // The first comma is one too many.
        match line.first_mut() {
            Some(comma) => *comma = b'{',
            None => line.push(b'{'),
        }
        line.push(b'}');
        line
    }
}

/// What stands around some fields of a line, so that it can be handed on without being read and written again.
#[derive(Clone, Debug, PartialEq)]
pub struct Around<const N: usize> {
    /// What stands between the schema and the first of the fields, the comma before it left out.
    pub before: Range<usize>,
    /// What stands behind each of them, up to the next one or the end of the record.
    pub behind: [Range<usize>; N],
}

/// Finds what stands around fields of a record that is spelled as our own programs spell it: the schema first, no
/// spaces around keys, these fields in this order. `None` when it is spelled otherwise.
///
/// The values are those that were read from `line`, with their names.
pub fn around<T: Record, const N: usize>(line: &str, fields: [(&str, &RawValue); N]) -> Option<Around<N>> {
    let rest = line.strip_prefix(HEAD)?.strip_prefix(T::SCHEMA)?.strip_prefix('"')?;
    let mut start = line.len() - rest.len();
    let mut pieces = [const { 0..0 }; N];
    for ((name, value), piece) in fields.into_iter().zip(&mut pieces) {
        let place = place_in(line, value.get())?;
        let before = line.get(start..place.start)?;
        let before = before.strip_suffix("\":")?.strip_suffix(name)?.strip_suffix(",\"")?;
        *piece = start..start + before.len();
        start = place.end;
    }
    let last = start..start + line.get(start..)?.strip_suffix('}')?.len();
    let before = match pieces.first_mut() {
        Some(first) => std::mem::replace(first, last),
        None => last,
    };
    pieces.rotate_left(1.min(N));
    Some(Around { before, behind: pieces })
}

/// Where a part of a text that was borrowed from it stands in it.
fn place_in(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let place = start..start.checked_add(part.len())?;
    (text.get(place.clone())? == part).then_some(place)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    use super::{Around, append_field, append_text_field, around, begin_record};
    use crate::{Fields, Pair};

    #[test]
    fn fields_are_put_behind() {
        let mut line = Vec::new();
        begin_record::<Pair>(&mut line);
        append_field("n", "1.50", &mut line);
        append_text_field("q\"", "a\nb", &mut line);
        line.push(b'}');
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, r#"{"schema":"pair/1","n":1.50,"q\"":"a\nb"}"#);
        let fields = Fields::parse(&line).unwrap();
        let with = |added: &[(&str, &str)]| String::from_utf8(fields.with(added)).unwrap();
        assert_eq!(with(&[("n", "2"), ("new", "[]")]), r#"{"schema":"pair/1","q\"":"a\nb","n":2,"new":[]}"#);
        let none = Fields::parse("{}").unwrap();
        assert_eq!(none.with(&[]), b"{}");
        assert_eq!(none.with(&[("a", "1")]), br#"{"a":1}"#);
    }

    #[derive(Deserialize)]
    struct View<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
        #[serde(borrow)]
        value: &'a RawValue,
    }

    fn around_of(line: &str) -> Option<[&str; 3]> {
        let View { id, value } = serde_json::from_str(line).unwrap();
        let Around { before, behind: [first, second] } =
            around::<Pair, 2>(line, [("id", id), ("value", value)])?;
        Some([&line[before], &line[first], &line[second]])
    }

    #[test]
    fn what_is_spelled_as_ours_is_found_around_fields() {
        let line = r#"{"schema":"pair/1","id":"a","x":[1,2],"value":{"n":1},"y":2}"#;
        assert_eq!(around_of(line), Some(["", r#","x":[1,2]"#, r#","y":2"#]));
        let line = r#"{"schema":"pair/1","x":"value","id":"a","value":"a"}"#;
        assert_eq!(around_of(line), Some([r#","x":"value""#, "", ""]));
    }

    #[test]
    fn another_spelling_is_not_guessed_at() {
        for line in [
            r#"{"schema":"pair/2","id":"a","value":1}"#,
            r#"{"schema": "pair/1","id":"a","value":1}"#,
            r#"{"id":"a","schema":"pair/1","value":1}"#,
            r#"{"schema":"pair/1","value":1,"id":"a"}"#,
            r#"{"schema":"pair/1","id": "a","value":1}"#,
            r#"{"schema":"pair/1","id":"a","value" :1}"#,
            r#"{"schema":"pair/1","id":"a","value":1} "#,
            r#"{"schema":"pair/1","\u0069d":"a","value":1}"#,
        ] {
            assert_eq!(around_of(line), None, "{line}");
        }
    }
}
