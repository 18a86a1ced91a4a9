//! The tokens of a text, whether it parses or not.

use ruff_python_ast::token::{Token as Parsed, TokenKind as Ruff, Tokens};
use ruff_python_parser::Mode;
use ruff_text_size::Ranged as _;

use std::ops::Range;

use crate::Dialect;
use crate::disarm::disarm;
use crate::parse::with_tokens;

/// One token: what it is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    start: u32,
    end: u32,
}

/// What a token is. Which keyword or sign it is, the text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// An identifier.
    Name,
    /// A reserved word, or `match`, `case`, `type` where it is one; not those of the next two kinds.
    Keyword,
    /// `True`, `False`, `None`.
    Constant,
    /// A sign or word that makes a value of one or two others, or changes one: `+`, `==`, `not`, `+=`.
    Operator,
    /// A number.
    Number,
    /// A string with its prefix and quotes; not an f-string or t-string.
    String,
    /// Prefix and quotes with which an f-string or t-string begins.
    FStringStart,
    /// Text in an f-string or t-string.
    FStringMiddle,
    /// The quotes that end an f-string or t-string.
    FStringEnd,
    /// Brackets, commas, colons, `=`, `:=`, `.`, `->` and the like.
    Punctuation,
    /// From `#` to the end of the line.
    Comment,
    /// The end of a logical line; empty at the end of a text without a last newline.
    Newline,
    /// The end of a line that ends no logical one.
    LineBreak,
    /// A block begins.
    Indent,
    /// A block ends; empty.
    Dedent,
    /// A command of IPython.
    Escape,
    /// What belongs to no token.
    Unknown,
}

impl Token {
    /// Where it stands, in bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its text.
    pub fn text(self, source: &str) -> &str {
        &source[self.range()]
    }
}

/// The tokens of a text in their order; what does not parse has tokens too.
pub fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    match dialect {
        Dialect::Python => with_tokens(text, Mode::Module, of),
        Dialect::Ipython => with_tokens(&disarm(text), Mode::Ipython, of),
    }
}

/// The parser's tokens as ours.
pub(crate) fn of(tokens: &Tokens) -> Vec<Token> {
    tokens.iter().filter(|token| token.kind() != Ruff::EndOfFile).map(one).collect()
}

fn one(token: &Parsed) -> Token {
    Token { kind: kind(token.kind()), start: token.start().into(), end: token.end().into() }
}

fn kind(kind: Ruff) -> TokenKind {
    match kind {
        Ruff::Name => TokenKind::Name,
        Ruff::Int | Ruff::Float | Ruff::Complex => TokenKind::Number,
        Ruff::String => TokenKind::String,
        Ruff::FStringStart | Ruff::TStringStart => TokenKind::FStringStart,
        Ruff::FStringMiddle | Ruff::TStringMiddle => TokenKind::FStringMiddle,
        Ruff::FStringEnd | Ruff::TStringEnd => TokenKind::FStringEnd,
        Ruff::IpyEscapeCommand => TokenKind::Escape,
        Ruff::Comment => TokenKind::Comment,
        Ruff::Newline => TokenKind::Newline,
        Ruff::NonLogicalNewline => TokenKind::LineBreak,
        Ruff::Indent => TokenKind::Indent,
        Ruff::Dedent => TokenKind::Dedent,
        Ruff::Unknown | Ruff::EndOfFile | Ruff::Question | Ruff::Exclamation => TokenKind::Unknown,
        Ruff::True | Ruff::False | Ruff::None => TokenKind::Constant,
        Ruff::And | Ruff::Or | Ruff::Not | Ruff::In | Ruff::Is => TokenKind::Operator,
        Ruff::Lpar
        | Ruff::Rpar
        | Ruff::Lsqb
        | Ruff::Rsqb
        | Ruff::Lbrace
        | Ruff::Rbrace
        | Ruff::Colon
        | Ruff::Comma
        | Ruff::Semi
        | Ruff::Equal
        | Ruff::Dot
        | Ruff::ColonEqual
        | Ruff::Rarrow
        | Ruff::Ellipsis => TokenKind::Punctuation,
        other if other.is_keyword() => TokenKind::Keyword,
        _ => TokenKind::Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, tokens};
    use crate::Dialect;

    #[test]
    fn broken_texts_have_tokens_too() {
        let text = "x = not f'{y!r} b' if (True,  # c\n";
        let shown: Vec<_> =
            tokens(text, Dialect::Python).iter().map(|token| (token.kind, token.text(text))).collect();
        use TokenKind::*;
        let expected = [
            (Name, "x"),
            (Punctuation, "="),
            (Operator, "not"),
            (FStringStart, "f'"),
            (Punctuation, "{"),
            (Name, "y"),
            (Unknown, "!"),
            (Name, "r"),
            (Punctuation, "}"),
            (FStringMiddle, " b"),
            (FStringEnd, "'"),
            (Keyword, "if"),
            (Punctuation, "("),
            (Constant, "True"),
            (Punctuation, ","),
            (Comment, "# c"),
            (LineBreak, "\n"),
        ];
        assert_eq!(shown[..expected.len()], expected);
    }
}
