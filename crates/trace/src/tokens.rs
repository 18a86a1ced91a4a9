//! The tokens of a Python text with their places, for those who rename or hide some of them.
//!
//! The parser's tokens, of what does not parse too, with everything inside an f-string as one string.

use std::ops::Range;

use pysource::{Dialect, LineIndex, TokenKind};

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

/// The tokens of a text in their order.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let lines = LineIndex::new(text);
    let mut push = |kind: Kind, range: Range<usize>| {
        tokens.push(Token { kind, text: &text[range.clone()], line: lines.line(range.start), range });
    };
    // Brackets that are open outside of f-strings, and f-strings that are open, with the place of the outermost.
    let (mut depth, mut strings, mut string_start) = (0_usize, 0_usize, 0);
    // Whether a logical line has begun.
    let mut is_open = false;
    for token in pysource::tokens(text, Dialect::Python) {
        let range = token.range();
        match token.kind {
            TokenKind::FStringStart => {
                string_start = if strings == 0 { range.start } else { string_start };
                strings += 1;
            }
            TokenKind::FStringEnd => {
                strings = strings.saturating_sub(1);
                if strings == 0 {
                    push(Kind::Text, string_start..range.end);
                    is_open = true;
                }
            }
            _ if strings > 0 => {}
            TokenKind::Indent | TokenKind::Dedent => {}
            // A line with nothing but a comment counts as a logical one.
            TokenKind::Newline | TokenKind::LineBreak => {
                if is_open && depth == 0 {
                    push(Kind::Newline, range.end.saturating_sub(1).max(range.start)..range.end);
                    is_open = false;
                }
            }
            kind => {
                let word = token.text(text);
                match word {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                push(of(kind, word), range);
                is_open = true;
            }
        }
    }
    if is_open || strings > 0 {
        push(Kind::Newline, text.len()..text.len());
    }
    tokens
}

fn of(kind: TokenKind, word: &str) -> Kind {
    match kind {
        TokenKind::Name => Kind::Name,
        // These are names wherever they stand, so that a program's tokens do not depend on the version of Python.
        TokenKind::Keyword if matches!(word, "match" | "case" | "type") => Kind::Name,
        TokenKind::Keyword => Kind::Keyword,
        TokenKind::Constant | TokenKind::Number => Kind::Value,
        TokenKind::Operator => Kind::Operator,
        TokenKind::String => Kind::Text,
        TokenKind::Punctuation => Kind::Sign,
        TokenKind::Comment => Kind::Comment,
        _ => Kind::Other,
    }
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
        assert_eq!(shown("? b\\\n+1"), "Other:? Name:b Operator:+ Value:1 2⏎");
        assert_eq!(
            shown("# c\nx = f'{a[0]!r:{w}} \"' # d\n\n# e"),
            "Comment:# c 1⏎ Name:x Sign:= Text:f'{a[0]!r:{w}} \"' Comment:# d 2⏎ Comment:# e 4⏎"
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
