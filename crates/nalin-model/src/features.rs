//! The features of the default network: a name and a value as two bags of hashed features and a few numbers.

use std::ops::Range;

use evidence::hash::feature;
use evidence::names::{self, stem};
use evidence::{form, magnitude_bucket};
use records::Value;

use crate::{Ablation, Subject};

/// How many numbers describe a value beside its bag.
pub const NUMBERS: usize = 12;
/// How much of a value's text is read for n-grams.
const TEXT_CHARS: usize = 48;

/// The features of one name and one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// A learned vector of the name, where there is one.
    pub vector: Box<[f32]>,
    /// Hashes of the name's features; the first `name_key` are words, the others n-grams.
    pub name: Box<[u32]>,
    /// How many of the name's features are words and style.
    pub name_key: u8,
    /// Hashes of the value's features; the first `value_key` sum the value up.
    pub value: Box<[u32]>,
    /// How many of the value's features are types, magnitude and form.
    pub value_key: u8,
    /// Sizes and magnitudes, each about -1 to 1.
    pub numbers: [f32; NUMBERS],
}

/// The features of one pair, without those that are ablated.
pub fn featurise(subject: &Subject, ablation: Ablation) -> Features {
    let mut name = Vec::with_capacity(40);
    if !ablation.name {
        name_words(subject.name, &mut name);
    }
    let name_key = name.len() as u8;
    if !ablation.name {
        grams(b'g', &format!("<{}>", subject.name.to_lowercase()), 3..6, &mut name);
    }
    let mut value = Vec::with_capacity(64);
    let mut numbers = [0.0; NUMBERS];
    if !ablation.type_ {
        types(subject, &mut value);
    }
    if !ablation.len {
        length(subject.value, &mut value, &mut numbers[..2]);
    }
    if !ablation.shape {
        shape(subject.value, &mut value, &mut numbers[2..5]);
    }
    if !ablation.value {
        text_summary(&subject.value.text, &mut value, &mut numbers[5..]);
    }
    let value_key = value.len() as u8;
    if !ablation.value {
        text_grams(&subject.value.text, &mut value);
    }
    Features { vector: Box::default(), name: name.into(), name_key, value: value.into(), value_key, numbers }
}

/// Words with and without their place, and how the name is written.
fn name_words(name: &str, out: &mut Vec<u32>) {
    out.push(feature(b'w', name.to_lowercase().as_bytes()));
    let words = names::words(name);
    let words: Vec<&str> = words.iter().take(8).map(String::as_str).collect();
    for word in &words {
        out.push(feature(b't', stem(word).as_bytes()));
    }
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        out.push(feature(b'f', first.as_bytes()));
        out.push(feature(b'l', last.as_bytes()));
        if words.len() > 1 {
            out.push(feature(b'e', format!("{first} {last}").as_bytes()));
        }
        // `counts` and `count` share a stem; whether there are many is a fact of its own.
        out.push(feature(b'p', &[u8::from(stem(last) != *last)]));
    }
    let style = |test: fn(char) -> bool| u8::from(name.chars().any(test));
    let cases = [style(char::is_lowercase), style(char::is_uppercase), style(char::is_numeric)];
    let begins_upper = u8::from(name.starts_with(char::is_uppercase));
    out.push(feature(b's', &[cases[0], cases[1], cases[2], begins_upper, words.len().min(4) as u8]));
    out.push(feature(b'n', &[name.chars().count().min(12) as u8]));
}

/// Every run of `sizes` characters of a text.
fn grams(kind: u8, text: &str, sizes: Range<usize>, out: &mut Vec<u32>) {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for size in sizes {
        for window in starts.windows(size + 1) {
            out.push(feature(kind, &text.as_bytes()[window[0]..window[size]]));
        }
    }
}

fn types(subject: &Subject, out: &mut Vec<u32>) {
    let full = subject.value.type_name.as_str();
    out.push(feature(b'T', subject.type_class.as_bytes()));
    out.push(feature(b'Q', full.rsplit('.').next().unwrap_or(full).as_bytes()));
    out.push(feature(b'M', full.split('.').next().unwrap_or(full).as_bytes()));
    out.push(feature(b'D', subject.value.dtype.as_bytes()));
}

fn length(value: &Value, out: &mut Vec<u32>, numbers: &mut [f32]) {
    out.push(feature(b'L', &[magnitude_bucket(value.len)]));
    numbers[0] = f32::from(value.len >= 0);
    numbers[1] = log_scale(value.len.max(0) as f64);
}

fn shape(value: &Value, out: &mut Vec<u32>, numbers: &mut [f32]) {
    let last = value.shape.last().copied().unwrap_or(-1);
    out.push(feature(b'R', &[value.rank.clamp(-1, 6) as u8]));
    out.push(feature(
        b'S',
        &[value.rank.clamp(-1, 6) as u8, magnitude_bucket(value.size), magnitude_bucket(last)],
    ));
    numbers[0] = value.rank.clamp(-1, 6) as f32 / 4.0;
    numbers[1] = log_scale(value.size.max(0) as f64);
    numbers[2] = log_scale(last.max(0) as f64);
}

