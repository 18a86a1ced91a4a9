//! Counts of categories in groups: from a file, or from the fields of crashes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use filter::{Line, Stage};

use super::{Args, name_of};
use crate::columns::{at_path, fields};

/// A table of counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is of.
    pub name: String,
    /// Its columns.
    pub groups: Vec<String>,
    /// Its rows.
    pub categories: Vec<String>,
    /// For each row its counts in the columns.
    pub counts: Vec<Vec<u64>>,
}

impl Table {
    /// Reads a table: a heading with the groups' names from the second column on, then a category and its counts.
    ///
    /// # Errors
    /// If it cannot be read, or is no such table: with the line.
    pub fn read(path: &Path) -> Result<Self> {
        let name = name_of(path);
        let mut reader =
            csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
        let groups: Vec<String> = reader.headers()?.iter().skip(1).map(str::to_owned).collect();
        if groups.len() < 2 {
            bail!("{}: expected a heading with a category and two groups or more", path.display());
        }
        let mut table = Self { name, groups, ..Self::default() };
        for row in reader.records() {
            let row = row.with_context(|| path.display().to_string())?;
            let line = row.position().map_or(0, csv::Position::line);
            let count = |text: &str| {
                let place = || {
                    format!("{}:{line}: expected a count, found `{}`", path.display(), filter::escape(text))
                };
                text.trim().parse::<u64>().with_context(place)
            };
            table.categories.push(row.get(0).unwrap_or_default().to_owned());
            table.counts.push(row.iter().skip(1).map(count).collect::<Result<_>>()?);
        }
        Ok(table)
    }
}

/// Counts the values of two fields; a table for each value of a third, if that is asked for.
///
/// # Errors
/// A malformed record.
pub fn count(args: &Args, stage: &mut Stage) -> Result<Vec<Table>> {
    let mut parts: BTreeMap<String, BTreeMap<(String, String), u64>> = BTreeMap::new();
    let look = |line: &Line| {
        let fields = fields(line)?;
        let part = if args.within.is_empty() { String::new() } else { at_path(&fields, &args.within) };
        Ok((part, at_path(&fields, &args.rows), at_path(&fields, &args.columns)))
    };
    let input = stage.input(args.inputs.clone());
    let mut groups: BTreeMap<String, ()> = BTreeMap::new();
    stage.fold_lines(input, look, |(part, row, column), _| {
        groups.insert(column.clone(), ());
        *parts.entry(part).or_default().entry((row, column)).or_default() += 1;
        Ok(())
    })?;
    let groups: Vec<String> = groups.into_keys().collect();
    let table = |(part, cells): (String, BTreeMap<(String, String), u64>)| {
        let mut name = format!("{} by {}", args.rows, args.columns);
        if !args.within.is_empty() {
            name = format!("{name}, {}={part}", args.within);
        }
        let mut categories: Vec<String> = cells.keys().map(|(row, _)| row.clone()).collect();
        categories.dedup();
        let count = |row: &String| {
            groups
                .iter()
                .map(|group| cells.get(&(row.clone(), group.clone())).copied().unwrap_or(0))
                .collect()
        };
        let counts = categories.iter().map(count).collect();
        Table { name, groups: groups.clone(), categories, counts }
    };
    Ok(parts.into_iter().map(table).collect())
}
