//! Between the passes: which assignments become pairs, of which class, standing for how many.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::config::{Config, Dedup, Merge, Occurrences, Step};
use crate::gather::Entry;
use crate::rules::Verdict;
use crate::types::{class_of, clean_published, merge_published};

/// What becomes of the entries.
#[derive(Debug, Default)]
pub struct Selection {
    /// For each entry how many assignments its pair stands for; 0 when it does not become one.
    pub counts: Vec<u64>,
    /// For each type of the set its class.
    pub classes: Vec<String>,
    /// What each filter removed, and how many assignments had their type merged.
    pub account: BTreeMap<&'static str, u64>,
}

/// Applies the filters in their order.
pub fn select(entries: &[Entry], types: &[Box<str>], config: &Config) -> Selection {
    let mut selection =
        Selection { counts: entries.iter().map(|entry| entry.count).collect(), ..Selection::default() };
    if config.step != Step::Final {
        selection.choose_occurrences(entries, config.occurrences);
    }
    selection.drop_where(entries, |entry| match entry.verdict {
        Verdict::Keep => None,
        Verdict::Value => Some("dropped_value"),
        Verdict::LongName => Some("dropped_long_name"),
        Verdict::ShortName => Some("dropped_short_name"),
        Verdict::ShortParts => Some("dropped_short_parts"),
        Verdict::FewLetters => Some("dropped_few_letters"),
    });
    let class_ids = selection.merge_types(entries, types, config);
    // Of a shard it is not known which types are frequent, nor which pair is the first of its site.
    let is_partial = config.step == Step::Partial;
    if config.types > 0 && !is_partial {
        selection.keep_frequent(entries, &class_ids, config.types);
    }
    if config.dedup != Dedup::Off {
        selection.deduplicate(entries, &class_ids);
    }
    if is_partial {
        return selection;
    }
    selection.cap(entries, config.per_site, |entry| entry.site, "dropped_per_site");
    selection.cap(entries, config.per_name, |entry| entry.name, "dropped_per_name");
    selection
}

impl Selection {
    /// Drops an entry; the account is of entries.
    fn drop(&mut self, index: usize, filter: &'static str) {
        self.counts[index] = 0;
        *self.account.entry(filter).or_default() += 1;
    }

    fn drop_where(&mut self, entries: &[Entry], filter: impl Fn(&Entry) -> Option<&'static str>) {
        for (index, entry) in entries.iter().enumerate() {
            if self.counts[index] > 0
                && let Some(name) = filter(entry)
            {
                self.drop(index, name);
            }
        }
    }

