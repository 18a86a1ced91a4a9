//! What `crash-stats` writes: how groups differ, category by category.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One test on one table of counts.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// `"comparison/1"`.
    pub schema: String,
    /// What the table is of: its file, or the fields of its rows and columns; with `=VALUE` for one of its parts.
    pub table: String,
    /// `chi_square` or `barnard`.
    pub test: String,
    /// The groups: the columns of the table.
    pub groups: Vec<String>,
    /// Crashes in each group.
    pub totals: Vec<u64>,
    /// The categories: the rows.
    pub categories: Vec<ComparedCategory>,
    /// Chi-square or Barnard's statistic.
    pub statistic: f64,
    /// Degrees of freedom; 0 for Barnard's test.
    pub degrees_of_freedom: u64,
    /// Probability of so large a difference by chance alone.
    pub p: f64,
    /// How many tests were made together.
    pub tests: u64,
    /// `p` times the tests (Bonferroni), uncut.
    pub corrected_p: f64,
}

/// One category in all groups.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedCategory {
    /// Its name.
    pub name: String,
    /// Crashes in each group.
    pub counts: Vec<u64>,
    /// Their share of the group, 0 to 1.
    pub shares: Vec<f64>,
    /// Whether it took part in the test: categories with fewer than 5 crashes in a group do not.
    pub tested: bool,
    /// Pearson residuals, `(observed - expected) / sqrt(expected)`; 0 where it took no part.
    pub pearson: Vec<f64>,
    /// Adjusted residuals, which have variance 1; 0 where it took no part.
    pub adjusted: Vec<f64>,
}

impl Record for Comparison {
    const SCHEMA: &'static str = "comparison/1";
}

/// How much more often a library is to blame for crashes than it is imported.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrashFactor {
    /// `"crash-factor/1"`.
    pub schema: String,
    /// The library.
    pub library: String,
    /// Crashes that it is to blame for.
    pub crashes: u64,
    /// Its share of the crashes with a library to blame.
    pub crash_share: f64,
    /// Notebooks that import it.
    pub imports: u64,
    /// Its share of all imports of libraries.
    pub import_share: f64,
    /// Crash share over import share.
    pub factor: f64,
    /// Lower end of the factor's 95% interval.
    pub low: f64,
    /// Upper end of the factor's 95% interval.
    pub high: f64,
}

impl Record for CrashFactor {
    const SCHEMA: &'static str = "crash-factor/1";
}
