//! What is known beside the findings: the code around them, how notebooks ran, how the model learned.
//!
//! It is fed the lines of whatever records there are and keeps what a report shows of them.

use std::collections::{BTreeMap, BTreeSet};

use records::{Cell, Fields, Finding, Metric, Record as _, Run};
use serde::de::Error as _;

/// Lines shown above and below a finding's.
const AROUND: u32 = 3;
/// Longer lines are cut: somebody's data in the source.
const MOST_CHARS: usize = 300;

/// The lines around a finding: number in the cell, text.
pub type Snippet = Vec<(u32, String)>;

/// Sums over records that lie beside the findings.
#[derive(Clone, Debug, Default)]
pub struct Background {
    wanted: BTreeMap<String, BTreeSet<u32>>,
    snippets: BTreeMap<(String, u32), Snippet>,
    /// Notebooks by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Cells that ran to their end, failed, and never began.
    pub cells: [u64; 3],
    /// Places where values were to be read, and those that were reached.
    pub sites: [u64; 2],
    /// Modules that were missing, by name.
    pub missing_modules: BTreeMap<String, u64>,
    /// How the model and its baselines learned.
    pub metrics: Vec<Metric>,
    /// How many values were scored of each class of types.
    pub types: BTreeMap<String, u64>,
    /// Scores whose truth is known: whether they do not fit.
    pub judged: Vec<(f64, bool)>,
}

impl Background {
    /// Knows nothing yet; will want the code around these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for finding in findings {
            wanted.entry(finding.head.notebook.clone()).or_default().insert(finding.place.row);
        }
        Self { wanted, ..Self::default() }
    }

    /// Takes a line of any stream; what says nothing to a report is passed over.
    ///
    /// # Errors
    /// If a record that it would use is damaged, or of another version.
    pub fn take(&mut self, line: &[u8]) -> serde_json::Result<()> {
        let is = |schema: &str| {
            line.strip_prefix(b"{\"schema\":\"").is_some_and(|rest| rest.starts_with(schema.as_bytes()))
        };
        if is("run/") {
            self.take_run(&serde_json::from_slice(line)?);
        } else if is("metric/") {
            if !is(Metric::SCHEMA) {
                return Err(serde_json::Error::custom(format_args!(
                    "metrics of another version than {}: train again, or leave this file out",
                    Metric::SCHEMA
                )));
            }
            self.metrics.push(serde_json::from_slice(line)?);
        } else if (is("script/") || is("instrumented/")) && !self.wanted.is_empty() {
            self.take_script(&serde_json::from_slice(line)?)?;
        }
        Ok(())
    }

    fn take_run(&mut self, run: &Run) {
        let outcome = serde_json::to_value(run.outcome).unwrap_or_default();
        *self.outcomes.entry(outcome.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        for (sum, n) in self.cells.iter_mut().zip([run.cells_ok, run.cells_failed, run.cells_skipped]) {
            *sum += n;
        }
        self.sites[0] += run.sites;
        self.sites[1] += run.sites_reached;
        if !run.missing_module.is_empty() {
            *self.missing_modules.entry(run.missing_module.clone()).or_default() += 1;
        }
    }

    fn take_script(&mut self, fields: &Fields) -> serde_json::Result<()> {
        let id = fields.text("id")?.into_owned();
        let Some(rows) = self.wanted.get(&id) else { return Ok(()) };
        let code: String = fields.get("code")?;
        let cells: Vec<Cell> = fields.get("cells")?;
        let lines: Vec<&str> = code.split('\n').collect();
        for &row in rows {
            let Some(cell) = cells.iter().find(|cell| (cell.first_row..=cell.last_row).contains(&row)) else {
                continue;
            };
            let shown = row.saturating_sub(AROUND).max(cell.first_row)..=(row + AROUND).min(cell.last_row);
            let text =
                |row: u32| lines.get(row as usize - 1).map(|line| line.chars().take(MOST_CHARS).collect());
            let snippet = shown.filter_map(|row| Some((row + 1 - cell.first_row, text(row)?))).collect();
            self.snippets.insert((id.clone(), row), snippet);
        }
        Ok(())
    }

    /// The code around a finding; empty when it is not known.
    pub fn snippet(&self, finding: &Finding) -> &[(u32, String)] {
        self.snippets.get(&(finding.head.notebook.clone(), finding.place.row)).map_or(&[], Vec::as_slice)
    }
}
