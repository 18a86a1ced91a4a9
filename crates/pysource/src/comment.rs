//! The comments of a text.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_text_size::Ranged as _;

use crate::parse::with_tokens;

/// Where the comments stand, in bytes and in order; also of a text that does not parse.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    with_tokens(text, Mode::Module, |tokens| {
        let comments = tokens.iter().filter(|token| token.kind() == TokenKind::Comment);
        comments.map(|token| token.start().to_usize()..token.end().to_usize()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::comments;

    #[test]
    fn a_sign_in_a_string_begins_no_comment() {
        let text = "x = '# no'  # yes\n# alone\ny = (1,  # inside\n 2)";
        let found: Vec<&str> = comments(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["# yes", "# alone", "# inside"]);
    }
}
