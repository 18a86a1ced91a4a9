//! Which line an offset is on, and where lines begin.
//!
//! A line ends with `\n` alone, as in the tables of cells and in everything that a record says of lines.
//! ruff's own index (`ruff_source_file`) does not serve: it ends lines at a lone `\r` too.

use std::ops::Range;

/// Where the lines of a text begin. Lines count from 1, offsets are in bytes.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    end: usize,
    /// How many characters begin before each block of bytes: who asks for many columns of one line need not count all
    /// of it each time.
    chars: Vec<usize>,
}

const BLOCK: usize = 1 << 10;

impl LineIndex {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            *before += beginnings(block);
            Some(*before)
        });
        Self {
            starts: std::iter::once(0).chain(ends.map(|at| at + 1)).collect(),
            end: text.len(),
            chars: std::iter::once(0).chain(blocks).collect(),
        }
    }

    /// How many lines there are; what follows a last `\n` is one, if empty.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line that an offset is on; a `\n` belongs to the line that it ends.
    pub fn line(&self, offset: usize) -> u32 {
        number(self.starts.partition_point(|&start| start <= offset))
    }

    /// Line and column (both from 1, the column in characters) of an offset in `text`, the text of this index.
    pub fn line_column(&self, text: &str, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let before = |offset: usize| {
            let block = offset / BLOCK;
            self.chars[block] + beginnings(&text.as_bytes()[block * BLOCK..offset])
        };
        (number(line), number(before(offset) - before(self.starts[line - 1]) + 1))
    }

    /// Where a line begins; `None` when the text has no such line.
    pub fn start(&self, line: u32) -> Option<usize> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }

    /// The bytes of lines `first` to `last` without the last `\n`, empty when `last` is the line before `first`;
    /// `None` when the text has no such lines.
    pub fn bytes(&self, first: u32, last: u32) -> Option<Range<usize>> {
        let (first, last) = (first as usize, last as usize);
        if first == 0 || last + 1 < first {
            return None;
        }
        if last + 1 == first {
            return Some(0..0);
        }
        let end = match self.starts.get(last) {
            Some(next) => next - 1,
            None if last == self.starts.len() => self.end,
            None => return None,
        };
        Some(self.starts[first - 1]..end)
    }
}

/// How many characters begin in a part of a text.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn columns_of_a_long_line_count_characters() {
        let text = format!("a\n{}\nb", "é".repeat(3000));
        let lines = LineIndex::new(&text);
        for n in [0, 1, 511, 512, 1023, 2999, 3000] {
            assert_eq!(lines.line_column(&text, 2 + 2 * n), (2, n as u32 + 1));
        }
        assert_eq!(lines.line_column(&text, text.len()), (3, 2));
        let whole = "x".repeat(1024);
        assert_eq!(LineIndex::new(&whole).line_column(&whole, 1024), (1, 1025));
    }

    #[test]
    fn rows_and_bytes() {
        let lines = LineIndex::new("ab\n\ncd");
        assert_eq!(lines.bytes(1, 3), Some(0..6));
        assert_eq!(lines.bytes(2, 2), Some(3..3));
        assert_eq!(lines.bytes(3, 3), Some(4..6));
        assert_eq!(lines.bytes(3, 2), Some(0..0));
        assert_eq!((lines.bytes(3, 4), lines.bytes(0, 1), lines.bytes(3, 1)), (None, None, None));
        assert_eq!([0, 2, 3, 5, 6].map(|offset| lines.line(offset)), [1, 1, 2, 3, 3]);
        assert_eq!([0, 1, 3, 4].map(|line| lines.start(line)), [None, Some(0), Some(4), None]);
        assert_eq!((lines.count(), LineIndex::new("").count(), LineIndex::new("a\n").count()), (3, 1, 2));
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        let text = "é\rx\r\ny";
        let lines = LineIndex::new(text);
        assert_eq!(
            (lines.count(), lines.line_column(text, 3), lines.line_column(text, 6)),
            (2, (1, 3), (2, 1))
        );
    }
}
