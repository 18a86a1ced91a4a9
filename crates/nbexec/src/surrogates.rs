//! Lines of the channel as texts that can be written: halves of surrogate pairs and bytes that are no UTF-8 become the
//! replacement character.
//!
//! Python's strings may hold half of a pair (a file name that is no UTF-8, a cut emoji), and JSON can escape it, but no
//! reader of JSON takes it for a text. The runtime replaces it too; what a notebook writes by itself comes here as it is.

use std::borrow::Cow;

const REPLACEMENT: &[u8] = b"\\ufffd";

/// The line with every text in it encodable.
pub fn encodable(line: &[u8]) -> Cow<'_, [u8]> {
    match String::from_utf8_lossy(line) {
        Cow::Borrowed(text) if !text.contains("\\u") => Cow::Borrowed(line),
        text => Cow::Owned(without_halves(text.as_bytes())),
    }
}

/// The JSON text without escapes of half a surrogate pair.
fn without_halves(line: &[u8]) -> Vec<u8> {
    let mut found = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, escape) = rest.split_at(start);
        found.extend_from_slice(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                found.extend_from_slice(REPLACEMENT);
                rest = &escape[6..];
                continue;
            }
            _ => escape.len().min(2),
        };
        found.extend_from_slice(&escape[..taken]);
        rest = &escape[taken..];
    }
    found.extend_from_slice(rest);
    found
}

/// The number in an escape `\uXXXX` at the beginning.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::encodable;

    #[test]
    fn halves_are_replaced_and_pairs_are_kept() {
        for (line, expected) in [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ude00\uD83D\ud83d\ude00""#, r#""\ufffd\ufffd\ud83d\ude00""#),
            (r#""\\ud83d \\\ud83d""#, r#""\\ud83d \\\ufffd""#),
            (r#""\ud8""#, r#""\ud8""#),
            (r#""\"#, r#""\"#),
        ] {
            assert_eq!(String::from_utf8_lossy(&encodable(line.as_bytes())), expected, "{line}");
        }
        assert_eq!(*encodable(b"a\xffb"), *"a\u{fffd}b".as_bytes());
    }
}
