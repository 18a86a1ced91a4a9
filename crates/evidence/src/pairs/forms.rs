//! What texts and sizes have in common: the form of a text, the magnitude of a size.

/// How much of a text is read for its form.
const TEXT_CHARS: usize = 48;

/// 255 for "none", 0 to 4 as they are, then two buckets an octave.
pub fn magnitude_bucket(size: i64) -> u8 {
    match size {
        ..0 => 255,
        0..=4 => size as u8,
        _ => (2.0 * (size as f64).log2()) as u8,
    }
}

/// The text's first characters by their class, runs written once: `2021-03-01` is `9-9-9`,
/// `data/in.csv` is `a/a.a`.
pub fn form(text: &str) -> String {
    let mut form = String::new();
    for character in text.chars().take(TEXT_CHARS) {
        let class = match character {
            '0'..='9' => '9',
            c if c.is_lowercase() => 'a',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'x',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if !form.ends_with(class) {
            form.push(class);
        }
        if form.len() >= 12 {
            break;
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::{form, magnitude_bucket};

    #[test]
    fn forms() {
        for (text, expected) in
            [("2021-03-01", "9-9-9"), ("data/in.csv", "a/a.a"), ("[1, 2, 3]", "[9, 9, 9]"), ("", "")]
        {
            assert_eq!(form(text), expected);
        }
    }

    #[test]
    fn magnitudes() {
        assert_eq!([-1, 0, 4, 5, 8, 1000, i64::MAX].map(magnitude_bucket), [255, 0, 4, 4, 6, 19, 126]);
    }
}
