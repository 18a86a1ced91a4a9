//! The published encodings, defects included: they are part of what is reproduced.

use records::Value;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::{Ablation, Subject};

/// Slots of the alphabet. 96 are in use: five characters stand in it twice, and the later place counts.
pub const ALPHABET_SLOTS: usize = 101;
/// Characters that are read of a value.
pub(crate) const VALUE_CHARS: usize = 100;

const ALPHABET: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;'0123456789,;.!?:'\"/\\|_@#$%^→&*~`+-=<>()[]{} ";

/// One pair as the published network reads it. `None` is a feature that is ablated: all zeros.
pub struct Encoding {
    /// The name's vector; none where the name is ablated.
    pub name: Box<[f32]>,
    /// Slots of the value's characters, at most 100.
    pub value: Box<[u8]>,
    /// Place among the ten most frequent types, 10 for others.
    pub type_: Option<u8>,
    /// As [`length_slot`].
    pub len: Option<u8>,
    /// As [`shape_slot`].
    pub shape: Option<u8>,
}

impl Encoding {
    /// Encodes a pair; `types` are the ten most frequent classes of the training positives, `vector` gives names
    /// theirs.
    pub fn new(
        subject: &Subject,
        types: &[String],
        vector: impl FnOnce(&str) -> Vec<f32>,
        ablation: Ablation,
    ) -> Self {
        let Ablation { name, value, type_, len, shape } = ablation;
        let slot = types.iter().position(|class| class == subject.type_class).unwrap_or(types.len());
        Self {
            name: if name { Box::default() } else { vector(subject.name).into() },
            value: if value { Box::default() } else { value_slots(published_text(subject.value)) },
            type_: (!type_).then_some(slot as u8),
            len: (!len).then(|| length_slot(subject.value.len)),
            shape: (!shape).then(|| shape_slot(subject.value)),
        }
    }
}

/// What the published system keeps of a value: of a `str` its first 200 characters, of anything else the
/// text of its first 200 elements, which is what was recorded.
fn published_text(value: &Value) -> &str {
    const KEPT: usize = 200;
    let end = value.text.char_indices().nth(KEPT).filter(|_| value.type_name == "str");
    end.map_or(&value.text, |(end, _)| &value.text[..end])
}

/// First 50 and last 50 characters when longer than 100, padded with spaces; then decomposed, and what
/// is not in the alphabet left out.
fn value_slots(text: &str) -> Box<[u8]> {
    let characters: Vec<char> = text.chars().collect();
    let mut kept: String = if characters.len() > VALUE_CHARS {
        let half = VALUE_CHARS / 2;
        characters[..half].iter().chain(&characters[characters.len() - half..]).collect()
    } else {
        let padding = std::iter::repeat_n(' ', VALUE_CHARS - characters.len());
        characters.into_iter().chain(padding).collect()
    };
    if !kept.is_ascii() {
        kept = kept.nfd().filter(|&c| !is_combining_mark(c)).collect();
    }
    kept.chars().filter_map(character_slot).take(VALUE_CHARS).collect()
}

/// The place of a character in the alphabet, the last of two.
pub fn character_slot(character: char) -> Option<u8> {
    match character {
        'a'..='z' => Some(character as u8 - b'a'),
        'A'..='Z' => Some(character as u8 - b'A' + 26),
        '0'..='9' => Some(character as u8 - b'0' + 57),
        ' ' => Some(100),
        _ => {
            // Behind the digits there are no letters, and what stands before them is dead.
            let place = ALPHABET.chars().skip(67).position(|other| other == character)?;
            Some(place as u8 + 67)
        }
    }
}

/// A tenth of the length, 99 from 990 on, and also for "no length".
pub fn length_slot(len: i64) -> u8 {
    if len < 0 { 99 } else { (len / 10).min(99) as u8 }
}

/// A thousandth of the number of elements, at most 99; 100 without a shape or with an unknown dimension.
pub fn shape_slot(value: &Value) -> u8 {
    if value.rank < 0 || value.shape.iter().any(|&dimension| dimension < 0) {
        return 100;
    }
    let elements = value.shape.iter().fold(1_i64, |product, &dimension| product.saturating_mul(dimension));
    (elements / 1000).min(99) as u8
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{
        ALPHABET, ALPHABET_SLOTS, character_slot, length_slot, published_text, shape_slot, value_slots,
    };

    #[test]
    fn the_alphabet() {
        assert_eq!(ALPHABET.chars().count(), ALPHABET_SLOTS);
        for (character, slot) in [
            ('a', 0),
            ('z', 25),
            ('A', 26),
            ('Z', 51),
            ('0', 57),
            ('9', 66),
            (',', 67),
            ('.', 69),
            ('\'', 73),
            ('\u{2192}', 84),
            ('>', 93),
            ('(', 94),
            ('}', 99),
            (' ', 100),
        ] {
            assert_eq!(character_slot(character), Some(slot), "{character}");
            assert_eq!(ALPHABET.chars().rev().position(|c| c == character), Some(100 - usize::from(slot)));
        }
        assert_eq!(['\n', 'é', '✓'].map(character_slot), [None; 3]);
        let used: std::collections::BTreeSet<u8> = ALPHABET.chars().filter_map(character_slot).collect();
        assert_eq!(used.len(), 96);
    }

    #[test]
    fn lengths() {
        let table = [(-1, 99), (0, 0), (9, 0), (10, 1), (989, 98), (990, 99), (1000, 99), (1_000_000, 99)];
        for (len, slot) in table {
            assert_eq!(length_slot(len), slot, "{len}");
        }
    }

    #[test]
    fn shapes() {
        let of = |rank, shape: &[i64]| shape_slot(&Value { rank, shape: shape.to_vec(), ..Value::default() });
        assert_eq!(of(-1, &[]), 100);
        assert_eq!(of(0, &[]), 0);
        assert_eq!(of(1, &[999]), 0);
        assert_eq!(of(2, &[100, 20]), 2);
        assert_eq!(of(2, &[1_000_000, 1_000_000]), 99);
        assert_eq!(of(3, &[i64::MAX, i64::MAX, 2]), 99);
        assert_eq!(of(2, &[-1, 3]), 100);
    }

    #[test]
    fn values() {
        let slots = value_slots("é\n1");
        // One of the hundred is a line break, and gone.
        assert_eq!(slots.len(), 99);
        assert_eq!(slots[..3], [4, 58, 100]);
        let long: String = "a".repeat(60) + &"b".repeat(60);
        assert_eq!(value_slots(&long)[..], [[0; 50], [1; 50]].concat());
        let value = |type_name: &str| Value {
            type_name: type_name.to_owned(),
            text: "ä".repeat(150) + &"b".repeat(150),
            ..Value::default()
        };
        assert_eq!(published_text(&value("str")), "ä".repeat(150) + &"b".repeat(50));
        assert_eq!(published_text(&value("list")).chars().count(), 300);
    }
}
