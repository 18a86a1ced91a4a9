//! What the page counts.

use std::collections::BTreeMap;

use anyhow::Result;
use filter::{Line, Stage};
use rustc_hash::FxHashSet;

use super::Args;
use crate::columns::{at_path, fields};

/// Charts of one field: title, field.
pub const MEASURES: [(&str, &str); 7] = [
    ("Exceptions", "exception"),
    ("Root causes", "label.category"),
    ("Root causes in detail", "label.cause"),
    ("Types of exceptions", "label.exception_type"),
    ("ML or Python", "label.subject"),
    ("Stages of the pipeline", "label.stage"),
    ("Libraries to blame", "label.library"),
];

/// Heat maps of two fields: title, `row x column`.
pub const CROSSES: [(&str, &str); 4] = [
    ("Exceptions and root causes", "exception x label.category"),
    ("Root causes and stages", "label.category x label.stage"),
    ("Stages, ML or Python", "label.stage x label.subject"),
    ("Root causes, ML or Python", "label.category x label.subject"),
];

/// Counts of single fields, by value and group.
#[derive(Default)]
pub struct Counts {
    pub crashes: u64,
    pub notebooks: FxHashSet<String>,
    pub groups: BTreeMap<String, u64>,
    pub measures: BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, u64>>>,
}

/// Rows of a table: name and counts, column by column.
pub type Rows = Vec<(String, Vec<u64>)>;

/// Counts of two fields together, by the names in [`CROSSES`].
#[derive(Default)]
pub struct Crosses(pub BTreeMap<&'static str, BTreeMap<(String, String), u64>>);

impl Crosses {
    /// The columns in alphabetical order, and the `most` largest rows with their counts.
    pub fn table(&self, name: &str, most: usize) -> Option<(Vec<String>, Rows)> {
        let cells = self.0.get(name)?;
        let mut columns: Vec<String> = cells.keys().map(|(_, column)| column.clone()).collect();
        columns.sort();
        columns.dedup();
        let mut rows: Vec<(String, Vec<u64>)> = Vec::new();
        for ((row, column), n) in cells {
            if rows.last().is_none_or(|(last, _)| last != row) {
                rows.push((row.clone(), vec![0; columns.len()]));
            }
            let at = columns.binary_search(column).unwrap_or_else(|at| at);
            if let Some((_, counts)) = rows.last_mut() {
                counts[at] += n;
            }
        }
        rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<u64>()));
        rows.truncate(most);
        Some((columns, rows))
    }
}

/// Reads all crashes.
///
/// # Errors
/// A malformed record.
pub fn gather(args: &Args, stage: &mut Stage) -> Result<(Counts, Crosses)> {
    let (mut counts, mut crosses) = (Counts::default(), Crosses::default());
    let look = |line: &Line| {
        let fields = fields(line)?;
        let value = |path: &str| at_path(&fields, path);
        let values = MEASURES.map(|(_, field)| value(field));
        Ok((value("notebook") + &value("path"), value(&args.by), values))
    };
    let input = stage.input(args.inputs.clone());
    stage.fold_lines(input, look, |(notebook, group, values), _| {
        counts.crashes += 1;
        counts.notebooks.insert(notebook);
        *counts.groups.entry(group.clone()).or_default() += 1;
        let of = |field: &str| {
            MEASURES.iter().position(|(_, one)| *one == field).map_or("", |at| values[at].as_str())
        };
        for ((_, field), value) in MEASURES.iter().zip(&values) {
            if !value.is_empty() {
                let by_group = counts.measures.entry(field).or_default().entry(value.clone()).or_default();
                *by_group.entry(group.clone()).or_default() += 1;
            }
        }
        for (_, name) in CROSSES {
            let (row, column) = name.split_once(" x ").unwrap_or((name, ""));
            let (row, column) = (of(row), of(column));
            if !row.is_empty() && !column.is_empty() {
                let cell = (row.to_owned(), column.to_owned());
                *crosses.0.entry(name).or_default().entry(cell).or_default() += 1;
            }
        }
        Ok(())
    })?;
    Ok((counts, crosses))
}

#[cfg(test)]
mod tests {
    use super::Crosses;

    #[test]
    fn tables_have_all_columns_in_every_row() {
        let cell = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let cells = [(cell("a", "y"), 1), (cell("b", "x"), 2), (cell("b", "y"), 3)];
        let crosses = Crosses([("n", cells.into_iter().collect())].into_iter().collect());
        let (columns, rows) = crosses.table("n", 9).unwrap();
        assert_eq!(columns, ["x", "y"]);
        assert_eq!(rows, [("b".to_owned(), vec![2, 3]), ("a".to_owned(), vec![0, 1])]);
    }
}
