//! `crash-report`: one page about a set of crashes, and the same as a tidy table.
//!
//! The page stands alone and has no script. What is not known of the crashes (a label, a cluster) is left out.

mod gather;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::{Input, Output, Stage};
use records::{CrashCluster, escape, table_cell};
use report::{Chart, bars, heat_map};
use serde::Serialize;

use gather::{Counts, Crosses};

/// Show what crashes there are: a page with bars, heat maps, and the largest clusters with examples.
///
/// Reads crash/1 records, as far as they have come: labels and clusters are shown where they are. With `--csv` the
/// counts go to a table as well: one row a figure, `measure,row,column,crashes,share`.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Write the counts to FILE, as a table
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// What crash-cluster --clusters wrote: shows the largest clusters
    #[arg(long, value_name = "FILE")]
    pub clusters: Option<PathBuf>,

    /// The heading of the page
    #[arg(long, value_name = "TEXT", default_value = "Why notebooks crash")]
    pub title: String,

    /// The field whose values are shown side by side
    #[arg(long, value_name = "FIELD", default_value = "origin")]
    pub by: String,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: from notebooks to the page:
  nbcrashes notebooks | crash-norm | crash-cluster --clusters clusters.jsonl | crash-label |
    crash-report --clusters clusters.jsonl --csv crashes.csv -o crashes.html";

/// Clusters on the page.
const MOST_CLUSTERS: usize = 30;
/// Bars in a chart.
const MOST_BARS: usize = 20;
/// Texts on the page are cut.
const MOST_CHARS: usize = 300;

#[derive(Serialize)]
struct Page {
    title: String,
    made_by: &'static str,
    crashes: u64,
    notebooks: u64,
    charts: Vec<Chart>,
    clusters: Vec<ClusterView>,
}

#[derive(Serialize)]
struct ClusterView {
    number: u64,
    size: u64,
    messages: u64,
    exceptions: String,
    median: String,
    min: String,
    examples: Vec<String>,
}

/// Counts and shows.
///
/// # Errors
/// A malformed record, or an output that cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let (counts, crosses) = gather::gather(args, stage)?;
    if let Some(path) = &args.csv {
        write_csv(path, &counts, &crosses)?;
    }
    if counts.crashes == 0 {
        return Ok(());
    }
    let clusters = args.clusters.as_deref().map_or(Ok(Vec::new()), read_clusters)?;
    let page = Page {
        title: visible(&args.title),
        made_by: concat!("crash-report ", env!("CARGO_PKG_VERSION")),
        crashes: counts.crashes,
        notebooks: counts.notebooks.len() as u64,
        charts: charts(&counts, &crosses),
        clusters: clusters.iter().take(MOST_CLUSTERS).map(cluster_view).collect(),
    };
    stage.write_bytes(report::page(include_str!("page.html"), &page)?.as_bytes())
}

fn charts(counts: &Counts, crosses: &Crosses) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (title, measure) in gather::MEASURES {
        let Some(by_value) = counts.measures.get(measure) else { continue };
        let mut rows: Vec<(String, f64)> = by_value
            .iter()
            .map(|(value, groups)| (value.clone(), groups.values().sum::<u64>() as f64))
            .collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let more = rows.len().saturating_sub(MOST_BARS);
        rows.truncate(MOST_BARS);
        let note = if more > 0 { format!("{more} more") } else { String::new() };
        charts.push(Chart { title, svg: bars(title, &rows), note });
    }
    for (title, name) in gather::CROSSES {
        let Some((columns, rows)) = crosses.table(name, MOST_BARS) else { continue };
        charts.push(Chart {
            title,
            svg: heat_map(title, &columns, &rows),
            note: "coloured by the share of the row".into(),
        });
    }
    charts
}

fn cluster_view(cluster: &CrashCluster) -> ClusterView {
    let named = cluster.exceptions.iter().zip(&cluster.exception_crashes).take(4);
    ClusterView {
        number: cluster.cluster,
        size: cluster.size,
        messages: cluster.messages,
        exceptions: named.map(|(name, n)| format!("{} {n}", visible(name))).collect::<Vec<_>>().join(", "),
        median: format!("{:.2}", cluster.median_similarity),
        min: format!("{:.2}", cluster.min_similarity),
        examples: cluster.examples.iter().map(|text| visible(text)).collect(),
    }
}

fn read_clusters(path: &Path) -> Result<Vec<CrashCluster>> {
    let mut input = Input::new(vec![path.to_owned()], 16 << 20, None);
    let mut clusters = Vec::new();
    while let Some(line) = input.next_line()? {
        clusters.push(line.parse()?);
    }
    Ok(clusters)
}

/// One row a figure: a count of a measure in a group, or of two measures together.
fn write_csv(path: &Path, counts: &Counts, crosses: &Crosses) -> Result<()> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["measure", "row", "column", "crashes", "share"])?;
    let mut row = |measure: &str, row: &str, column: &str, n: u64, of: u64| -> Result<()> {
        let share = if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let (row, column) = (harmless(row), harmless(column));
        table.write_record([measure, &row, &column, &n.to_string(), &format!("{share:.4}")])?;
        Ok(())
    };
    for (measure, by_value) in &counts.measures {
        for (value, groups) in by_value {
            for (group, n) in groups {
                row(measure, value, group, *n, counts.groups.get(group).copied().unwrap_or(0))?;
            }
        }
    }
    for (name, cells) in &crosses.0 {
        for ((a, b), n) in cells {
            let of = cells
                .range((a.clone(), String::new())..)
                .take_while(|((first, _), _)| first == a)
                .map(|(_, n)| n)
                .sum();
            row(name, a, b, *n, of)?;
        }
    }
    let mut output = Output::create(path)?;
    output.write(&table.into_inner().context("cannot write a table")?)?;
    output.finish()
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    table_cell(&visible(text)).into_owned()
}

fn visible(text: &str) -> String {
    escape(text).chars().take(MOST_CHARS).collect()
}

filter::filter!(Args, "crash-report", run);
