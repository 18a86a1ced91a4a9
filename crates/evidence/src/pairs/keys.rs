//! Under which keys a name and a value are counted.

use super::forms::{form, magnitude_bucket};
use super::kind::Kind;
use super::subject::{Ablation, Subject};
use super::surface::NameSurface;
use crate::hash::{cross, feature};
use crate::names::{self, stem};

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A value that was recorded in a run.
    Run,
    /// A value or its type, as assigned in a source.
    Assigned,
    /// A value or its type, as given to a parameter: a keyword argument or a default.
    Given,
    /// A type, as declared by an annotation or in documentation.
    Declared,
    /// A type, as what is done with the name tells.
    Used,
}

impl Source {
    /// All of them, in the order of the features.
    pub const ALL: [Self; 5] = [Self::Run, Self::Assigned, Self::Given, Self::Declared, Self::Used];

    /// How many repositories must attest a fact for it to be kept: what few have written is most of all that is
    /// written, and says next to nothing, the less the more detailed it is.
    pub(super) fn min_support(self, key: ValueKey) -> usize {
        match (self, key) {
            (Self::Run, _) | (Self::Assigned, ValueKey::Class) => 1,
            (_, ValueKey::Class | ValueKey::Kind) => 2,
            _ => Self::MAX_SUPPORT,
        }
    }

    /// Of the most detailed facts so many must agree.
    pub(super) const MAX_SUPPORT: usize = 3;

    /// The value keys that are counted for it: of what is not recorded less is known.
    pub(super) const fn value_keys(self) -> &'static [ValueKey] {
        use ValueKey::{Class, Coarse, Exact, Fine, Kind, Length, Size};
        match self {
            Self::Run => &[Class, Kind, Exact, Length, Coarse, Fine, Size],
            Self::Assigned | Self::Given => &[Class, Kind, Coarse, Fine],
            Self::Declared | Self::Used => &[Class, Kind],
        }
    }
}

/// A view of a value. Each but the kind names its class, so that it says more than the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKey {
    /// The class of types alone.
    Class,
    /// What one does with such a class: what is known of arrays says something of a series.
    Kind,
    /// Raw type and dtype.
    Exact,
    /// Magnitude of the length.
    Length,
    /// Sign of a number, whether it is whole, whether it is within 0 and 1; the beginning of a text's form.
    Coarse,
    /// Sign and magnitude of a number; the form of a text.
    Fine,
    /// Rank and magnitudes of size and last dimension.
    Size,
}

impl ValueKey {
    /// How many there are.
    pub(super) const N: usize = Self::Size as usize + 1;
}

/// The keys of one name: those that it has once, then its words; none at all when it is hidden.
#[derive(Hash)]
pub struct NameKeys {
    pub(super) single: Vec<u32>,
    pub(super) words: Vec<u32>,
    pub(super) surface: NameSurface,
}

impl NameKeys {
    /// Keys that a name has once.
    pub(super) const SINGLE: usize = 7;
    /// Words of a name that are looked at.
    const WORDS: usize = 6;
    /// Of the single keys those that say what is usual for a name, the closest first (the name, its words, the last
    /// two, the last), and how many must know it before one can speak of what is usual.
    pub(super) const CLOSEST: [(usize, f32); 4] = [(0, 5.0), (1, 5.0), (4, 8.0), (2, 20.0)];

    /// No name.
    pub fn hidden() -> Self {
        Self { single: Vec::new(), words: Vec::new(), surface: NameSurface::default() }
    }

    /// The keys of a name.
    pub fn of(name: &str) -> Self {
        let words = names::words(name);
        let stems: Vec<&str> = words.iter().take(12).map(|word| stem(word)).collect();
        let (first, last) = (stems.first().copied().unwrap_or("_"), stems.last().copied().unwrap_or("_"));
        let plural = words.last().is_some_and(|word| word.len() > 3 && word.ends_with('s'));
        let lower = name.to_lowercase();
        // The name, its words and its last two words are one key where they are the same text: most of all facts
        // are about names that are seldom, and need not be told three times.
        let single = vec![
            feature(b'j', name.replace('_', " ").as_bytes()),
            feature(b'j', stems.join(" ").as_bytes()),
            cross(feature(b'l', last.as_bytes()), u32::from(plural)),
            feature(b'f', first.as_bytes()),
            feature(b'j', stems[stems.len().saturating_sub(2)..].join(" ").as_bytes()),
            feature(b'3', tail(&lower, 3).as_bytes()),
            feature(b'4', head(&lower, 4).as_bytes()),
        ];
        let surface = NameSurface::of(name, &words);
        let words = stems.iter().take(Self::WORDS).map(|stem| feature(b'w', stem.as_bytes())).collect();
        Self { single, words, surface }
    }

