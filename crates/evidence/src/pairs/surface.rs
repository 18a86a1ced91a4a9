//! Surface features of a name and a value, whoever has attested what: all there is to judge by where nobody knows a name.

use super::forms::magnitude_bucket;
use super::kind::Kind;
use super::subject::{Ablation, Subject};
use crate::hash::feature;
use crate::names::{self, stem};

/// How a name is written, and its words.
#[derive(Default, Hash)]
pub(super) struct NameSurface {
    marks: [i8; NameSurface::N],
    words: Vec<u32>,
}

/// The kind of a value, its sizes, and the words of its class.
#[derive(Default, Hash)]
pub(super) struct ValueSurface {
    marks: [i8; ValueSurface::N],
    /// Of each word its beginnings, the whole word last.
    class: Vec<Vec<u32>>,
}

/// Numbers that [`surface_features`] makes of a pair.
pub(super) const SURFACES: usize = NameSurface::N + ValueSurface::N + COMMON;
/// Those that name and value make together.
const COMMON: usize = 3;
/// What a judge multiplies a feature with, so that a mark is 1.
pub const FEATURE_SCALE: f32 = 1.0 / 32.0;
/// A mark, as a feature.
const ONE: i8 = (1.0 / FEATURE_SCALE) as i8;

fn mark(holds: bool) -> i8 {
    if holds { ONE } else { 0 }
}

/// A size in steps of a unit of natural logarithm.
fn steps(size: f64, steps: f64) -> i8 {
    (size.ln_1p() * steps).min(100.0) as i8
}

impl NameSurface {
    const N: usize = 10;

    /// Of a name and its words.
    pub(super) fn of(name: &str, words: &[String]) -> Self {
        let any = |test: fn(char) -> bool| name.chars().any(test);
        let chars = name.chars().count();
        let marks = [
            words.last().is_some_and(|word| stem(word) != word),
            words.len() < 2,
            words.len() > 2,
            chars < 4,
            chars > 12,
            any(char::is_numeric),
            name.ends_with(char::is_numeric),
            name.starts_with(char::is_uppercase),
            any(char::is_uppercase) && !any(char::is_lowercase),
            any(|c| c == '_'),
        ];
        Self { marks: marks.map(mark), words: words.iter().map(|word| word_key(stem(word))).collect() }
    }
}

impl ValueSurface {
    const KINDS: usize = Kind::Object as usize + 1;
    const N: usize = Self::KINDS + 8;

    pub(super) fn of(subject: &Subject, hidden: Ablation) -> Self {
        let mut surface = Self::default();
        if hidden.type_ {
            return surface;
        }
        let value = subject.value;
        surface.marks[Kind::of(subject) as usize] = ONE;
        let sizes = &mut surface.marks[Self::KINDS..];
        if !hidden.len && value.len >= 0 {
            sizes[0] = ONE;
            sizes[1] = 2 * magnitude_bucket(value.len).min(60) as i8;
        }
        if !hidden.shape && value.rank > 0 {
            sizes[2] = value.rank.min(3) as i8 * (ONE / 2);
        }
        if !hidden.value {
            if let Ok(number) = value.text.trim().parse::<f64>() {
                sizes[3] = mark(number.fract() == 0.0);
                sizes[4] = mark(number < 0.0);
                sizes[5] = mark((0.0..=1.0).contains(&number));
                sizes[6] = steps(number.abs(), 4.0);
            }
            sizes[7] = steps(value.text.len() as f64, 8.0);
        }
        surface.class =
            names::words(subject.type_class).iter().take(6).map(|word| beginnings(stem(word))).collect();
        surface
    }
}

/// The keys of a word's beginnings of two characters and more.
fn beginnings(word: &str) -> Vec<u32> {
    let ends = word.char_indices().skip(2).map(|(end, _)| end).chain([word.len()]);
    ends.map(|end| word_key(&word[..end])).collect()
}

fn word_key(word: &str) -> u32 {
    feature(b'w', word.as_bytes())
}

/// What shows of the name, what of the value, and whether the name is called after the value's class: its last word as
/// the class's last, any of its words as any of the class's, its last as the beginning of any (`fig`).
pub(super) fn surface_features(name: &NameSurface, value: &ValueSurface) -> [i8; SURFACES] {
    let mut all = [0; SURFACES];
    all[..NameSurface::N].copy_from_slice(&name.marks);
    all[NameSurface::N..SURFACES - COMMON].copy_from_slice(&value.marks);
    if let Some(last) = name.words.last() {
        let mut wholes = value.class.iter().filter_map(|beginnings| beginnings.last());
        let common = [
            value.class.last().and_then(|beginnings| beginnings.last()) == Some(last),
            wholes.any(|whole| name.words.contains(whole)),
            value.class.iter().any(|beginnings| beginnings.contains(last)),
        ];
        all[SURFACES - COMMON..].copy_from_slice(&common.map(mark));
    }
    all
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{COMMON, NameSurface, ONE, SURFACES, ValueSurface, surface_features};
    use crate::{Ablation, Subject, names};

    #[test]
    fn a_name_that_is_called_after_the_class() {
        let value = Value { text: "-3".to_owned(), rank: 9, len: i64::MAX, ..Value::default() };
        for (name, type_class, expected) in [
            ("ring_buffer", "RingBuffer", [1, 1, 1]),
            ("buffers", "RingBuffer", [1, 1, 1]),
            ("buffer_size", "RingBuffer", [0, 1, 0]),
            ("fig", "Figure", [0, 0, 1]),
            ("f", "Figure", [0, 0, 0]),
            ("title", "Figure", [0, 0, 0]),
            ("title", "", [0, 0, 0]),
            ("_", "Figure", [0, 0, 0]),
        ] {
            let value = ValueSurface::of(&Subject { name, value: &value, type_class }, Ablation::default());
            let found = surface_features(&NameSurface::of(name, &names::words(name)), &value);
            assert_eq!(
                found[SURFACES - COMMON..],
                expected.map(|mark: i8| mark * ONE),
                "{name} {type_class}"
            );
        }
    }

    #[test]
    fn what_is_hidden_does_not_show() {
        let value = Value { text: "-3".to_owned(), len: 4, rank: 1, ..Value::default() };
        let of =
            |hidden| ValueSurface::of(&Subject { name: "", value: &value, type_class: "list" }, hidden).marks;
        let all = of(Ablation::default());
        let shown =
            |hidden| of(hidden).iter().zip(all).filter(|(mark, all)| **mark == *all && *all != 0).count();
        let nothing = Ablation::default();
        assert_eq!(shown(nothing), 8);
        assert_eq!(shown(Ablation { value: true, ..nothing }), 4);
        assert_eq!(shown(Ablation { value: true, len: true, shape: true, ..nothing }), 1);
        assert_eq!(of(Ablation { type_: true, ..nothing }), [0; ValueSurface::N]);
        assert_eq!(NameSurface::default().marks, [0; NameSurface::N], "no name, no marks");
    }
}
