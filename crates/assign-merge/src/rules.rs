//! What a single assignment must satisfy: its value, and its name.

use records::ValueView;

use crate::config::Config;

/// The first rule that an assignment breaks, in the order in which the rules are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// None.
    Keep,
    /// The published trimming loses such a value.
    Value,
    /// The name is too long.
    LongName,
    /// The name is too short.
    ShortName,
    /// No part of the name is long enough.
    ShortParts,
    /// The name has too few letters.
    FewLetters,
}

/// Types that are dictionaries in the published trimming, which fails on more than 200 entries.
const DICTS: [&str; 5] = [
    "dict",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "sklearn.utils._bunch.Bunch",
];

/// Numbers that the published trimming keeps though nothing can be iterated over: the built-in ones, and
/// the only scalar of numpy that is a sub-class of one.
const NUMBERS: [&str; 4] = ["bool", "int", "float", "numpy.float64"];

/// Applies the rules in their order.
pub fn judge(name: &str, value: &ValueView<'_>, config: &Config) -> Verdict {
    let chars = name.chars().count();
    if config.published_values && !survives_trimming(value) {
        Verdict::Value
    } else if chars > config.max_name_chars {
        Verdict::LongName
    } else if chars < config.min_name_chars {
        Verdict::ShortName
    } else if !name.split('_').any(|part| part.chars().count() >= config.min_part_chars) {
        Verdict::ShortParts
    } else if name.chars().filter(|c| c.is_alphabetic()).count() < config.min_letters {
        Verdict::FewLetters
    } else {
        Verdict::Keep
    }
}

/// Whether the published system keeps the value: dictionaries over 200 entries make it fail, and of what
/// cannot be iterated over it knows numbers alone.
///
/// Its test of the shape (a number, or something with a length) holds for every recorded value.
fn survives_trimming(value: &ValueView<'_>) -> bool {
    if DICTS.contains(&&*value.type_name) {
        return value.len <= 200;
    }
    value.iterable || NUMBERS.contains(&&*value.type_name)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use records::ValueView;

    use super::{Verdict, judge};
    use crate::config::{Config, Preset};

    fn value(type_name: &'static str, len: i64, iterable: bool) -> ValueView<'static> {
        ValueView {
            type_name: Cow::Borrowed(type_name),
            len,
            rank: -1,
            shape: Vec::new(),
            size: -1,
            dtype: Cow::Borrowed(""),
            iterable,
            text: Cow::Borrowed(""),
            text_chars: 0,
        }
    }

    #[track_caller]
    fn check(name: &str, preset: Preset, expected: Verdict) {
        assert_eq!(judge(name, &value("int", -1, false), &Config::of(preset)), expected, "{name}");
    }

    #[test]
    fn published_names() {
        for (name, verdict) in [
            ("a23456789012345678_", Verdict::Keep),
            ("a234567890123456789_", Verdict::LongName),
            ("abcd", Verdict::Keep),
            ("abc", Verdict::ShortName),
            ("ab_cd", Verdict::ShortParts),
            ("ab_cde", Verdict::Keep),
            ("____", Verdict::ShortParts),
            ("größ", Verdict::Keep),
            ("1234", Verdict::Keep),
        ] {
            check(name, Preset::Nalin, verdict);
        }
    }

    #[test]
    fn our_names() {
        for (name, verdict) in [
            ("df", Verdict::Keep),
            ("x_y", Verdict::ShortParts),
            ("x", Verdict::ShortName),
            ("x1", Verdict::FewLetters),
            ("变量", Verdict::Keep),
            ("a_very_long_name_indeed_of_41_characters_", Verdict::LongName),
        ] {
            check(name, Preset::Default, verdict);
        }
    }

    #[test]
    fn published_values() {
        for (type_name, len, iterable, kept) in [
            ("dict", 200, true, true),
            ("dict", 201, true, false),
            ("collections.OrderedDict", 201, true, false),
            ("list", 100_000, true, true),
            ("str", 5, true, true),
            ("int", -1, false, true),
            ("numpy.float64", -1, false, true),
            ("numpy.int64", -1, false, false),
            ("NoneType", -1, false, false),
            ("complex", -1, false, false),
            ("function", -1, false, false),
            ("sklearn.linear_model._base.LinearRegression", -1, false, false),
            ("generator", -1, true, true),
        ] {
            let value = value(type_name, len, iterable);
            let verdict = judge("abcd", &value, &Config::of(Preset::Nalin));
            assert_eq!(verdict == Verdict::Keep, kept, "{type_name} {len}");
            assert_eq!(judge("abcd", &value, &Config::of(Preset::Default)), Verdict::Keep);
        }
    }
}
