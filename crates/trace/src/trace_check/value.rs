//! Values as Python has them, as far as arithmetic needs them: read from their texts, and written again.

use num_bigint::BigInt;
use num_traits::{ToPrimitive as _, Zero as _};

/// A value that can be computed with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(BigInt),
    /// A floating point number.
    Float(f64),
    /// A text.
    Str(String),
}

/// Texts of values are cut at 100 characters; a text that is nearly so long may be a cut one.
const LONGEST_TEXT: usize = 90;

impl Value {
    /// The value that has this text; `None` when it is of another type, or cut.
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "None" => return Some(Self::None),
            "True" => return Some(Self::Bool(true)),
            "False" => return Some(Self::Bool(false)),
            "inf" => return Some(Self::Float(f64::INFINITY)),
            "-inf" => return Some(Self::Float(f64::NEG_INFINITY)),
            "nan" => return Some(Self::Float(f64::NAN)),
            _ => {}
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::Int);
        }
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            let is_number =
                digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'-' | b'+'));
            return if is_number { text.parse().ok().map(Self::Float) } else { None };
        }
        let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        let is_plain = !inner.contains(['\\', quote, '\n']) && inner.chars().count() < LONGEST_TEXT;
        if is_plain { Some(Self::Str(inner.to_owned())) } else { None }
    }

    /// Whether Python takes it as true.
    pub fn truth(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => !number.is_zero(),
            Self::Float(number) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
        }
    }

    /// As a whole number, where Python takes it as one.
    pub fn int(&self) -> Option<BigInt> {
        match self {
            Self::Bool(truth) => Some(BigInt::from(u8::from(*truth))),
            Self::Int(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// As a floating point number, where that loses nothing.
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            _ => self.int().and_then(|number| {
                let float = number.to_f64()?;
                if float.abs() < 9e15 { Some(float) } else { None }
            }),
        }
    }

    /// Whether two values are the same to the last bit and of one type.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            _ => self == other,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => formatter.write_str("None"),
            Self::Bool(true) => formatter.write_str("True"),
            Self::Bool(false) => formatter.write_str("False"),
            Self::Int(number) => write!(formatter, "{number}"),
            Self::Float(number) => formatter.write_str(&repr(*number)),
            Self::Str(text) if text.contains('\'') => write!(formatter, "\"{text}\""),
            Self::Str(text) => write!(formatter, "'{text}'"),
        }
    }
}

/// A floating point number as Python spells it.
fn repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // The shortest digits that come back, as Python has them; only where the exponent begins differs.
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn texts_are_values_and_values_texts() {
        for text in [
            "None",
            "True",
            "-17",
            "0",
            "123456789012345678901234567890",
            "1.5",
            "-0.0",
            "1e+16",
            "1e-05",
            "0.0001",
            "1.25e-07",
            "1234567890123456.0",
            "inf",
            "nan",
            "'abc'",
            "\"it's\"",
            "''",
        ] {
            assert_eq!(Value::of(text).map(|value| value.to_string()).as_deref(), Some(text));
        }
        for text in ["", "[1]", "<Point x=1>", "1...2", "'a\\n'", "2j", "12 3", "'a' 'b'"] {
            assert_eq!(Value::of(text), None, "{text}");
        }
        assert!(Value::of(&format!("'{}'", "x".repeat(98))).is_none());
    }
}
