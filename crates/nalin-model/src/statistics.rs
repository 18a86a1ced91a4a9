//! What names held where the model learned: the look-up baseline, and the reasons given for a finding.

use std::collections::BTreeMap;

use records::Alternative;
use serde::{Deserialize, Serialize};

use crate::typical::typical;
use crate::{Subject, names};

/// Names kept in a model folder; the most frequent, so that the folder stays small.
const MAX_NAMES: usize = 50_000;

/// How often names, and the words in names, held values of each class of types.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct Statistics {
    /// The classes, most frequent first.
    types: Vec<String>,
    /// For each name the classes, as places in `types`, with how often.
    names: BTreeMap<String, Vec<(u32, u32)>>,
    /// The same for each word of a name.
    words: BTreeMap<String, Vec<(u32, u32)>>,
    /// For each name, where there are any, values that are typical of it.
    #[serde(default)]
    values: BTreeMap<String, Vec<String>>,
}

/// Classes, as places in the list of types, with how often.
type Row = [(u32, u32)];
type Counts = BTreeMap<String, BTreeMap<String, u32>>;

impl Statistics {
    /// What a name usually holds cannot be told from fewer values.
    pub const FEWEST: u32 = 3;

    /// Counts pairs that fit.
    pub fn of<'a>(subjects: impl IntoIterator<Item = Subject<'a>>) -> Self {
        let (mut totals, mut by_name, mut by_word) =
            (BTreeMap::<String, u32>::new(), Counts::new(), Counts::new());
        let mut held: BTreeMap<&str, Vec<Subject>> = BTreeMap::new();
        for subject in subjects {
            let class = subject.type_class;
            *totals.entry(class.to_owned()).or_default() += 1;
            let count = |counts: &mut Counts, key: &str| {
                *counts.entry(key.to_owned()).or_default().entry(class.to_owned()).or_default() += 1;
            };
            count(&mut by_name, subject.name);
            held.entry(subject.name).or_default().push(subject);
            let mut words = names::words(subject.name);
            words.sort_unstable();
            words.dedup();
            words.iter().for_each(|word| count(&mut by_word, word));
        }
        let mut types: Vec<_> = totals.into_iter().collect();
        types.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let types: Vec<String> = types.into_iter().map(|(class, _)| class).collect();
        let places: BTreeMap<&str, u32> = types.iter().map(String::as_str).zip(0..).collect();
        let compact = |counts: Counts| -> BTreeMap<String, Vec<(u32, u32)>> {
            let row = |classes: BTreeMap<String, u32>| {
                let mut row: Vec<_> = classes.iter().map(|(class, &n)| (places[class.as_str()], n)).collect();
                row.sort_by_key(|&(class, n)| (std::cmp::Reverse(n), class));
                row
            };
            let mut rows: Vec<_> = counts.into_iter().map(|(key, classes)| (key, row(classes))).collect();
            rows.sort_by_key(|(_, row)| std::cmp::Reverse(total(row)));
            rows.truncate(MAX_NAMES);
            rows.into_iter().collect()
        };
        let (names, words) = (compact(by_name), compact(by_word));
        let of_known = |(name, values): (&str, Vec<Subject>)| {
            let typical = typical(&values);
            (names.contains_key(name) && !typical.is_empty()).then(|| (name.to_owned(), typical))
        };
        let values = held.into_iter().filter_map(of_known).collect();
        Self { types, names, words, values }
    }

    /// The classes, most frequent first.
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// Whether the name is known, but never held a value of this class: the look-up baseline.
    pub fn contradicts(&self, subject: &Subject) -> bool {
        let is_class = |&(place, _): &(u32, u32)| self.types[place as usize] == subject.type_class;
        self.names.get(subject.name).is_some_and(|row| !row.iter().any(is_class))
    }

    /// What the name held, most frequent first with shares of at least 5 %; of a name that was hardly
    /// seen, what names with its last known word held. Empty when nothing is known.
    pub fn usual_types(&self, name: &str) -> Vec<Alternative> {
        let Some((row, _)) = self.row(name) else { return Vec::new() };
        let total = f64::from(total(row));
        let share = |&(place, n): &(u32, u32)| Alternative {
            text: self.types[place as usize].clone(),
            share: f64::from(n) / total,
        };
        row.iter().map(share).filter(|alternative| alternative.share >= 0.05).take(5).collect()
    }

    /// How often the name was seen; of one that hardly was, its last known word and how often names with that
    /// were. `None` when nothing is known.
    pub fn seen(&self, name: &str) -> Option<(u32, Option<String>)> {
        self.row(name).map(|(row, word)| (total(row), word))
    }

    /// Whether any name ever held a value of this class.
    pub fn knows_class(&self, type_class: &str) -> bool {
        self.types.iter().any(|class| class == type_class)
    }

    /// The classes of a name or, where it was hardly seen, of the word that stands for it: the last that is known
    /// and says anything.
    fn row(&self, name: &str) -> Option<(&Row, Option<String>)> {
        let by_word = |word: String| {
            let row = self.words.get(&word).filter(|_| !names::is_generic(&word));
            row.map(|row| (row.as_slice(), Some(word)))
        };
        let by_name = self.names.get(name).map(|row| (row.as_slice(), None));
        if by_name.as_ref().is_some_and(|(row, _)| total(row) >= Self::FEWEST) {
            return by_name;
        }
        let by_word = names::words(name).into_iter().rev().find_map(by_word);
        let seen = |found: &Option<(&Row, Option<String>)>| found.as_ref().map_or(0, |(row, _)| total(row));
        if seen(&by_name) >= seen(&by_word) { by_name } else { by_word }
    }

    /// Values that are typical of the name, as short texts; empty when none is.
    pub fn usual_values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Names that mostly held this class, the most frequent first and at most `limit`.
    pub fn names_of(&self, type_class: &str, limit: usize) -> Vec<&str> {
        let Some(class) = self.types.iter().position(|class| class == type_class) else { return Vec::new() };
        let mut found: Vec<(u32, &str)> = self
            .names
            .iter()
            .filter_map(|(name, row)| {
                let &(place, n) = row.first()?;
                (place as usize == class && 2 * n > total(row)).then_some((n, name.as_str()))
            })
            .filter(|(_, name)| !names::is_generic(name))
            .collect();
        found.sort_by_key(|&(n, name)| (std::cmp::Reverse(n), name));
        found.into_iter().take(limit).map(|(_, name)| name).collect()
    }
}