/// log10(1 + |x|) with x's sign, scaled so that a million is 1.
fn log_scale(x: f64) -> f32 {
    (x.signum() * x.abs().ln_1p() / std::f64::consts::LN_10 / 6.0).clamp(-3.0, 3.0) as f32
}

/// What kind of text or number the value is.
fn text_summary(text: &str, out: &mut Vec<u32>, numbers: &mut [f32]) {
    let text = text.trim();
    out.push(feature(b'F', form(text).as_bytes()));
    out.push(feature(b'C', &[character_classes(text)]));
    out.push(feature(b'W', &[text.split_whitespace().count().min(6) as u8]));
    if let Ok(number) = text.parse::<f64>() {
        let whole = number.fract() == 0.0;
        let sign = i8::from(number > 0.0) - i8::from(number < 0.0);
        let magnitude = if number == 0.0 { -99.0 } else { number.abs().log10().floor().clamp(-9.0, 19.0) };
        let fraction = (0.0..=1.0).contains(&number);
        out.push(feature(b'N', &[sign as u8, magnitude as i8 as u8, u8::from(whole)]));
        out.push(feature(b'I', &[sign as u8, u8::from(whole), u8::from(fraction)]));
        if whole && number.abs() <= 100.0 {
            out.push(feature(b'V', &[number as i8 as u8]));
        }
        numbers[0] = 1.0;
        numbers[1] = if number.is_finite() { log_scale(number) } else { 3.0 };
        numbers[2] = f32::from(whole);
        numbers[3] = f32::from(fraction);
        numbers[4] = f32::from(sign);
    } else if text.len() <= 12 {
        out.push(feature(b'V', text.as_bytes()));
    }
    let extension = text.rsplit_once('.').map_or("", |(_, extension)| extension);
    if text.contains('.') && (1..=5).contains(&extension.len()) {
        out.push(feature(b'X', extension.as_bytes()));
    }
    numbers[5] = log_scale(text.len() as f64);
    numbers[6] = text.bytes().take(100).filter(u8::is_ascii_digit).count() as f32 / 100.0;
}

/// One bit each: digits, letters, spaces, path separators, brackets, quotes, `@` or `://`, line breaks.
fn character_classes(text: &str) -> u8 {
    let any = |test: fn(char) -> bool| u8::from(text.chars().any(test));
    any(|c| c.is_ascii_digit())
        | any(char::is_alphabetic) << 1
        | any(|c| c == ' ') << 2
        | any(|c| c == '/' || c == '\\') << 3
        | any(|c| matches!(c, '[' | '{' | '(')) << 4
        | any(|c| c == '\'' || c == '"') << 5
        | u8::from(text.contains('@') || text.contains("://")) << 6
        | any(|c| c == '\n') << 7
}

/// N-grams of the beginning of the text, digits all alike: 4711 and 4712 are the same kind of thing.
fn text_grams(text: &str, out: &mut Vec<u32>) {
    let beginning: String = std::iter::once('<')
        .chain(text.chars().take(TEXT_CHARS).map(|c| if c.is_ascii_digit() { '0' } else { c }))
        .flat_map(char::to_lowercase)
        .collect();
    let before = out.len();
    grams(b'v', &beginning, 3..4, out);
    // A bag, not a string: what is repeated forty times counts once.
    out[before..].sort_unstable();
    let mut kept = before;
    for at in before..out.len() {
        if at == before || out[at] != out[at - 1] {
            out[kept] = out[at];
            kept += 1;
        }
    }
    out.truncate(kept);
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::featurise;
    use crate::{Ablation, Subject};

    #[test]
    fn ablated_inputs_leave_no_trace() {
        let one = Value {
            type_name: "int".to_owned(),
            len: -1,
            rank: -1,
            size: -1,
            text: "7".to_owned(),
            ..Value::default()
        };
        let other = Value {
            type_name: "numpy.ndarray".to_owned(),
            len: 3,
            rank: 1,
            shape: vec![3],
            size: 3,
            dtype: "int64".to_owned(),
            text: "[1 2 3]".to_owned(),
            ..Value::default()
        };
        let all = Ablation { name: true, value: true, type_: true, len: true, shape: true };
        let of =
            |name, value, type_class, ablation| featurise(&Subject { name, value, type_class }, ablation);
        assert_eq!(of("count", &one, "int", all), of("path", &other, "ndarray", all));
        for shown in 0..5 {
            let ablation = Ablation {
                name: shown != 0,
                value: shown != 1,
                type_: shown != 2,
                len: shown != 3,
                shape: shown != 4,
            };
            assert_ne!(of("count", &one, "int", ablation), of("path", &other, "ndarray", ablation));
        }
    }
}
