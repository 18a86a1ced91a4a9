//! The file around a function, as it is now.

use std::ops::Range;
use std::path::Path;

use inputs::Finder;
use notebook::{Fault, decoded};
use pysource::LineIndex;
use records::Reason;

/// A file that a record tells of.
pub struct File {
    /// Its text, without a byte order mark.
    pub text: String,
    /// Whether its bytes are those of `text`, but for a mark.
    pub is_utf8: bool,
    /// Whether it begins with a byte order mark.
    pub has_mark: bool,
    lines: LineIndex,
}

impl File {
    /// Reads the file at `path` below the folder that the arguments or the record name.
    ///
    /// # Errors
    /// If it cannot be read, or the record came out of another record.
    pub fn read(given: Option<&Path>, root: &str, path: &str, max_bytes: usize) -> Result<Self, Fault> {
        let folder = match given {
            Some(folder) => folder,
            None if root.is_empty() => {
                let detail = "the function came in a record: say with --root where its file is".to_owned();
                return Err(Fault { reason: Reason::Unreadable, detail });
            }
            None => Path::new(root),
        };
        let bytes = Finder::new(folder, &[], max_bytes).file(path).read()?;
        let text = decoded(&bytes)?.into_owned();
        let mark = "\u{feff}".as_bytes();
        let has_mark = bytes.starts_with(mark);
        let is_utf8 = bytes.strip_prefix(mark).unwrap_or(&bytes) == text.as_bytes();
        let lines = LineIndex::new(&text);
        Ok(Self { text, is_utf8, has_mark, lines })
    }

    /// Where a function's text stands that begins on a line.
    pub fn place(&self, line: u32, function: &str) -> Option<Range<usize>> {
        let start = self.lines.start(line)?;
        let is_there = self.text[start..].starts_with(function);
        is_there.then_some(start..start + function.len())
    }

    /// The text with another function in a place.
    pub fn with(&self, place: Range<usize>, function: &str) -> String {
        [&self.text[..place.start], function, &self.text[place.end..]].concat()
    }

    /// The first line, from `line` on, that is not the one that a function's text has there.
    pub fn difference(&self, line: u32, function: &str) -> (u32, String, String) {
        let found = self.lines.start(line).map_or("", |start| &self.text[start..]);
        let mut pairs = (line..).zip(function.lines()).map(|(line, expected)| (line, expected, ""));
        let mut lines = found.lines();
        let other = pairs.find_map(|(line, expected, _)| {
            let found = lines.next().unwrap_or_default();
            (found != expected).then(|| (line, expected.to_owned(), found.to_owned()))
        });
        other.unwrap_or_else(|| (line, function.to_owned(), found.to_owned()))
    }
}
