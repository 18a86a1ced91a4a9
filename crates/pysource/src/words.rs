//! What a text is made of, for those who count or learn words.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_text_size::Ranged as _;

use crate::parse::with_tokens;

/// The names, keywords, numbers and signs of a text in their order; each string is `""`, comments are nothing.
/// Also of a text that does not parse.
pub fn words(text: &str) -> Vec<&str> {
    with_tokens(text, Mode::Ipython, |tokens| {
        let word = |token: &ruff_python_ast::token::Token| match token.kind() {
            TokenKind::Comment
            | TokenKind::Newline
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
            | TokenKind::IpyEscapeCommand
            | TokenKind::Unknown
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => None,
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => Some("\"\""),
            _ => text.get(token.start().to_usize()..token.end().to_usize()),
        };
        tokens.iter().filter_map(word).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn strings_and_comments_say_nothing() {
        let text = "%matplotlib inline\ndef f(n_rows):  # of them\n    return 'a b' + f'{n_rows} c'\nx = (";
        assert_eq!(words(text).join(" "), r#"def f ( n_rows ) : return "" + "" { n_rows } x = ("#);
    }
}
