//! The arguments of `nalin-score`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Parser, Subcommand};
use report::{Format, Order};

use crate::choices::WarningFilter;

/// Says of every name and value how likely it is that they do not fit.
///
/// Reads pair or example records and writes each again with a `score` from 0 to 1, as it streams by:
/// scored records, the default. With `--findings`, or in a format for people, it reads all and reports
/// what people should look at: one finding a site, worst first, with what the name usually holds
/// and names that would fit the value better. With `--eval` it measures its scores against labels.
#[derive(Parser, Debug)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  assign-merge assignments.jsonl | nalin-score --format text --top 20\n\n\
                  Exit status: 0 done, 1 done and there are findings (--check), 2 not done."
)]
pub struct Args {
    /// Something else than scores and findings.
    #[command(subcommand)]
    pub verb: Option<Verb>,

    #[command(flatten)]
    /// What is read.
    pub reading: Reading,

    /// Use only the examples of this part of the data
    #[arg(long, value_name = "PART", value_parser = ["train", "valid", "test"])]
    pub split: Option<String>,

    /// Report findings instead of scoring every record
    #[arg(long)]
    pub findings: bool,

    /// How to write: jsonl is one scored record a line (with --findings one finding); every other format
    /// reports findings, for people (text, html), review tools (github, gitlab, sarif, rdjsonl) or tables (csv)
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = formats())]
    pub format: Format,

    /// Which finding comes first: the worst, or by notebook, cell and line
    #[arg(long, value_name = "ORDER", default_value = "worst", value_parser = orders())]
    pub order: Order,

    /// Leave out what scores lower [default: 0, for findings the model's threshold]
    #[arg(long, value_name = "SCORE", value_parser = probability)]
    pub min_score: Option<f64>,

    /// Report the N worst findings at most
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Also report what cannot be argued: names that promise nothing (`x`, `tmp`, `new_data`), names and types of
    /// which next to nothing is known, values of a kind that many hold under the name (docs/linting.md)
    #[arg(long)]
    pub generic_names: bool,

    /// Also report types that stand in for the usual one: an int or a symbol where floats are usual, a list, a
    /// tuple or a series where arrays are, one number where rows of them are and the reverse, any collection where
    /// the name is a plural
    #[arg(long, conflicts_with = "filter")]
    pub stand_ins: bool,

    /// Leave out what another filter takes away, instead of names that promise nothing
    #[arg(long, value_enum, value_name = "FILTER", conflicts_with = "generic_names")]
    pub filter: Option<WarningFilter>,

    /// Also report what a comment on the line silences (`# nalin: ignore`)
    #[arg(long)]
    pub no_ignore: bool,

    /// Leave out the findings that FILE lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// List all findings in FILE, for `--baseline` of later runs, and report none of them
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Report only findings on lines that git says were changed since REV
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,

    /// The folder that the notebooks' paths count from, for `--changed-since`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// End with status 1 when there are findings
    #[arg(long)]
    pub check: bool,

    /// Measure the scores of labelled examples: evaluation records at thresholds, for each kind of negatives.
    /// Label records, which the html report saves, are measured by the score and the mark that they have
    #[arg(long, conflicts_with_all = ["findings", "format", "check", "top", "min_score"])]
    pub eval: bool,

    #[command(flatten)]
    common: filter::Common,
}

/// What is read besides the arguments.
#[derive(clap::Args, Clone, Debug)]
pub struct Reading {
    /// Files of pair or example records, plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Folder of a model that `nalin-train` wrote [default: the one in this program]
    #[arg(short, long, value_name = "DIR")]
    pub model: Option<PathBuf>,

    /// Where to compute; `cuda`, the first NVIDIA GPU, needs a build with the feature of that name. The default
    /// network needs none
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = learn::DEVICES)]
    pub device: String,

    /// Take the scores that the records have instead of computing them: of another scorer, or of several
    /// models that each scored what they had not seen. The model then only explains
    #[arg(long)]
    pub keep_scores: bool,

    /// Records of the run, or a folder of them: scripts for the code around a finding, and for the html report
    /// runs and metrics. A file that is not there is passed over
    #[arg(long, value_name = "FILE")]
    pub run: Vec<PathBuf>,
}

/// What else it can do.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Say at length why something was, or would be, reported
    Explain {
        /// The beginning of a finding's fingerprint, or the `id` of a pair
        id: String,

        #[command(flatten)]
        /// What is read.
        reading: Reading,

        #[command(flatten)]
        /// What all programs share.
        common: filter::Common,
    },
}

impl Args {
    /// Whether findings are wanted, and not every record.
    pub fn wants_findings(&self) -> bool {
        self.findings
            || self.check
            || self.top.is_some()
            || self.format != Format::Jsonl
            || self.write_baseline.is_some()
    }

    /// What is read, whatever is done with it.
    pub(crate) fn read(&self) -> &Reading {
        match &self.verb {
            Some(Verb::Explain { reading, .. }) => reading,
            None => &self.reading,
        }
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "nalin-score";

    fn common(&self) -> &filter::Common {
        match &self.verb {
            Some(Verb::Explain { common, .. }) => common,
            None => &self.common,
        }
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        crate::run(&self, stage)
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

fn formats() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

fn orders() -> impl clap::builder::TypedValueParser<Value = Order> {
    PossibleValuesParser::new(Order::ALL.map(Order::as_str)).try_map(|name| name.parse::<Order>())
}
