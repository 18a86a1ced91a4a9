//! The tokens of a Python text with their places, for those who rename or hide some of them.
//!
//! Lexical only: it never fails. An unclosed string ends with its line, a sign of no token is one of kind
//! [`Kind::Other`]. Everything inside an f-string belongs to the string.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier.
    Name,
    /// A reserved word that is no value and no operator.
    Keyword,
    /// A number, or `True`, `False`, `None`.
    Value,
    /// A string of any kind, with its prefix and quotes.
    Text,
    /// A sign or word that makes a value of one or two others: `+`, `==`, `and`.
    Operator,
    /// Brackets, commas, colons, `=`, `.` and the like.
    Sign,
    /// From `#` to the end of the line.
    Comment,
    /// The end of a logical line.
    Newline,
    /// What belongs to no token.
    Other,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'t str,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Its first line, from 1.
    pub line: u32,
}

/// Words that stand between values.
const WORD_OPERATORS: [&str; 5] = ["and", "or", "not", "in", "is"];
const WORD_VALUES: [&str; 3] = ["True", "False", "None"];
const KEYWORDS: [&str; 27] = [
    "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "lambda", "nonlocal", "pass", "raise", "return",
    "try", "while", "with", "yield",
];
/// Signs of more than one character, longest first; those that bind are no operators.
const LONG_SIGNS: [(&str, Kind); 24] = [
    ("**=", Kind::Operator),
    ("//=", Kind::Operator),
    (">>=", Kind::Operator),
    ("<<=", Kind::Operator),
    ("...", Kind::Sign),
    ("**", Kind::Operator),
    ("//", Kind::Operator),
    ("<<", Kind::Operator),
    (">>", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("+=", Kind::Operator),
    ("-=", Kind::Operator),
    ("*=", Kind::Operator),
    ("/=", Kind::Operator),
    ("%=", Kind::Operator),
    ("@=", Kind::Operator),
    ("&=", Kind::Operator),
    ("|=", Kind::Operator),
    ("^=", Kind::Operator),
    ("->", Kind::Sign),
    (":=", Kind::Sign),
];

/// The tokens of a text in their order.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, line: 1, depth: 0, tokens: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    if lexer.tokens.last().is_some_and(|last| last.kind != Kind::Newline) {
        lexer.push(Kind::Newline, 0);
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    depth: usize,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    fn push(&mut self, kind: Kind, length: usize) {
        let range = self.at..self.at + length;
        let text = &self.text[range.clone()];
        self.tokens.push(Token { kind, text, range, line: self.line });
        self.at += length;
        self.line += count_lines(text);
    }

    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let first = rest.chars().next().expect("there is a rest");
        match first {
            '\n' => {
                let blank = self.tokens.last().is_none_or(|last| last.kind == Kind::Newline);
                if self.depth > 0 || blank {
                    self.at += 1;
                    self.line += 1;
                } else {
                    self.push(Kind::Newline, 1);
                }
            }
            '\\' if rest.starts_with("\\\n") => {
                self.at += 2;
                self.line += 1;
            }
            ' ' | '\t' | '\r' | '\x0c' => self.at += 1,
            '#' => self.push(Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => self.push(Kind::Text, string_length(rest, 0)),
            c if is_start(c) => self.word(rest),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.push(Kind::Value, number_length(rest))
            }
            '0'..='9' => self.push(Kind::Value, number_length(rest)),
            _ => self.sign(rest, first),
        }
    }

    fn word(&mut self, rest: &str) {
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let is_prefix = length <= 2 && word.bytes().all(|byte| b"rRbBuUfFtT".contains(&byte));
        if is_prefix && rest[length..].starts_with(['"', '\'']) {
            return self.push(Kind::Text, string_length(rest, length));
        }
        let kind = match word {
            word if WORD_OPERATORS.contains(&word) => Kind::Operator,
            word if WORD_VALUES.contains(&word) => Kind::Value,
            word if KEYWORDS.contains(&word) => Kind::Keyword,
            _ => Kind::Name,
        };
        self.push(kind, length);
    }

    fn sign(&mut self, rest: &str, first: char) {
        if let Some((sign, kind)) = LONG_SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return self.push(*kind, sign.len());
        }
        match first {
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let kind = match first {
            '+' | '-' | '*' | '/' | '%' | '@' | '&' | '|' | '^' | '~' | '<' | '>' => Kind::Operator,
            '(' | '[' | '{' | ')' | ']' | '}' | ',' | ':' | ';' | '.' | '=' => Kind::Sign,
            _ => Kind::Other,
        };
        self.push(kind, first.len_utf8());
    }
}

fn is_start(character: char) -> bool {
    character == '_' || unicode_ident::is_xid_start(character)
}

fn is_part(character: char) -> bool {
    unicode_ident::is_xid_continue(character)
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let is_hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let belongs = |at: usize| match bytes[at] {
        b'+' | b'-' => !is_hexadecimal && matches!(bytes[at - 1], b'e' | b'E'),
        byte => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.',
    };
    (1..bytes.len()).find(|&at| !belongs(at)).unwrap_or(bytes.len())
}

/// The length of a string whose quote stands at `open`.
fn string_length(rest: &str, open: usize) -> usize {
    let bytes = rest.as_bytes();
    let quote = bytes[open];
    let triple = bytes[open..].starts_with(&[quote; 3]);
    let mut at = open + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            // What a backslash stands before is no end, in raw strings too.
            b'\\' => at += 1,
            b'\n' if !triple => return at,
            byte if byte == quote && !triple => return at + 1,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    // A backslash at the very end, or before a character of several bytes, may have led past a boundary.
    (at.min(bytes.len())..=bytes.len()).find(|&end| rest.is_char_boundary(end)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, tokens};

    fn shown(text: &str) -> String {
        let token = |token: &super::Token<'_>| match token.kind {
            Kind::Newline => format!("{}⏎", token.line),
            kind => format!("{kind:?}:{}", token.text),
        };
        tokens(text).iter().map(token).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_text_falls_into_tokens() {
        assert_eq!(
            shown("x = (1.5e-3 +\n  é) # c\n\nif not y: z **= rb'\\'' \"\"\"a\nb\"\"\"\n"),
            "Name:x Sign:= Sign:( Value:1.5e-3 Operator:+ Name:é Sign:) Comment:# c 2⏎ Keyword:if Operator:not \
             Name:y Sign:: Name:z Operator:**= Text:rb'\\'' Text:\"\"\"a\nb\"\"\" 5⏎"
        );
        assert_eq!(
            shown("a = 'x\n? b\\\n+1"),
            "Name:a Sign:= Text:'x 1⏎ Other:? Name:b Operator:+ Value:1 3⏎"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_gone_through(text in "[ -~\n\\\\'\"é#]{0,60}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.range.start >= end);
                prop_assert_eq!(&text[token.range.clone()], token.text);
                end = token.range.end;
            }
        }
    }
}
