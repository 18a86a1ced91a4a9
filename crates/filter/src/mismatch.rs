//! What is said of a line that is not the record that was expected, or is longer than allowed.

use records::escape;

/// Another record, as it is spoken of when it was found in the place of the one expected.
pub fn another_record(schema: &str) -> String {
    format!("{} record (is a stage missing or swapped?)", with_article(&escape(schema)))
}

/// What is said of a record of this schema where another was expected.
pub(crate) fn found_instead(schema: &str, expected: &str) -> String {
    let name = |schema: &str| schema.split('/').next().map(str::to_owned);
    if name(schema) == name(expected) {
        return format!("{}, of another version of these programs: make it anew", escape(schema));
    }
    another_record(schema)
}

/// What is said of what is longer than allowed.
pub fn too_long(max_bytes: usize) -> String {
    format!("longer than {max_bytes} bytes (--max-record-bytes)")
}

/// The name of a record with the article that it is read with.
pub(crate) fn with_article(schema: &str) -> String {
    // `lm` is read letter by letter, and begins with a vowel.
    let an = schema.starts_with(['a', 'e', 'i', 'o', 'u']) || schema.starts_with("lm-");
    format!("{} {schema}", if an { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::{another_record, found_instead, with_article};

    #[test]
    fn articles_are_right() {
        let articles = ["pair/1", "example/1", "lm-score/1"].map(with_article);
        assert_eq!(articles, ["a pair/1", "an example/1", "an lm-score/1"]);
        assert_eq!(
            found_instead("finding/1", "finding/2"),
            "finding/1, of another version of these programs: make it anew"
        );
        assert_eq!(another_record("a\u{1b}/1"), "an a\\u{1b}/1 record (is a stage missing or swapped?)");
    }
}