fn total(row: &[(u32, u32)]) -> u32 {
    row.iter().map(|(_, n)| n).sum()
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::Statistics;
    use crate::Subject;

    #[test]
    fn names_words_and_types() {
        let value = Value::default();
        let pairs = [
            ("row_count", "int"),
            ("row_count", "int"),
            ("row_count", "float"),
            ("title", "str"),
            ("name", "str"),
        ];
        let subject = |(name, type_class)| Subject { name, value: &value, type_class };
        let statistics = Statistics::of(pairs.map(subject));
        assert_eq!(statistics.types(), ["int", "str", "float"]);
        assert!(statistics.contradicts(&subject(("row_count", "str"))));
        assert!(!statistics.contradicts(&subject(("row_count", "float"))));
        assert!(!statistics.contradicts(&subject(("unknown", "str"))));
        let usual = |name| statistics.usual_types(name).into_iter().map(|one| one.text).collect::<Vec<_>>();
        assert_eq!(usual("row_count"), ["int", "float"]);
        assert_eq!(usual("word_count"), ["int", "float"]);
        assert_eq!(usual("unknown"), [""; 0]);
        assert_eq!(statistics.seen("row_count"), Some((3, None)));
        assert_eq!(statistics.seen("word_count"), Some((3, Some("count".to_owned()))));
        assert_eq!(statistics.seen("unknown"), None);
        assert_eq!(statistics.seen("title_2"), Some((1, Some("title".to_owned()))));
        assert!(statistics.knows_class("float") && !statistics.knows_class("Widget"));
        assert_eq!(statistics.names_of("str", 9), ["name", "title"]);
        assert_eq!(statistics.names_of("set", 9), [""; 0]);
    }
}