    /// Single keys and words, each key once.
    pub(super) fn all(&self) -> Vec<u32> {
        let mut all = [&self.single[..], &self.words].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn head(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(end, _)| &text[..end])
}

fn tail(text: &str, n: usize) -> &str {
    text.char_indices().rev().nth(n.saturating_sub(1)).map_or(text, |(start, _)| &text[start..])
}

/// The keys of a value in the order of [`ValueKey`], `None` where nothing is known or it is hidden.
pub(super) fn value_keys(subject: &Subject, hidden: Ablation) -> [Option<u32>; ValueKey::N] {
    let mut keys = [None; ValueKey::N];
    if hidden.type_ {
        return keys;
    }
    let (value, class) = (subject.value, feature(b'c', subject.type_class.as_bytes()));
    let mut set = |key: ValueKey, detail| keys[key as usize] = Some(cross(class, cross(key as u32, detail)));
    set(ValueKey::Class, 0);
    let (type_name, dtype) = (value.type_name.as_bytes(), value.dtype.as_bytes());
    set(ValueKey::Exact, cross(feature(b'q', type_name), feature(b'd', dtype)));
    if !hidden.len {
        set(ValueKey::Length, feature(b'n', &[magnitude_bucket(value.len)]));
    }
    if !hidden.shape {
        let last = magnitude_bucket(value.shape.last().copied().unwrap_or(-1));
        let rank = value.rank.clamp(-1, 6) as u8;
        set(ValueKey::Size, feature(b's', &[rank, magnitude_bucket(value.size), last]));
    }
    let text = value.text.trim();
    if !hidden.value && (value.text_chars >= 0 || !text.is_empty()) {
        let (coarse, fine) = match text.parse::<f64>() {
            Ok(number) => {
                (feature(b'i', &coarse(number)), feature(b'e', &[coarse(number)[0], magnitude(number) as u8]))
            }
            Err(_) => {
                let form = form(text);
                (feature(b'a', head(&form, 4).as_bytes()), feature(b'o', form.as_bytes()))
            }
        };
        set(ValueKey::Coarse, coarse);
        set(ValueKey::Fine, fine);
    }
    keys[ValueKey::Kind as usize] = Some(kind_key(Kind::of(subject)));
    keys
}

/// The key of a kind, which names no class.
pub(super) fn kind_key(kind: Kind) -> u32 {
    cross(ValueKey::Kind as u32, feature(b'k', &[kind as u8]))
}

fn coarse(number: f64) -> [u8; 1] {
    let sign = if number > 0.0 { 1 } else { 2 * u8::from(number < 0.0) };
    [sign | u8::from(number.fract() == 0.0) << 2 | u8::from((0.0..=1.0).contains(&number)) << 3]
}

fn magnitude(number: f64) -> i8 {
    if number == 0.0 { -99 } else { number.abs().log10().floor().clamp(-9.0, 19.0) as i8 }
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{NameKeys, ValueKey, head, tail, value_keys};
    use crate::{Ablation, Subject};

    #[test]
    fn ends_of_names() {
        assert_eq!(
            [head("größe", 4), head("x", 4), tail("größe", 3), tail("x", 3)],
            ["größ", "x", "öße", "x"]
        );
        assert_eq!(NameKeys::of("n_rows").words, NameKeys::of("nRow").words);
        assert_ne!(NameKeys::of("n_rows").single, NameKeys::of("nRow").single);
        assert_eq!(NameKeys::of("_").words.len(), 0);
    }

    #[test]
    fn values_that_are_alike_share_keys() {
        let value = |text: &str| Value { text: text.to_owned(), text_chars: 1, ..Value::default() };
        let key = |key: ValueKey, value: &Value| {
            let subject = Subject { name: "", value, type_class: "float" };
            value_keys(&subject, Ablation::default())[key as usize]
        };
        let (half, third, five) = (value("0.5"), value("0.33"), value("5.0"));
        for (which, alike) in [(&half, true), (&third, true), (&five, false)] {
            assert_eq!(key(ValueKey::Coarse, &half) == key(ValueKey::Coarse, which), alike);
            assert_eq!(key(ValueKey::Fine, &half) == key(ValueKey::Fine, which), alike);
            assert_eq!(key(ValueKey::Class, &half), key(ValueKey::Class, which));
        }
        let unknown = Value { text_chars: -1, ..Value::default() };
        assert_eq!(key(ValueKey::Fine, &unknown), None);
    }
}
