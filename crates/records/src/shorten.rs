//! Texts cut to so many characters.

/// The first characters of a text, `most` at the most.
pub fn first_chars(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Cuts a text behind its first characters, `most` at the most.
pub fn cut(mut text: String, most: usize) -> String {
    let end = first_chars(&text, most).len();
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::{cut, first_chars};

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(first_chars("größe", 4), "größ");
        assert_eq!(first_chars("größe", 5), "größe");
        assert_eq!(first_chars("", 3), "");
        assert_eq!(cut("größe".to_owned(), 3), "grö");
    }
}
