//! Findings in every output format, one file each.
//!
//! All formats show the same findings in the same order: the most certain first, or by place. What a
//! finding is, is decided elsewhere; here it is only told, to people (text, html), to review tools
//! (github, gitlab, sarif, rdjsonl) and to programs (jsonl, json, csv). Names and values come from strangers'
//! notebooks, so every format escapes what could drive a terminal, a spreadsheet or a web page.
//!
//! Formats that review tools read point to the physical line of the notebook file, which is what those
//! tools show; cell and line in the cell stand in the message.

mod background;
mod chart;
mod csv_table;
mod explain;
mod github;
mod gitlab;
mod html;
mod json;
mod page;
mod rdjsonl;
mod rules;
mod sarif;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use records::{Finding, escape};

pub use background::{Background, Snippet};
pub use chart::{bars, heat_map};
pub use explain::explain;
pub use page::{Chart, page};
pub use rules::{Harm, RULES, Rule, Severity};

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: by notebook and cell, the line with a mark under the name, and why.
    #[default]
    Text,
    /// One finding record a line.
    Jsonl,
    /// One array of finding records.
    Json,
    /// A table.
    Csv,
    /// Workflow commands of GitHub Actions: annotations of a pull request.
    Github,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// A code quality report of GitLab.
    Gitlab,
    /// Diagnostics of reviewdog.
    Rdjsonl,
    /// One page that stands alone and works without scripts.
    Html,
}

/// What a report needs to know besides its findings.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Colour the text report.
    pub colour: bool,
    /// Version of the program that made the findings.
    pub version: String,
    /// Least score of what was reported, for the html report's heading; 0 when all was.
    pub threshold: f64,
    /// Which finding comes first.
    pub order: Order,
    /// What is known beside the findings.
    pub background: Background,
    /// What the findings are about.
    pub subject: Subject,
    /// Threads that make texts; 0 is one. What they make is the same whatever their number.
    pub jobs: usize,
}

/// What findings are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// Names and values that do not fit.
    #[default]
    Names,
    /// Cells that will fail; there is no value to show.
    Crashes,
}

/// Which finding comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The one of highest score; of equals by place.
    #[default]
    Worst,
    /// By path, cell, line, column.
    Place,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Worst, Self::Place];

    /// The word that stands for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Place => "place",
        }
    }

    fn compare(self, a: &Finding, b: &Finding) -> Ordering {
        let place = |one: &Finding| (one.place.row, one.place.column);
        let by_place = a.head.path.cmp(&b.head.path).then_with(|| place(a).cmp(&place(b)));
        let by_place = by_place.then_with(|| a.place.name.cmp(&b.place.name));
        match self {
            Self::Worst => b.score.total_cmp(&a.score).then(by_place),
            Self::Place => by_place,
        }
    }
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|order| order.as_str() == text)
            .ok_or_else(|| format!("`{text}` is none of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The output could not be written to.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The page's template is broken.
    #[error("cannot make the html report: {0}")]
    Template(#[from] minijinja::Error),
}

/// A way to write findings, which come in the order of the report.
trait Render {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error>;
}

/// Writes a report of the findings, in the order that the options say.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(
    format: Format,
    findings: &[Finding],
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut ordered: Vec<&Finding> = findings.iter().collect();
    ordered.sort_by(|a, b| options.order.compare(a, b));
    format.renderer().render(&ordered, options, out)
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Jsonl,
        Self::Json,
        Self::Csv,
        Self::Github,
        Self::Sarif,
        Self::Gitlab,
        Self::Rdjsonl,
        Self::Html,
    ];

    /// The word that stands for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Gitlab => "gitlab",
            Self::Rdjsonl => "rdjsonl",
            Self::Html => "html",
        }
    }

    fn renderer(self) -> &'static dyn Render {
        match self {
            Self::Text => &text::Text,
            Self::Jsonl => &json::Lines,
            Self::Json => &json::Array,
            Self::Csv => &csv_table::Table,
            Self::Github => &github::Annotations,
            Self::Sarif => &sarif::Sarif,
            Self::Gitlab => &gitlab::CodeQuality,
            Self::Rdjsonl => &rdjsonl::Diagnostics,
            Self::Html => &html::Page,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| format!("`{text}` is none of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The message with the place in the notebook, on one line: for tools that know physical lines alone.
fn placed_message(finding: &Finding) -> String {
    let place = &finding.place;
    let message = escape(&finding.message);
    format!("{message} (cell {}, line {}, score {:.2})", place.cell, place.line, finding.score)
}

/// The line in the notebook's file; lines start at 1, also when it is not known.
fn physical_line(finding: &Finding) -> u32 {
    finding.place.physical_line.max(1)
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn formats_have_names() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert!("xml".parse::<Format>().unwrap_err().contains("sarif"));
    }
}
