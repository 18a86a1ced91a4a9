//! Places as records have them: lines of the file from 1, columns from 0 in characters.

use std::ops::Range;

use pysource::LineIndex;

/// Where the lines of a text are that begins on some line of a file.
#[derive(Clone, Debug)]
pub struct Places<'t> {
    text: &'t str,
    lines: LineIndex,
    /// What is added to a line of the text.
    shift: i64,
}

impl<'t> Places<'t> {
    /// The places of a text whose first line has this number in the file.
    pub fn new(text: &'t str, first_line: i64) -> Self {
        Self { text, lines: LineIndex::new(text), shift: first_line - 1 }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The line in the file of an offset.
    pub fn line(&self, offset: usize) -> u32 {
        self.numbered(self.lines.line(offset))
    }

    /// The offset at which the line of an offset begins.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines.start(self.lines.line(offset)).unwrap_or(0)
    }

    /// The place of a range of bytes.
    pub fn at(&self, range: &Range<usize>) -> [u32; 4] {
        let (line, column) = self.lines.line_column(self.text, range.start);
        let (end_line, end_column) = self.lines.line_column(self.text, range.end);
        [self.numbered(line), column - 1, self.numbered(end_line), end_column - 1]
    }

    /// The range of bytes at a place; `None` if the text has no such place.
    pub fn range(&self, at: [u32; 4]) -> Option<Range<usize>> {
        let start = self.offset(at[0], at[1])?;
        let end = self.offset(at[2], at[3])?;
        (start <= end).then_some(start..end)
    }

    fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let line = u32::try_from(i64::from(line) - self.shift).ok()?;
        let bytes = self.lines.bytes(line, line)?;
        let text = &self.text[bytes.clone()];
        let column = column as usize;
        if text.is_ascii() {
            return (column <= text.len()).then_some(bytes.start + column);
        }
        let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.nth(column).map(|at| bytes.start + at)
    }

    fn numbered(&self, line: u32) -> u32 {
        u32::try_from(i64::from(line) + self.shift).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn columns_are_characters_and_lines_those_of_the_file() {
        let text = "a = 'é' + x\n\tb\n";
        let places = Places::new(text, 7);
        let x = text.find('x').unwrap();
        assert_eq!(places.at(&(x..x + 1)), [7, 10, 7, 11]);
        assert_eq!(places.range([7, 10, 7, 11]), Some(x..x + 1));
        assert_eq!(places.range([8, 1, 8, 2]), Some(x + 3..x + 4));
        for wrong in [[6, 0, 7, 0], [7, 12, 7, 12], [7, 3, 7, 2], [10, 0, 10, 0], [0, 0, 0, 0]] {
            assert_eq!(places.range(wrong), None, "{wrong:?}");
        }
    }
}
