//! Assignments as our own programs spell them, read without a parser of JSON.
//!
//! Of ten million lines nearly all have the same keys in the same order and no space between: half of what a general
//! parser does is to find that out again. Whatever is spelled otherwise is left to it.

use std::borrow::Cow;
use std::str::FromStr;

use records::{SiteView, ValueView};

use crate::view::View;

/// Reads a line; `None` when it is not spelled as ours, or is no assignment at all.
pub(crate) fn read(line: &str) -> Option<View<'_>> {
    let mut rest = Rest(line);
    rest.skip("{\"schema\":\"assignment/1\"")?;
    let view = View {
        schema: Cow::Borrowed("assignment/1"),
        id: rest.text(",\"id\":")?,
        notebook: rest.text(",\"notebook\":")?,
        path: rest.text(",\"path\":")?,
        repo: rest.text(",\"repo\":")?,
        site: rest.site()?,
        value: rest.value()?,
        occurrence: rest.number(",\"occurrence\":")?,
        occurrences: rest.number(",\"occurrences\":")?,
        evidence: rest.text(",\"evidence\":")?,
        weight: f64::NAN,
        type_class: None,
        count: None,
    };
    (rest.0 == "}").then_some(view)
}

/// What of a line is still to be read. Fields are asked for with what stands before them.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn site(&mut self) -> Option<SiteView<'a>> {
        let site = SiteView {
            name: self.text(",\"site\":{\"name\":")?,
            kind: self.text(",\"kind\":")?,
            cell: self.number(",\"cell\":")?,
            line: self.number(",\"line\":")?,
            column: self.number(",\"column\":")?,
            row: self.number(",\"row\":")?,
            physical_line: self.number(",\"physical_line\":")?,
            scope: self.text(",\"scope\":")?,
            text: self.text(",\"text\":")?,
        };
        // Older ones have none.
        if self.0.starts_with(',') {
            self.text(",\"pragma\":")?;
        }
        self.skip("}")?;
        Some(site)
    }

    fn value(&mut self) -> Option<ValueView<'a>> {
        let value = ValueView {
            type_name: self.text(",\"value\":{\"type\":")?,
            len: self.number(",\"len\":")?,
            rank: self.number(",\"rank\":")?,
            shape: self.numbers(",\"shape\":[")?,
            size: self.number(",\"size\":")?,
            dtype: self.text(",\"dtype\":")?,
            iterable: self.truth(",\"iterable\":")?,
            text: self.text(",\"text\":")?,
            text_chars: self.number(",\"text_chars\":")?,
        };
        self.skip("}")?;
        Some(value)
    }

    fn skip(&mut self, before: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(before)?;
        Some(())
    }

    fn text(&mut self, before: &str) -> Option<Cow<'a, str>> {
        self.skip(before)?;
        let inside = self.0.strip_prefix('"')?;
        let end = inside.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
        if inside.as_bytes()[end] == b'"' {
            self.0 = &inside[end + 1..];
            return Some(Cow::Borrowed(&inside[..end]));
        }
        // Escapes are for those who know them all.
        let mut texts = serde_json::Deserializer::from_str(self.0).into_iter();
        let text: String = texts.next()?.ok()?;
        self.0 = &self.0[texts.byte_offset()..];
        Some(Cow::Owned(text))
    }

    fn number<N: FromStr>(&mut self, before: &str) -> Option<N> {
        self.skip(before)?;
        let end = self.0.bytes().position(|byte| byte != b'-' && !byte.is_ascii_digit())?;
        let (number, rest) = self.0.split_at(end);
        let digits = number.strip_prefix('-').unwrap_or(number);
        // JSON has no 007, and minus zero is no whole number.
        if digits.starts_with('0') && number != "0" {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    fn numbers(&mut self, before: &str) -> Option<Vec<i64>> {
        self.skip(before)?;
        let mut numbers = Vec::new();
        while !self.0.starts_with(']') {
            numbers.push(self.number(if numbers.is_empty() { "" } else { "," })?);
        }
        self.skip("]")?;
        Some(numbers)
    }

    fn truth(&mut self, before: &str) -> Option<bool> {
        self.skip(before)?;
        let truth = self.0.starts_with("true");
        self.skip(if truth { "true" } else { "false" })?;
        Some(truth)
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::view::View;

    const LINE: &str = concat!(
        r#"{"schema":"assignment/1","id":"1","notebook":"2","path":"a.ipynb","repo":"","site":{"name":"größe","#,
        r#""kind":"assign","cell":1,"line":1,"column":1,"row":12,"physical_line":7,"scope":"","text":"x = \"\\n\"","#,
        r#""pragma":""},"value":{"type":"numpy.ndarray","len":2,"rank":2,"shape":[2,-1],"size":-1,"dtype":"int64","#,
        r#""iterable":true,"text":"[1\n \u00b2]","text_chars":5},"occurrence":1,"occurrences":20,"evidence":"run"}"#,
    );

    fn slowly(line: &str) -> Option<View<'_>> {
        serde_json::from_str(line).ok()
    }

    #[test]
    fn it_reads_what_the_parser_reads() {
        let said = |view: Option<View>| format!("{:?}", view.unwrap());
        let fixture = include_str!("../../../fixtures/records/assignment.jsonl");
        for line in [LINE, &LINE.replace(r#","pragma":"""#, ""), &LINE.replace("[2,-1]", "[]")] {
            assert_eq!(said(read(line)), said(slowly(line)));
        }
        assert!(fixture.lines().all(|line| said(read(line)) == said(slowly(line))));
    }

    /// Whatever is done to a line: what is read fast is what the parser reads as well.
    #[test]
    fn it_reads_nothing_else() {
        let mut read_fast = 0;
        for at in (0..LINE.len()).filter(|&at| LINE.is_char_boundary(at)) {
            for with in ["", "0", "-", " ", "\"", "\\", "}", ",", "x", "\n"] {
                for until in [at, at + 1].into_iter().filter(|&until| LINE.is_char_boundary(until)) {
                    let line = format!("{}{with}{}", &LINE[..at], &LINE[until..]);
                    if let Some(view) = read(&line) {
                        read_fast += 1;
                        assert_eq!(
                            Some(format!("{view:?}")),
                            slowly(&line).map(|view| format!("{view:?}")),
                            "{line}"
                        );
                    }
                }
            }
        }
        assert!(read_fast > 100);
        for line in
            ["", "{}", &LINE[..LINE.len() - 1], &LINE.replace("assignment/1", "pair/1"), &format!("{LINE} ")]
        {
            assert!(read(line).is_none(), "{line}");
        }
    }
}
