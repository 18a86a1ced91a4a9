//! Identifiers as people read them: `n_rows` and `numRows` are words.

/// Splits a name into lower-case words at underscores, at case changes (`numRows`, `HTTPServer`), and
/// between letters and digits (`x2` is `x`, `2`).
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            end_word(&mut word, &mut words);
            continue;
        }
        if let Some(&before) = at.checked_sub(1).and_then(|before| characters.get(before)) {
            let next_is_lower = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
            let rises = before.is_lowercase() && character.is_uppercase();
            // In `HTTPServer` the `S` begins a word: upper case before it, lower case behind it.
            let ends_acronym = before.is_uppercase() && character.is_uppercase() && next_is_lower;
            let number_edge = before.is_numeric() != character.is_numeric();
            if rises || ends_acronym || number_edge {
                end_word(&mut word, &mut words);
            }
        }
        word.extend(character.to_lowercase());
    }
    end_word(&mut word, &mut words);
    words
}

fn end_word(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The word without the `s` of its plural.
pub fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    }
}

/// Words that promise nothing about a value.
const GENERIC: [&str; 47] = [
    "a", "acc", "aux", "b", "bar", "baz", "best", "buf", "c", "cur", "current", "d", "data", "dummy", "el",
    "elem", "element", "extra", "first", "foo", "info", "item", "last", "n", "new", "next", "obj", "old",
    "out", "output", "p", "prev", "q", "r", "res", "result", "ret", "sample", "t", "temp", "test", "thing",
    "tmp", "v", "val", "value", "var",
];

/// Whether a name says nothing about its value, so that nothing can contradict it: one or two characters
/// (`x`, `df2`), or only generic words (`tmp`, `new_data`), or no letter at all (`_`).
pub fn is_generic(name: &str) -> bool {
    words(name)
        .iter()
        .filter(|word| !word.chars().all(char::is_numeric))
        .all(|word| word.chars().count() <= 2 || GENERIC.binary_search(&word.as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{GENERIC, is_generic, words};

    #[test]
    fn names_fall_into_words() {
        for (name, expected) in [
            ("n_rows", vec!["n", "rows"]),
            ("numRows", vec!["num", "rows"]),
            ("HTTPServer", vec!["http", "server"]),
            ("X_train2", vec!["x", "train", "2"]),
            ("__init__", vec!["init"]),
            ("größeInCm", vec!["größe", "in", "cm"]),
            ("_", vec![]),
            ("MAX", vec!["max"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn generic_names() {
        assert!(GENERIC.is_sorted());
        for name in ["x", "tmp", "data", "i", "df2", "_", "new_data", "x1", "resultValue"] {
            assert!(is_generic(name), "{name}");
        }
        for name in ["count", "user_name", "data_path", "is_valid"] {
            assert!(!is_generic(name), "{name}");
        }
    }
}
