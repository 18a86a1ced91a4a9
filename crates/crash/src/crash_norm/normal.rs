//! The normal form of a message: what is left without names, numbers, paths and punctuation.

use std::sync::LazyLock;

use clap::ValueEnum;
use regex::Regex;

/// Which pairs of apostrophes enclose a name.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// Any two on a line, from the left.
    #[default]
    Any,
    /// Those that begin and end outside words: `can't` has none.
    WordEdge,
}

/// Brings a message into its normal form, in the steps of the study.
pub fn normal(message: &str, quotes: Quotes) -> String {
    static LINE_ENDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\r\n|\r|\n|\\n"));
    // URLs, file names and dotted names, with their quotes and brackets.
    static DOTTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\S+\.\S+"));
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\w*[\d_]\w*\b"));
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"'.*?'"));
    static QUOTED_AT_EDGES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\B'.*?'\B"));
    let text = LINE_ENDS.replace_all(message, " ");
    let text = DOTTED.replace_all(&text, " ");
    let text = NUMBERED.replace_all(&text, " ");
    // Nothing is put in place of these, not even a blank.
    let text = match quotes {
        Quotes::Any => QUOTED.replace_all(&text, ""),
        Quotes::WordEdge => QUOTED_AT_EDGES.replace_all(&text, ""),
    };
    let text = text.replace(|character: char| character.is_ascii_punctuation(), " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a good pattern")
}

#[cfg(test)]
mod tests {
    use super::{Quotes, normal};

    #[test]
    fn vectors_of_the_study() {
        for (message, expected) in [
            ("name 'x' is not defined", "name is not defined"),
            ("'Heroin Overdoses'", ""),
            ("[Errno 2] No such file or directory: 'a/b.txt'", "errno no such file or directory"),
            ("'numpy.ndarray' object has no attribute 'sample'", "object has no attribute"),
            ("__init__() got an unexpected keyword argument 'nu'", "got an unexpected keyword argument"),
            (
                "index 98 is out of bounds for axis 0 with size 91",
                "index is out of bounds for axis with size",
            ),
            (
                "shapes (20,4096) and (3,4096) not aligned: 4096 (dim 1) != 3 (dim 0)",
                "shapes and not aligned dim dim",
            ),
            ("invalid syntax (<ipython-input-3-66eb>, line 10)", "invalid syntax ipython input line"),
            ("can't convert 'a' to 'b'", "canab"),
        ] {
            assert_eq!(normal(message, Quotes::Any), expected, "{message}");
        }
    }

    #[test]
    fn quotes_inside_words_enclose_nothing() {
        assert_eq!(normal("can't convert 'a' to 'b'", Quotes::WordEdge), "can t convert to");
        assert_eq!(normal("name 'x' is not defined", Quotes::WordEdge), "name is not defined");
    }

    #[test]
    fn line_ends_of_every_kind_and_letters_of_every_script() {
        assert_eq!(normal("A\r\nB\rC\\nD\u{a0}É", Quotes::Any), "a b c d é");
        assert_eq!(normal("größe2 größe", Quotes::Any), "größe");
    }
}
