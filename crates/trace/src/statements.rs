//! The logical lines of a program: where each statement begins and ends, and which lines are its block.

use std::ops::Range;

use crate::tokens::{Kind, Token, tokens};

/// A statement, or the header of a compound one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'t> {
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub last_line: u32,
    /// Columns before it; a tab goes to the next multiple of eight.
    pub indentation: usize,
    /// Its tokens, without comments and the newline.
    pub tokens: Vec<Token<'t>>,
    /// Last line of its block, its own when it has none.
    pub block_end: u32,
}

/// A program's text by statements.
pub struct Statements<'t> {
    lines: Vec<&'t str>,
    all: Vec<Statement<'t>>,
}

impl<'t> Statements<'t> {
    /// Splits a program.
    pub fn of(code: &'t str) -> Self {
        let lines: Vec<&str> = code.split('\n').collect();
        let mut all: Vec<Statement<'t>> = Vec::new();
        let mut open: Vec<Token<'t>> = Vec::new();
        for token in tokens(code) {
            match token.kind {
                Kind::Comment => {}
                Kind::Newline => {
                    if let Some(first) = open.first() {
                        let line = first.line;
                        let indentation = indentation(lines[line as usize - 1]);
                        let last_line = token.line;
                        let tokens = std::mem::take(&mut open);
                        all.push(Statement { line, last_line, indentation, tokens, block_end: last_line });
                    }
                }
                _ => open.push(token),
            }
        }
        close_blocks(&mut all);
        Self { lines, all }
    }

    /// The statement that begins on this line.
    pub fn at(&self, line: u32) -> Option<&Statement<'t>> {
        self.all.binary_search_by_key(&line, |statement| statement.line).ok().map(|at| &self.all[at])
    }

    /// The statement that a line belongs to.
    pub fn around(&self, line: u32) -> Option<&Statement<'t>> {
        let at = self.all.partition_point(|statement| statement.line <= line);
        self.all[..at].last().filter(|statement| line <= statement.last_line)
    }

    /// The first statement behind a line.
    pub fn behind(&self, line: u32) -> Option<&Statement<'t>> {
        self.all.get(self.all.partition_point(|statement| statement.line <= line))
    }

    /// All statements, in order.
    pub fn all(&self) -> &[Statement<'t>] {
        &self.all
    }

    /// The text of a line, `""` when there is none.
    pub fn line(&self, line: u32) -> &'t str {
        (line as usize)
            .checked_sub(1)
            .and_then(|at| self.lines.get(at))
            .map_or("", |text| text.trim_end_matches('\r'))
    }

    /// How many lines there are.
    pub fn n_lines(&self) -> u32 {
        let last_is_empty = self.lines.last().is_some_and(|line| line.is_empty());
        u32::try_from(self.lines.len() - usize::from(last_is_empty)).unwrap_or(u32::MAX)
    }

    /// First and last line of what begins on this line: of nothing, the line itself.
    pub fn lines_at(&self, line: u32) -> Range<u32> {
        line..self.at(line).map_or(line, |statement| statement.last_line) + 1
    }
}

impl Statement<'_> {
    /// The word that it begins with (`for` also of `async for`), `""` when it begins with none.
    pub fn keyword(&self) -> &str {
        let keyword = |at: usize| match self.tokens.get(at) {
            Some(token) if token.kind == Kind::Keyword => token.text,
            _ => "",
        };
        if keyword(0) == "async" { keyword(1) } else { keyword(0) }
    }

    /// Whether it is the header of a loop whose body stands below it.
    pub fn is_loop(&self) -> bool {
        matches!(self.keyword(), "for" | "while") && self.block_end > self.last_line
    }

    /// Whether a line belongs to its block.
    pub fn holds(&self, line: u32) -> bool {
        line > self.last_line && line <= self.block_end
    }
}

/// A statement's block is all that stands deeper behind it.
fn close_blocks(all: &mut [Statement<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..all.len() {
        while let Some(&header) = open.last()
            && all[header].indentation >= all[at].indentation
        {
            open.pop();
        }
        let last_line = all[at].last_line;
        for &header in &open {
            all[header].block_end = last_line;
        }
        if all[at].tokens.last().is_some_and(|last| last.text == ":") {
            open.push(at);
        }
    }
}

/// Columns of white space at the beginning of a line.
pub fn indentation(line: &str) -> usize {
    let mut columns = 0;
    for character in line.chars() {
        match character {
            ' ' => columns += 1,
            '\t' => columns = columns / 8 * 8 + 8,
            _ => break,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::Statements;

    #[test]
    fn statements_have_lines_and_blocks() {
        let code = "# top\nfor i in (1,\n    2):\n    a = [i,\n  3]\n    if a:\n\tb = 1  # tab\n\n# end\nelse_ = 2\n";
        let statements = Statements::of(code);
        let all: Vec<_> = statements
            .all()
            .iter()
            .map(|it| (it.line, it.last_line, it.indentation, it.block_end, it.is_loop()))
            .collect();
        assert_eq!(
            all,
            [
                (2, 3, 0, 7, true),
                (4, 5, 4, 5, false),
                (6, 6, 4, 7, false),
                (7, 7, 8, 7, false),
                (10, 10, 0, 10, false)
            ]
        );
        assert_eq!(statements.line(7), "\tb = 1  # tab");
        assert_eq!((statements.line(0), statements.line(99), statements.n_lines()), ("", "", 10));
        assert_eq!(statements.lines_at(4), 4..6);
        let around = |line| statements.around(line).map(|statement| statement.line);
        assert_eq!([1, 2, 3, 5, 8, 10].map(around), [None, Some(2), Some(2), Some(4), None, Some(10)]);
    }
}
