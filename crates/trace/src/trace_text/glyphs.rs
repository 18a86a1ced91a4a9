//! Characters that mean nothing in the place of names, values and operators.
//!
//! Operators and `True`, `False`, `None` have the same characters in all programs that share a seed, so that they
//! can be learned; names and other values get theirs as they come, program by program.

use std::borrow::Cow;

use records::{Glyph, Random};
use rustc_hash::FxHashMap;

use crate::program::Program;
use crate::statements::{Statement, Statements};
use crate::tokens::Kind;

/// The Unified Ideographs of CJK.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fa5;

/// What has a fixed character; new ones go to the end.
const FIXED: [(&str, &str); 40] = [
    ("operator", "+"),
    ("operator", "-"),
    ("operator", "*"),
    ("operator", "/"),
    ("operator", "//"),
    ("operator", "%"),
    ("operator", "**"),
    ("operator", "@"),
    ("operator", "&"),
    ("operator", "|"),
    ("operator", "^"),
    ("operator", "~"),
    ("operator", "<<"),
    ("operator", ">>"),
    ("operator", "<"),
    ("operator", ">"),
    ("operator", "<="),
    ("operator", ">="),
    ("operator", "=="),
    ("operator", "!="),
    ("operator", "and"),
    ("operator", "or"),
    ("operator", "not"),
    ("operator", "in"),
    ("operator", "is"),
    ("operator", "+="),
    ("operator", "-="),
    ("operator", "*="),
    ("operator", "/="),
    ("operator", "//="),
    ("operator", "%="),
    ("operator", "**="),
    ("operator", "@="),
    ("operator", "&="),
    ("operator", "|="),
    ("operator", "^="),
    ("operator", "<<="),
    ("value", "True"),
    ("value", "False"),
    ("value", "None"),
];

/// The characters of one program.
pub struct Glyphs {
    places: FxHashMap<(&'static str, String), usize>,
    /// In the order in which they were given.
    given: Vec<(&'static str, String, usize)>,
    characters: Vec<char>,
    next: usize,
}

impl Glyphs {
    /// Gives characters to all words of a program and its trace.
    pub fn of(program: &Program, statements: &Statements<'_>, seed: u64) -> Self {
        let mut characters: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).collect();
        Random::keyed(seed, "trace-text", "glyphs").shuffle(&mut characters);
        let mut glyphs =
            Self { places: FxHashMap::default(), given: Vec::new(), characters, next: FIXED.len() };
        for token in statements.all().iter().flat_map(|statement| &statement.tokens) {
            if let Some((kind, text)) = word(token.kind, token.text) {
                glyphs.give(kind, &text);
            }
        }
        program.trace.names.iter().for_each(|name| glyphs.give("name", name));
        program
            .trace
            .values
            .iter()
            .filter(|text| !text.is_empty())
            .for_each(|text| glyphs.give("value", text));
        glyphs
    }

    fn give(&mut self, kind: &'static str, text: &str) {
        let key = (kind, text.to_owned());
        if self.places.contains_key(&key) {
            return;
        }
        let fixed = FIXED.iter().position(|it| *it == (kind, text));
        let place = fixed.unwrap_or(self.next);
        self.next += usize::from(fixed.is_none());
        self.given.push((kind, text.to_owned(), place));
        self.places.insert(key, place);
    }

    /// The character of a place; from the end of the block on, words of several.
    fn spelled(&self, mut place: usize) -> String {
        let n = self.characters.len();
        let mut word = String::new();
        loop {
            word.insert(0, self.characters[place % n]);
            place /= n;
            if place == 0 {
                return word;
            }
        }
    }

    fn glyph(&self, kind: &'static str, text: &str) -> String {
        let place = self.places.get(&(kind, text.to_owned()));
        place.map_or_else(String::new, |&place| self.spelled(place))
    }

    /// In the place of a name.
    pub fn name(&self, name: &str) -> String {
        self.glyph("name", name)
    }

    /// In the place of a value.
    pub fn value(&self, text: &str) -> String {
        self.glyph("value", text)
    }

    /// A statement on one line, with all its words replaced.
    pub fn statement(&self, statement: &Statement<'_>) -> String {
        let mut text = " ".repeat(statement.indentation);
        let mut end = statement.tokens.first().map_or(0, |first| first.range.start);
        let mut was_glyph = false;
        for token in &statement.tokens {
            let spelled = word(token.kind, token.text).map(|(kind, text)| self.glyph(kind, &text));
            // Two characters that touch would be one word.
            if token.range.start > end || (was_glyph && spelled.is_some()) {
                text.push(' ');
            }
            was_glyph = spelled.is_some();
            text.push_str(&spelled.unwrap_or_else(|| records::escape(token.text).into_owned()));
            end = token.range.end;
        }
        text
    }

    /// What the characters stand for, in the order in which they appear first.
    pub fn key(&self, without_operators: bool) -> Vec<Glyph> {
        let shown = self.given.iter().filter(|(kind, ..)| !(without_operators && *kind == "operator"));
        shown
            .map(|(kind, text, place)| Glyph {
                glyph: self.spelled(*place),
                kind: (*kind).to_owned(),
                text: text.clone(),
            })
            .collect()
    }
}

/// What a token is called when it is replaced: a string as its value is spelled.
fn word(kind: Kind, text: &str) -> Option<(&'static str, Cow<'_, str>)> {
    match kind {
        Kind::Name => Some(("name", text.into())),
        Kind::Operator => Some(("operator", text.into())),
        Kind::Value => Some(("value", text.into())),
        Kind::Text => {
            let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let plain = inner.filter(|inner| !inner.contains(['\\', '\'', '"', '\n']));
            Some(("value", plain.map_or(text.into(), |inner| format!("'{inner}'").into())))
        }
        _ => None,
    }
}
