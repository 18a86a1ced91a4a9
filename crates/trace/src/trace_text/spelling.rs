//! How the words of a trace are spelled in a text: as they are, or as characters that mean nothing.
//!
//! Source and values are strangers': no control character gets through, and nothing but the source has lines.

use std::borrow::Cow;

use records::escape;

use super::glyphs::Glyphs;
use crate::program::Program;
use crate::state::State;
use crate::statements::Statements;

/// A program and how its words are spelled.
#[derive(Clone, Copy)]
pub struct Spelling<'p> {
    /// The program.
    pub program: &'p Program,
    /// Its text by statements.
    pub statements: &'p Statements<'p>,
    /// The characters in the place of its words, when there are any.
    pub glyphs: Option<&'p Glyphs>,
}

impl<'p> Spelling<'p> {
    /// The name at a place of the table.
    pub fn name(&self, place: u32) -> Cow<'p, str> {
        let name = self.program.name(place);
        self.glyphs.map_or_else(|| escape(name), |glyphs| glyphs.name(name).into())
    }

    /// The value at a place of the table.
    pub fn value(&self, place: u32) -> Cow<'p, str> {
        let text = self.program.value(place);
        self.glyphs.map_or_else(|| escape(text), |glyphs| glyphs.value(text).into())
    }

    /// The lines of the statement that begins on this line.
    pub fn source(&self, line: u32) -> Vec<String> {
        if let (Some(glyphs), Some(statement)) = (self.glyphs, self.statements.at(line)) {
            return vec![glyphs.statement(statement)];
        }
        self.statements.lines_at(line).map(|at| self.line(at)).collect()
    }

    /// One line of the source, its indentation as spaces.
    pub fn line(&self, line: u32) -> String {
        let text = self.statements.line(line);
        let rest = text.trim_start_matches([' ', '\t']);
        format!("{:indent$}{}", "", escape(rest.trim_end()), indent = crate::statements::indentation(text))
    }

    /// Columns before the statement on a line.
    pub fn indentation(&self, line: u32) -> usize {
        self.statements.at(line).map_or_else(
            || crate::statements::indentation(self.statements.line(line)),
            |statement| statement.indentation,
        )
    }

    /// A change: `name = value`, or `del name`.
    pub fn change(&self, change: records::Change) -> String {
        let name = self.name(change.name);
        match self.program.value(change.value) {
            "" => format!("del {name}"),
            _ => format!("{name} = {}", self.value(change.value)),
        }
    }

    /// The state of the program's own frame at the end, a change for each name.
    pub fn end(&self) -> Vec<String> {
        let mut state = State::before(self.program);
        self.program.events.iter().for_each(|event| state.apply(event));
        state.bottom().variables.iter().map(|&change| self.change(change)).collect()
    }
}
