//! The encoding that a Python script says it is in (PEP 263).

use std::borrow::Cow;

use encoding_rs::mem::decode_latin1;
use encoding_rs::{Encoding, UTF_8};
use records::Reason;

use crate::fault::{Fault, text_of};

/// The text of a script in the encoding that its first or second line names.
///
/// # Errors
/// If the encoding is not known, or the bytes are not in it.
pub fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let Some((line, name)) = cookie(bytes) else {
        return text_of(bytes, Reason::Unreadable).map(Cow::Borrowed);
    };
    if LATIN_1.contains(&plain(&name).as_str()) {
        return Ok(decode_latin1(bytes)); // which encoding_rs, as browsers do, takes for another
    }
    let fault = |what: &str| Fault::new(Reason::Unreadable, format!("line {line}: {what}"));
    let Some(encoding) = encoding(&name) else {
        return Err(fault(&format!("encoding `{name}` is not known")));
    };
    if encoding == UTF_8 {
        return text_of(bytes, Reason::Unreadable).map(Cow::Borrowed);
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| fault(&format!("the file is not in `{name}`, as it says")))
}

const LATIN_1: [&str; 6] = ["latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1", "l1"];

/// Python's name for an encoding in one spelling: hyphens, and no ending for the kind of line ends.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    ["-unix", "-dos", "-mac"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_owned()
}

fn encoding(name: &str) -> Option<&'static Encoding> {
    let name = plain(name);
    let known = match name.as_str() {
        "utf" | "u8" | "utf-8-sig" | "cp65001" => "utf-8",
        "latin-9" | "iso8859-15" => "iso-8859-15",
        "latin-2" | "iso8859-2" => "iso-8859-2",
        "cp932" => "shift-jis",
        "cp936" => "gbk",
        "cp949" => "euc-kr",
        "cp950" => "big5",
        name => name,
    };
    Encoding::for_label(known.as_bytes())
}

/// The line, from 1, and the name of `coding: NAME` in a comment on one of the first two lines.
fn cookie(bytes: &[u8]) -> Option<(usize, String)> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2);
    for (line, text) in (1..).zip(lines) {
        let text = String::from_utf8_lossy(text);
        let comment = text.trim_start_matches('\u{feff}').trim_start();
        if !comment.starts_with('#') {
            // Only behind a line without code may the second say it.
            if !comment.is_empty() {
                return None;
            }
            continue;
        }
        let Some((_, said)) = comment.split_once("coding") else { continue };
        let Some(name) = said.strip_prefix([':', '=']) else { continue };
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        let name: String = name.trim_start().chars().take_while(|letter| is_part(*letter)).collect();
        if !name.is_empty() {
            return Some((line, name));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::decoded;

    fn text(bytes: &[u8]) -> String {
        decoded(bytes).map_or_else(|fault| format!("! {fault}"), |text| text.into_owned())
    }

    #[test]
    fn the_encoding_is_that_of_the_cookie() {
        assert_eq!(text(b"# coding=cp1252\n\x80"), "# coding=cp1252\n\u{20ac}");
        assert_eq!(
            text(b"# vim: set fileencoding=iso-8859-15 :\n\xa4"),
            "# vim: set fileencoding=iso-8859-15 :\n\u{20ac}"
        );
        assert_eq!(text("# -*- coding: utf-8 -*-\n\u{e9}".as_bytes()), "# -*- coding: utf-8 -*-\n\u{e9}");
        assert_eq!(text(b"# -*- coding: UTF_8-unix -*-\na"), "# -*- coding: UTF_8-unix -*-\na");
        assert!(text(b"x = 1\n# coding: latin-1\n\xe9").starts_with("! line 3"));
        assert!(text(b"# coding: shift_jis\n\x81").contains("not in `shift_jis`"));
    }
}
