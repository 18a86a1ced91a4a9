//! `crash-stats`: whether groups of crashes differ. Chi-square with residuals, Barnard's exact test, Bonferroni's
//! correction, and how often libraries crash for how often they are imported.

mod barnard;
mod chi_square;
mod factor;
mod table;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use filter::Stage;
use records::{ComparedCategory, Comparison, Record as _};

pub use barnard::{Barnard, barnard};
pub use chi_square::{ChiSquare, chi_square};
pub use factor::factor;
pub use table::Table;

/// Say whether groups of crashes differ: chi-square with residuals over a table, Barnard's exact test for two
/// categories or for each against the others.
///
/// Reads crash/1 records and counts the values of two fields (`--rows label.cause --columns origin`), or a table
/// (`--table FILE`: a heading, then a category and its count in each group). Writes one comparison/1 record a
/// test; with `--factors`, one crash-factor/1 record a library.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Compare the groups of this table instead
    #[arg(long, value_name = "FILE", conflicts_with = "inputs")]
    pub table: Option<PathBuf>,

    /// The field whose values are categories; dots lead into objects
    #[arg(long, value_name = "FIELD", default_value = "label.category")]
    pub rows: String,

    /// The field whose values are groups
    #[arg(long, value_name = "FIELD", default_value = "origin")]
    pub columns: String,

    /// A test of its own for each value of this field
    #[arg(long, value_name = "FIELD", default_value = "")]
    pub within: String,

    /// Which test
    #[arg(long, value_enum, value_name = "TEST", default_value_t)]
    pub test: Test,

    /// Times how many tests a probability is multiplied [default: the tests of this run]
    #[arg(long, value_name = "N")]
    pub tests: Option<u64>,

    /// Compare the field `label.library` with the imports that `nbcrashes --imports` counted in FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "within", "test"])]
    pub factors: Option<PathBuf>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: whether saved crashes and those of a fresh run have the same causes:
  crash-label stored.jsonl fresh.jsonl | crash-stats --rows label.category --columns origin";

/// A test.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Test {
    /// Pearson's chi-square over all categories that have 5 crashes in every group.
    #[default]
    ChiSquare,
    /// Barnard's exact test of two groups: over two categories, or one test for each category against the others.
    Barnard,
}

/// Counts and tests.
///
/// # Errors
/// A malformed record or table, or a table that the test does not fit.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if let Some(path) = &args.factors {
        return factor::run(args, path, stage);
    }
    let tables = match &args.table {
        Some(path) => vec![Table::read(path)?],
        None => table::count(args, stage)?,
    };
    let mut comparisons = Vec::new();
    for table in &tables {
        match args.test {
            Test::ChiSquare => comparisons.push(by_chi_square(table)),
            Test::Barnard => comparisons.extend(by_barnard(table)?),
        }
    }
    let tests = args.tests.unwrap_or(comparisons.len() as u64);
    for mut comparison in comparisons {
        comparison.tests = tests;
        comparison.corrected_p = comparison.p * tests as f64;
        stage.write(&comparison)?;
    }
    Ok(())
}

/// The whole table by chi-square.
pub fn by_chi_square(table: &Table) -> Comparison {
    let result = chi_square(&table.counts);
    let mut comparison = comparison(table, "chi_square");
    comparison.statistic = result.statistic;
    comparison.degrees_of_freedom = result.degrees_of_freedom;
    comparison.p = result.p;
    for (category, row) in comparison.categories.iter_mut().zip(result.rows) {
        category.tested = row.is_some();
        if let Some(row) = row {
            (category.pearson, category.adjusted) = (row.pearson, row.adjusted);
        }
    }
    comparison
}

/// Two categories by Barnard's test, or each of more against the others.
///
/// # Errors
/// If there are not two groups.
pub fn by_barnard(table: &Table) -> Result<Vec<Comparison>> {
    if table.groups.len() != 2 {
        anyhow::bail!("{}: Barnard's test compares 2 groups, found {}", table.name, table.groups.len());
    }
    let total = |group: usize| table.counts.iter().map(|row| row[group]).sum::<u64>();
    let totals = [total(0), total(1)];
    let one = |at: usize| {
        let row = &table.counts[at];
        let result = barnard([row[0], row[1]], [totals[0] - row[0], totals[1] - row[1]]);
        let mut comparison = comparison(table, "barnard");
        comparison.statistic = result.statistic;
        comparison.p = result.p;
        comparison
    };
    if table.categories.len() == 2 {
        let mut only = one(0);
        only.categories.iter_mut().for_each(|category| category.tested = true);
        return Ok(vec![only]);
    }
    let each = (0..table.categories.len()).map(|at| {
        let mut comparison = one(at);
        comparison.table = format!("{}: {} against the others", table.name, table.categories[at]);
        comparison.categories[at].tested = true;
        comparison
    });
    Ok(each.collect())
}

fn comparison(table: &Table, test: &str) -> Comparison {
    let n = table.groups.len();
    let totals: Vec<u64> = (0..n).map(|group| table.counts.iter().map(|row| row[group]).sum()).collect();
    let category = |(name, counts): (&String, &Vec<u64>)| ComparedCategory {
        name: name.clone(),
        counts: counts.clone(),
        shares: counts
            .iter()
            .zip(&totals)
            .map(|(&n, &of)| if of == 0 { 0.0 } else { n as f64 / of as f64 })
            .collect(),
        tested: false,
        pearson: vec![0.0; n],
        adjusted: vec![0.0; n],
    };
    Comparison {
        schema: Comparison::SCHEMA.to_owned(),
        table: table.name.clone(),
        test: test.to_owned(),
        groups: table.groups.clone(),
        categories: table.categories.iter().zip(&table.counts).map(category).collect(),
        totals,
        ..Comparison::default()
    }
}

/// The name of a file, as tables are called.
fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

filter::filter!(Args, "crash-stats", run);

#[cfg(test)]
mod tests;
