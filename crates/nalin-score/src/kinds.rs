//! Types between which people mean no difference: where a name usually holds a float, 0 is no slip.

use nalin_model::names;
use records::Alternative;

/// A type that a name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.2;
/// A whole number, or a symbol for a number, is as good as a float; a float where whole numbers are usual is not.
const FLOAT_LIKE: [&str; 9] =
    ["Add", "Float", "Fraction", "Integer", "Mul", "Pow", "Rational", "Symbol", "int"];
/// Rows of numbers, with which one computes as with a number.
const NUMBERS: [&str; 5] = ["Index", "Series", "Tensor", "Vector", "ndarray"];
/// Rows of values.
const ARRAY_LIKE: [&str; 7] = ["Index", "Series", "Tensor", "Vector", "list", "ndarray", "tuple"];
/// A name with such a word promises one of them, not any.
const PROMISES: [&str; 10] =
    ["arr", "array", "index", "list", "lst", "matrix", "series", "tensor", "tuple", "vector"];

/// Whether the value's class stands in for one of those that are usual for the name.
pub(crate) fn is_stand_in(name: &str, type_class: &str, usual: &[Alternative]) -> bool {
    let promises = names::words(name).iter().any(|word| PROMISES.contains(&word.as_str()));
    usual.iter().filter(|usual| usual.share >= USUAL_SHARE && usual.text != type_class).any(|usual| {
        let is_one_of = |classes: &[&str]| classes.contains(&usual.text.as_str());
        usual.text == "float" && FLOAT_LIKE.contains(&type_class)
            || !promises && is_one_of(&ARRAY_LIKE) && ARRAY_LIKE.contains(&type_class)
            || !promises && is_one_of(&NUMBERS) && type_class == "float"
            || !promises && usual.text == "float" && NUMBERS.contains(&type_class)
    })
}

#[cfg(test)]
mod tests {
    use records::Alternative;

    use super::is_stand_in;

    #[test]
    fn a_stand_in_is_no_slip() {
        for (name, class, usual, share, expected) in [
            ("rate", "int", "float", 1.0, true),
            ("rate", "int", "float", 0.1, false),
            ("rate", "str", "float", 1.0, false),
            ("rate", "float", "float", 1.0, false),
            ("count", "float", "int", 1.0, false),
            ("weights", "list", "ndarray", 1.0, true),
            ("weights", "dict", "ndarray", 1.0, false),
            ("x_array", "list", "ndarray", 1.0, false),
            ("weights", "float", "ndarray", 1.0, true),
            ("rate", "Series", "float", 1.0, true),
            ("rate", "list", "float", 1.0, false),
            ("x_array", "float", "ndarray", 1.0, false),
        ] {
            let held = [Alternative { text: usual.to_owned(), share }];
            assert_eq!(is_stand_in(name, class, &held), expected, "{name} {class} {usual} {share}");
        }
        assert!(!is_stand_in("rate", "int", &[]));
    }
}
