//! What is said of a line that is not the record that was expected, or longer than allowed.

use std::fmt;

use anyhow::anyhow;
use records::Reason;

use crate::{Emit, Line, escape};

impl Line {
    /// The error for a line that is no record of this schema: its place, what was expected, what was found.
    pub fn expected(&self, schema: &str, found: impl fmt::Display) -> anyhow::Error {
        anyhow!("{}: expected {} record, found {found}", self.place, with_article(schema))
    }
}

/// Another record, as it is spoken of when it was found in the place of the one expected.
pub fn another_record(schema: &str) -> String {
    format!("{} record (is a stage missing or swapped?)", with_article(&escape(schema)))
}

/// What is said of what is longer than allowed.
pub fn too_long(max_bytes: usize) -> String {
    format!("longer than {max_bytes} bytes (--max-record-bytes)")
}

impl Emit {
    /// Rejects a line that is longer than allowed.
    pub fn reject_too_long(&mut self, line: &Line) {
        self.reject("", line.place.to_string(), Reason::TooLarge, too_long(line.bytes.len()));
    }
}

/// The name of a record with the article that it is read with.
fn with_article(schema: &str) -> String {
    // `lm` is read letter by letter, and begins with a vowel.
    let an = schema.starts_with(['a', 'e', 'i', 'o', 'u']) || schema.starts_with("lm-");
    format!("{} {schema}", if an { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::another_record;
    use crate::{Line, Place};

    #[test]
    fn articles_are_right() {
        let line =
            Line { place: Place { input: "stdin".into(), line: 3 }, bytes: Vec::new(), too_long: false };
        let expected = |schema: &str| line.expected(schema, "nothing").to_string();
        assert_eq!(expected("pair/1"), "stdin:3: expected a pair/1 record, found nothing");
        assert_eq!(expected("example/1"), "stdin:3: expected an example/1 record, found nothing");
        assert_eq!(expected("lm-score/1"), "stdin:3: expected an lm-score/1 record, found nothing");
        assert_eq!(another_record("a\u{1b}/1"), "an a\\u{1b}/1 record (is a stage missing or swapped?)");
    }
}