    /// Keeps one execution of each site.
    fn choose_occurrences(&mut self, entries: &[Entry], which: Occurrences) {
        if which == Occurrences::All {
            return;
        }
        let mut chosen: FxHashMap<u64, usize> = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            let loser = match chosen.get_mut(&entry.site) {
                None => {
                    chosen.insert(entry.site, index);
                    continue;
                }
                Some(best) => {
                    let replaces = match which {
                        Occurrences::Last => entry.occurrence >= entries[*best].occurrence,
                        _ => entry.occurrence < entries[*best].occurrence,
                    };
                    if replaces { std::mem::replace(best, index) } else { index }
                }
            };
            self.drop(loser, "dropped_occurrence");
        }
    }

    /// Finds the class of every type, and numbers the classes; returns the number of each type's class.
    fn merge_types(&mut self, entries: &[Entry], types: &[Box<str>], config: &Config) -> Vec<u32> {
        let cleaned: Vec<String> = match config.merge {
            // They were cleaned shard by shard.
            _ if config.step == Step::Final => types.iter().map(ToString::to_string).collect(),
            Merge::Words => types.iter().map(|name| class_of(name)).collect(),
            Merge::Substring | Merge::None => types.iter().map(|name| clean_published(name)).collect(),
        };
        self.classes.clone_from(&cleaned);
        if config.merge == Merge::Substring && config.step != Step::Partial {
            // Counts by cleaned name, in the order in which the names first appear among what is left.
            let mut positions: FxHashMap<&str, usize> = FxHashMap::default();
            let mut counted: Vec<(String, u64)> = Vec::new();
            for (entry, count) in entries.iter().zip(&self.counts).filter(|(_, count)| **count > 0) {
                let name = cleaned[entry.type_id as usize].as_str();
                let position = *positions.entry(name).or_insert_with(|| {
                    counted.push((name.to_owned(), 0));
                    counted.len() - 1
                });
                counted[position].1 += count;
            }
            let merged = merge_published(&counted, config.merge_into);
            for class in &mut self.classes {
                if let Some(position) = positions.get(class.as_str()) {
                    class.clone_from(&merged[*position]);
                }
            }
        }
        let own_name = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let is_merged: Vec<bool> = match config.merge {
            Merge::Words => {
                types.iter().zip(&self.classes).map(|(name, class)| own_name(name) != *class).collect()
            }
            _ => cleaned.iter().zip(&self.classes).map(|(name, class)| name != class).collect(),
        };
        let counted = entries.iter().zip(&self.counts);
        let merged = counted.filter(|(entry, _)| is_merged[entry.type_id as usize]).map(|(_, count)| count);
        self.account.insert("merged_types", merged.sum());

        let mut ids: FxHashMap<&str, u32> = FxHashMap::default();
        let mut number = |class| {
            let next = ids.len() as u32;
            *ids.entry(class).or_insert(next)
        };
        self.classes.iter().map(|class| number(class.as_str())).collect()
    }

    /// Keeps the most frequent classes; of equally frequent ones those that came first.
    fn keep_frequent(&mut self, entries: &[Entry], class_ids: &[u32], keep: usize) {
        let class_of_entry = |entry: &Entry| class_ids[entry.type_id as usize];
        let n_classes = class_ids.iter().max().map_or(0, |last| *last as usize + 1);
        let mut counts = vec![(0_u64, usize::MAX); n_classes];
        for (index, entry) in entries.iter().enumerate().filter(|(index, _)| self.counts[*index] > 0) {
            let (count, first) = &mut counts[class_of_entry(entry) as usize];
            *count += self.counts[index];
            *first = (*first).min(index);
        }
        let mut ranked: Vec<u32> = (0..n_classes as u32).collect();
        ranked.sort_by_key(|class| {
            let (count, first) = counts[*class as usize];
            (Reverse(count), first)
        });
        let mut kept = vec![false; n_classes];
        for class in ranked.into_iter().take(keep) {
            kept[class as usize] = true;
        }
        // Counted in assignments: how many of them a pair stands for by now depends on the shards.
        let dropped: u64 = counts.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|((n, _), _)| n).sum();
        self.account.insert("dropped_type", dropped);
        for (index, entry) in entries.iter().enumerate() {
            if !kept[class_of_entry(entry) as usize] {
                self.counts[index] = 0;
            }
        }
    }

    /// Lets the first of equal pairs stand for all.
    fn deduplicate(&mut self, entries: &[Entry], class_ids: &[u32]) {
        let mut firsts: FxHashMap<(u64, u32), usize> = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            let count = self.counts[index];
            if count > 0 {
                let first = *firsts.entry((entry.pair, class_ids[entry.type_id as usize])).or_insert(index);
                if first != index {
                    self.drop(index, "dropped_duplicate");
                    self.counts[first] += count;
                }
            }
        }
    }

    /// Keeps the first `limit` of those with the same key.
    fn cap(&mut self, entries: &[Entry], limit: u32, key: impl Fn(&Entry) -> u64, filter: &'static str) {
        if limit == 0 {
            return;
        }
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            if self.counts[index] > 0 {
                let n = seen.entry(key(entry)).or_default();
                if *n == limit {
                    self.drop(index, filter);
                } else {
                    *n += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::config::{Config, Dedup, Merge, Occurrences, Preset};
    use crate::gather::Entry;
    use crate::rules::Verdict;

    fn entry(pair: u64, site: u64, name: u64, type_id: u32) -> Entry {
        Entry {
            pair,
            site,
            name,
            occurrence: 1,
            count: 1,
            type_id,
            verdict: Verdict::Keep,
            has_weight: false,
        }
    }

    fn nothing() -> Config {
        Config {
            occurrences: Occurrences::All,
            dedup: Dedup::Off,
            per_site: 0,
            per_name: 0,
            merge: Merge::None,
            ..Config::of(Preset::Default)
        }
    }

    fn types(names: &[&str]) -> Vec<Box<str>> {
        names.iter().map(|name| Box::from(*name)).collect()
    }

    #[test]
    fn duplicates_are_counted_by_the_first() {
        let config = Config { dedup: Dedup::Exact, merge: Merge::Words, ..nothing() };
        let entries = [entry(1, 1, 1, 0), entry(1, 2, 1, 1), entry(2, 3, 1, 0), entry(1, 4, 1, 2)];
        // An int and a numpy int of the same text are one pair, a str of that text is another.
        let selection = select(&entries, &types(&["int", "numpy.int64", "str"]), &config);
        assert_eq!(selection.counts, [2, 0, 1, 1]);
        assert_eq!(selection.account["dropped_duplicate"], 1);
    }

    #[test]
    fn the_last_occurrence_is_chosen_before_values_are_judged() {
        let mut entries = [entry(1, 9, 1, 0), entry(2, 9, 1, 0), entry(3, 9, 1, 0)];
        (entries[0].occurrence, entries[1].occurrence, entries[2].occurrence) = (1, 3, 2);
        entries[1].verdict = Verdict::Value;
        let check = |occurrences, expected: [u64; 3]| {
            let selection = select(&entries, &types(&["int"]), &Config { occurrences, ..nothing() });
            assert_eq!(selection.counts, expected);
        };
        check(Occurrences::Last, [0, 0, 0]);
        check(Occurrences::First, [1, 0, 0]);
        check(Occurrences::All, [1, 0, 1]);
    }

    #[test]
    fn the_most_frequent_classes_stay() {
        let names = types(&["int", "str", "float", "list"]);
        let entries: Vec<Entry> =
            [0, 1, 1, 3, 2, 2, 2].iter().zip(0..).map(|(&t, n)| entry(n, n, 1, t)).collect();
        let keep = |types| select(&entries, &names, &Config { types, ..nothing() }).counts;
        assert_eq!(keep(0), [1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(keep(1), [0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(keep(2), [0, 1, 1, 0, 1, 1, 1]);
        // int and list are as frequent: int came first.
        assert_eq!(keep(3), [1, 1, 1, 0, 1, 1, 1]);
    }

    #[test]
    fn merging_counts_what_the_name_filters_left() {
        // Of the two classes that may absorb one, `point` is the most frequent only before the filter.
        let mut entries: Vec<Entry> =
            [0, 0, 0, 1, 1, 2].iter().zip(0..).map(|(&t, n)| entry(n, n, 1, t)).collect();
        for entry in &mut entries[..2] {
            entry.verdict = Verdict::ShortName;
        }
        let config = Config { merge: Merge::Substring, merge_into: 1, types: 0, ..nothing() };
        let selection = select(&entries, &types(&["Point", "int", "Int64Index"]), &config);
        assert_eq!(selection.classes, ["int", "int", "int"]);
        assert_eq!((selection.account["merged_types"], selection.account["dropped_short_name"]), (2, 2));
    }

    #[test]
    fn sites_and_names_are_capped_after_duplicates_are_gone() {
        let entries = [
            entry(1, 1, 1, 0),
            entry(1, 1, 1, 0),
            entry(2, 1, 1, 0),
            entry(3, 1, 1, 0),
            entry(4, 2, 1, 0),
            entry(5, 3, 2, 0),
        ];
        let config = Config { dedup: Dedup::Exact, per_site: 2, ..nothing() };
        let selection = select(&entries, &types(&["int"]), &config);
        assert_eq!(selection.counts, [2, 0, 1, 0, 1, 1]);
        let config = Config { dedup: Dedup::Exact, per_name: 3, ..nothing() };
        let selection = select(&entries, &types(&["int"]), &config);
        assert_eq!(selection.counts, [2, 0, 1, 1, 0, 1]);
        assert_eq!(selection.account["dropped_per_name"], 1);
    }
}
