//! What operators make of values, as Python has it.

use num_bigint::BigInt;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use super::value::Value;

/// Longer numbers and texts are not computed.
const MOST_BITS: u64 = 1 << 16;
const LONGEST_TEXT: usize = 1 << 12;

/// What two values give.
pub fn binary(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    match operator {
        "and" => Some(if left.truth() { right.clone() } else { left.clone() }),
        "or" => Some(if left.truth() { left.clone() } else { right.clone() }),
        "==" | "!=" | "<" | "<=" | ">" | ">=" | "is" | "is not" => {
            compare(operator, left, right).map(Value::Bool)
        }
        _ => arithmetic(operator, left, right),
    }
}

/// What a sign makes of a value.
pub fn unary(sign: &str, value: &Value) -> Option<Value> {
    match (sign, value) {
        ("-", Value::Float(number)) => Some(Value::Float(-number)),
        ("+", Value::Float(number)) => Some(Value::Float(*number)),
        ("-", _) => value.int().map(|number| Value::Int(-number)),
        ("+", _) => value.int().map(Value::Int),
        _ => value.int().map(|number| Value::Int(-number - 1)),
    }
}

/// Whether a comparison holds; `None` when it raises, or only the interpreter knows.
pub fn compare(operator: &str, left: &Value, right: &Value) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};

    let constant = |value: &Value| matches!(value, Value::None | Value::Bool(_));
    match operator {
        // Which numbers and texts are one object is the interpreter's affair.
        "is" | "is not" if constant(left) || constant(right) => {
            return Some((left == right) == (operator == "is"));
        }
        "is" | "is not" => return None,
        _ => {}
    }
    let order = match (left, right) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::None, Value::None) => Some(Equal),
        _ => match (left.int(), right.int()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => match (is_number(left) && is_number(right)).then(|| left.float().zip(right.float())) {
                // A number too large to be a float without loss.
                Some(None) => return None,
                Some(Some((a, b))) => a.partial_cmp(&b),
                // Values of different types are not equal, and cannot be put in order.
                None if matches!(operator, "==" | "!=") => return Some(operator == "!="),
                None => return None,
            },
        },
    };
    Some(match operator {
        "==" => order == Some(Equal),
        "!=" => order != Some(Equal),
        // `None < None` raises.
        _ if matches!(left, Value::None) => return None,
        "<" => order == Some(Less),
        "<=" => matches!(order, Some(Less | Equal)),
        ">" => order == Some(Greater),
        _ => matches!(order, Some(Greater | Equal)),
    })
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_))
}

/// What an operator of arithmetic makes of two values.
pub fn arithmetic(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    if let (Value::Str(a), Value::Str(b)) = (left, right) {
        return if operator == "+" { text(&[a, b]) } else { None };
    }
    if let (Value::Str(piece), times) | (times, Value::Str(piece)) = (left, right) {
        let times = times.int()?;
        let times = if times.is_negative() { 0 } else { times.to_usize()? };
        let is_small = piece.len().checked_mul(times).is_some_and(|length| length <= LONGEST_TEXT);
        return if operator == "*" && is_small { Some(Value::Str(piece.repeat(times))) } else { None };
    }
    if let (Value::Bool(a), Value::Bool(b)) = (left, right)
        && let "&" | "|" | "^" = operator
    {
        return Some(Value::Bool(match operator {
            "&" => a & b,
            "|" => a | b,
            _ => a ^ b,
        }));
    }
    match (left.int(), right.int()) {
        (Some(a), Some(b)) => whole(operator, a, b),
        _ => floating(operator, left.float()?, right.float()?).map(Value::Float),
    }
}

fn text(parts: &[&String]) -> Option<Value> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length <= LONGEST_TEXT {
        Some(Value::Str(parts.iter().map(|part| part.as_str()).collect()))
    } else {
        None
    }
}

fn whole(operator: &str, a: BigInt, b: BigInt) -> Option<Value> {
    let is_small = a.bits() <= MOST_BITS && b.bits() <= MOST_BITS;
    if !is_small {
        return None;
    }
    Some(Value::Int(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "&" => a & b,
        "|" => a | b,
        "^" => a ^ b,
        "//" | "%" if b.is_zero() => return None,
        "//" => floor(&a, &b),
        "%" => &a - floor(&a, &b) * &b,
        "/" => {
            let divided = Value::Int(a).float()? / Value::Int(b).float().filter(|b| *b != 0.0)?;
            return Some(Value::Float(divided));
        }
        "<<" => a << b.to_u64().filter(|bits| *bits <= MOST_BITS)?,
        ">>" => a >> b.to_u64().filter(|bits| *bits <= MOST_BITS)?,
        "**" => {
            let exponent = b.to_u32()?;
            if a.bits().checked_mul(u64::from(exponent)).is_none_or(|bits| bits > MOST_BITS) {
                return None;
            }
            a.pow(exponent)
        }
        _ => return None,
    }))
}

/// Division that rounds down, as Python's does.
fn floor(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    let is_exact = (&quotient * b) == *a;
    if !is_exact && (a.is_negative() != b.is_negative()) { quotient - 1 } else { quotient }
}

fn floating(operator: &str, a: f64, b: f64) -> Option<f64> {
    match operator {
        "+" => Some(a + b),
        "-" => Some(a - b),
        "*" => Some(a * b),
        "/" if b != 0.0 => Some(a / b),
        // Powers may differ in the last digit from machine to machine.
        _ => None,
    }
}
