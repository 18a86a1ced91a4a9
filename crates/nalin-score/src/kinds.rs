//! Types between which people mean no difference: where a name usually holds a float, 0 is no slip.

use nalin_model::{Statistics, names};

/// A type that a name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.2;
/// A whole number, or a symbol for a number, is as good as a float; a float where whole numbers are usual is not.
const FLOAT_LIKE: [&str; 9] =
    ["Add", "Float", "Fraction", "Integer", "Mul", "Pow", "Rational", "Symbol", "int"];
/// Rows of values.
const ARRAY_LIKE: [&str; 7] = ["Index", "Series", "Tensor", "Vector", "list", "ndarray", "tuple"];
/// A name with such a word promises one of them, not any.
const PROMISES: [&str; 9] = ["arr", "array", "index", "list", "lst", "series", "tensor", "tuple", "vector"];

/// Whether the value's class stands in for one that is usual for the name.
pub(crate) fn is_stand_in(statistics: &Statistics, name: &str, type_class: &str) -> bool {
    let is_array = ARRAY_LIKE.contains(&type_class)
        && !names::words(name).iter().any(|word| PROMISES.contains(&word.as_str()));
    let usual = statistics.usual_types(name);
    usual.iter().filter(|usual| usual.share >= USUAL_SHARE && usual.text != type_class).any(|usual| {
        usual.text == "float" && FLOAT_LIKE.contains(&type_class)
            || is_array && ARRAY_LIKE.contains(&usual.text.as_str())
    })
}

#[cfg(test)]
mod tests {
    use nalin_model::{Statistics, Subject};
    use records::Value;

    use super::is_stand_in;

    #[test]
    fn a_stand_in_is_no_slip() {
        let value = Value::default();
        let held = [("rate", "float"), ("count", "int"), ("weights", "ndarray"), ("x_array", "ndarray")];
        let subjects = held.map(|(name, type_class)| Subject { name, value: &value, type_class });
        let statistics = Statistics::of(subjects);
        for (name, class, expected) in [
            ("rate", "int", true),
            ("rate", "str", false),
            ("rate", "float", false),
            ("count", "float", false),
            ("weights", "list", true),
            ("weights", "dict", false),
            ("x_array", "list", false),
            ("unknown", "list", false),
        ] {
            assert_eq!(is_stand_in(&statistics, name, class), expected, "{name} {class}");
        }
    }
}
