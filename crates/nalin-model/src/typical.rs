//! Values that are typical of a name, as short texts: `0.01 to 0.5`, `red`.

use std::collections::BTreeMap;

use crate::Subject;

/// Texts given of one name.
const MOST: usize = 3;
/// Longer texts are nobody's typical value.
const MOST_CHARS: usize = 24;
/// A value seen fewer times is an accident, or somebody's own.
const LEAST_SEEN: usize = 2;
/// Numbers make a range when there are so many.
const LEAST_NUMBERS: usize = 4;

/// What many of the values have in common: the range of the middle four fifths of the numbers, and the
/// texts that came more than once, the most frequent first. Empty when nothing repeats.
pub fn typical(values: &[Subject]) -> Vec<String> {
    let mut numbers: Vec<(f64, &str)> = values
        .iter()
        .filter(|subject| ["int", "float"].contains(&subject.type_class))
        .filter_map(|subject| Some((subject.value.text.trim().parse().ok()?, subject.value.text.trim())))
        .filter(|(number, text): &(f64, _)| number.is_finite() && text.len() <= MOST_CHARS)
        .collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut texts = Vec::new();
    if numbers.len() >= LEAST_NUMBERS && 2 * numbers.len() >= values.len() {
        let cut = numbers.len() / 10;
        let (low, high) = (numbers[cut], numbers[numbers.len() - 1 - cut]);
        if low.0 < high.0 {
            texts.push(format!("{} to {}", low.1, high.1));
        }
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for subject in values {
        let text = subject.value.text.trim();
        if !text.is_empty() && text.chars().count() <= MOST_CHARS && !text.contains(['\n', '<']) {
            *seen.entry(text).or_default() += 1;
        }
    }
    let mut frequent: Vec<(&str, usize)> = seen.into_iter().filter(|(_, n)| *n >= LEAST_SEEN).collect();
    frequent.sort_by_key(|&(text, n)| (std::cmp::Reverse(n), text));
    texts.extend(frequent.into_iter().map(|(text, _)| text.to_owned()));
    texts.truncate(MOST);
    texts
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::typical;
    use crate::Subject;

    #[test]
    fn ranges_and_what_repeats() {
        let check = |class: &str, texts: &[&str], expected: &[&str]| {
            let values: Vec<Value> =
                texts.iter().map(|&text| Value { text: text.to_owned(), ..Value::default() }).collect();
            let subjects: Vec<Subject> =
                values.iter().map(|value| Subject { name: "x", value, type_class: class }).collect();
            assert_eq!(typical(&subjects), expected, "{texts:?}");
        };
        check("int", &["3", "10", "5", "10", "900"], &["3 to 900", "10"]);
        check("float", &["0.5", "0.5", "0.5", "0.5"], &["0.5"]);
        check("str", &["red", "blue", "red", "<object at 0x1>", "<object at 0x1>"], &["red"]);
        check("str", &["one", "two"], &[]);
    }
}
