//! Lines of a text, as its cell table counts them: ended by `\n` alone.

use std::ops::Range;

use memchr::memchr_iter;

/// Where the lines of a text begin.
pub(crate) struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let starts = std::iter::once(0).chain(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { starts, end: text.len() }
    }

    /// The bytes of lines `first` to `last` (from 1) without the last newline; `None` when the text has
    /// no such lines.
    pub(crate) fn bytes(&self, first: u32, last: u32) -> Option<Range<usize>> {
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

    /// Where line `first` (from 1) begins.
    pub(crate) fn from(&self, first: u32) -> Option<usize> {
        self.starts.get(first as usize - 1).copied()
    }

    /// The line (from 1) that an offset is on, and where it begins.
    pub(crate) fn line(&self, offset: usize) -> (u32, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        (line as u32, self.starts[line - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn rows_and_bytes() {
        let lines = Lines::new("ab\n\ncd");
        assert_eq!(lines.bytes(1, 3), Some(0..6));
        assert_eq!(lines.bytes(2, 2), Some(3..3));
        assert_eq!(lines.bytes(3, 3), Some(4..6));
        assert_eq!(lines.bytes(3, 2), Some(0..0));
        assert_eq!((lines.bytes(3, 4), lines.bytes(0, 1), lines.bytes(3, 1)), (None, None, None));
        assert_eq!((lines.line(0), lines.line(3), lines.line(5)), ((1, 0), (2, 3), (3, 4)));
    }
}
