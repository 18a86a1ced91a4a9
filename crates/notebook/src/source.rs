//! The lines of one cell, and where each of them stands in the file.

use memchr::{memchr, memchr_iter, memchr2};

/// Text with `\n` between lines (files may have `\r\n` or `\r`), and the physical line of every line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The text; the last line may or may not have its newline.
    pub text: String,
    /// For every line of the text its line in the file, from 1.
    pub physical_lines: Vec<u32>,
    /// The last piece ended in `\r`: a `\n` at the start of the next belongs to it.
    after_return: bool,
}

impl Source {
    /// Makes room for so many bytes on so many lines.
    pub fn reserve(&mut self, bytes: usize, lines: usize) {
        self.text.reserve(bytes);
        self.physical_lines.reserve(lines);
    }

    /// Appends text that stands on one line of the file.
    pub fn push(&mut self, mut text: &str, physical_line: u32) {
        if self.after_return && !text.is_empty() {
            text = text.strip_prefix('\n').unwrap_or(text);
            self.after_return = false;
        }
        while !text.is_empty() {
            if self.text.is_empty() || self.text.ends_with('\n') {
                self.physical_lines.push(physical_line);
            }
            let end = memchr2(b'\n', b'\r', text.as_bytes());
            self.text.push_str(&text[..end.unwrap_or(text.len())]);
            let Some(end) = end else { break };
            self.text.push('\n');
            let rest = &text[end..];
            self.after_return = rest == "\r";
            text = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
        }
    }

    /// The lines without their newlines.
    pub fn lines(&self) -> std::str::Split<'_, char> {
        let mut lines = self.text.strip_suffix('\n').unwrap_or(&self.text).split('\n');
        if self.text.is_empty() {
            lines.next();
        }
        lines
    }

    /// Whether there is nothing to see in it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Counts lines up to places that only move forward, so that the whole file is looked at once.
pub(crate) struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    has_returns: bool,
}

impl<'a> LineCounter<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, has_returns: memchr(b'\r', text.as_bytes()).is_some() }
    }

    /// The line, from 1, of a place that is not before the last one asked for.
    pub(crate) fn line_at(&mut self, at: usize) -> u32 {
        let passed = &self.text.as_bytes()[self.at..at];
        let mut breaks = memchr_iter(b'\n', passed).count();
        if self.has_returns {
            // A lone `\r` ends a line too; `\r\n` was counted above.
            let next = self.text.as_bytes()[at..].first();
            let followers = passed.iter().skip(1).chain(next);
            breaks += passed.iter().zip(followers).filter(|&(&a, &b)| a == b'\r' && b != b'\n').count();
        }
        self.line += u32::try_from(breaks).unwrap_or(u32::MAX - self.line);
        self.at = at;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LineCounter, Source};

    fn joined(pieces: &[&str]) -> Source {
        let mut source = Source::default();
        for (line, piece) in (1..).zip(pieces) {
            source.push(piece, line);
        }
        source
    }

    #[test]
    fn line_ends_of_every_kind() {
        let source = joined(&["a\r\n", "b\r", "\nc\rd\n", "", "\n", "e"]);
        assert_eq!(source.text, "a\nb\nc\nd\n\ne");
        assert_eq!(source.physical_lines, [1, 2, 3, 3, 5, 6]);
    }

    #[test]
    fn a_line_in_two_pieces_stands_where_it_begins() {
        assert_eq!(joined(&["a", "b\nc", "d\n"]).physical_lines, [1, 2]);
        assert_eq!(joined(&["", "\n"]).physical_lines, [2]);
    }

    #[test]
    fn counts_lines_of_the_file() {
        let mut counter = LineCounter::new("a\r\nb\rc\nd");
        let lines: Vec<u32> = (0..8).map(|at| counter.line_at(at)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 2, 3, 3, 4]);
    }

    proptest! {
        #[test]
        fn every_line_has_its_physical_line(pieces in prop::collection::vec("[ab\n\r]{0,6}", 0..8)) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let source = joined(&pieces);
            let normalised = pieces.concat().replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(&source.text, &normalised);
            prop_assert_eq!(source.lines().count(), source.physical_lines.len());
            prop_assert!(source.physical_lines.is_sorted());
        }
    }
}
