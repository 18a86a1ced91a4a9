//! Records against those that an older version wrote.

use serde_json::Value;

/// Numbers that differ by less are the same: what a model computes differs in its last digits between processors.
const TOLERANCE: f64 = 1e-4;

/// Whether JSON lines hold the same records: the same keys in the same order, the same texts, nearly the same
/// numbers.
///
/// # Errors
/// What differs first.
pub fn same_records(found: &str, kept: &str) -> Result<(), String> {
    let (found, kept): (Vec<&str>, Vec<&str>) = (found.lines().collect(), kept.lines().collect());
    if found.len() != kept.len() {
        return Err(format!("{} records instead of {}", found.len(), kept.len()));
    }
    let parse = |line: &str| serde_json::from_str::<Value>(line).map_err(|error| format!("{error}: {line}"));
    found.iter().zip(&kept).zip(1..).try_for_each(|((found, kept), number)| {
        same(&parse(found)?, &parse(kept)?, &format!("record {number}"))
    })
}

fn same(found: &Value, kept: &Value, place: &str) -> Result<(), String> {
    let is_same = match (found, kept) {
        (Value::Object(found), Value::Object(kept)) if found.keys().eq(kept.keys()) => {
            return found
                .iter()
                .try_for_each(|(key, value)| same(value, &kept[key], &format!("{place}.{key}")));
        }
        (Value::Array(found), Value::Array(kept)) if found.len() == kept.len() => {
            return found.iter().zip(kept).try_for_each(|(one, other)| same(one, other, place));
        }
        (Value::Number(found), Value::Number(kept)) => match (found.as_f64(), kept.as_f64()) {
            (Some(found), Some(kept)) => (found - kept).abs() <= TOLERANCE,
            _ => false,
        },
        // Two maps are equal whatever the order of their keys.
        (Value::Object(_), Value::Object(_)) => false,
        _ => found == kept,
    };
    if is_same { Ok(()) } else { Err(format!("{place}: {found} instead of {kept}")) }
}

#[cfg(test)]
mod tests {
    use super::same_records;

    #[test]
    fn what_differs_is_found() {
        let kept = r#"{"a":1,"b":[{"c":"x"}]}"#;
        assert_eq!(same_records(r#"{"a":1.00001,"b":[{"c":"x"}]}"#, kept), Ok(()));
        for other in [
            r#"{"a":1.01,"b":[{"c":"x"}]}"#,
            r#"{"b":[{"c":"x"}],"a":1}"#,
            r#"{"a":1,"b":[{"c":"y"}]}"#,
            r#"{"a":1,"b":[]}"#,
            r#"{"a":"1","b":[{"c":"x"}]}"#,
            "",
        ] {
            assert!(same_records(other, kept).is_err(), "{other}");
        }
    }
}
