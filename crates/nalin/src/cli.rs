//! The arguments of `nalin`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use report::{Format, Order};

/// Finds names in notebooks that do not fit what they hold.
///
/// A front end of the programs of the pipeline: it computes nothing itself. It looks for them beside itself,
/// then on the PATH.
#[derive(clap::Parser, Debug)]
#[command(name = "nalin", version, after_help = AFTER_HELP)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// Print a manual page or the completions of a shell, and do nothing else
    #[arg(long, value_enum, value_name = "KIND", exclusive = true)]
    pub generate: Option<filter::Generate>,
}

const AFTER_HELP: &str = "\
Example:
  nalin check analysis.ipynb
  nalin check --format html --output report.html notebooks/

Exit status: 0 done, 1 done and there are findings (--check), 2 not done.";

/// What `nalin` can do.
#[derive(clap::Subcommand, Debug)]
pub enum Verb {
    /// Run notebooks in a sandbox and say which names do not fit what they held
    ///
    /// Runs nb2py, nbinstrument, nbexec, assign-merge and nalin-score, each reading what the one before it
    /// wrote. The notebooks run without network and see the files of the folder that you call it in, which
    /// they cannot change; without a sandbox nothing runs, unless you say `--sandbox none`. With
    /// `--recorded` nothing runs at all.
    #[command(after_help = AFTER_HELP)]
    Check(Check),
    /// Say at length why one thing was reported
    Explain {
        /// The beginning of the finding's id, as `nalin check` printed it
        id: String,
        #[command(flatten)]
        /// What was checked, and how.
        check: Check,
    },
    /// List the rules, or say at length what one of them reports
    Rule {
        /// Its code, as a finding has it: `NAL001`
        code: Option<String>,
    },
}

/// What is checked, how, and what is reported.
#[derive(clap::Args, Clone, Debug)]
pub struct Check {
    /// Notebooks, scripts, folders and archives of them
    #[arg(value_name = "FILE", required_unless_present = "recorded")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    /// What is reported.
    pub report: Report,

    #[command(flatten)]
    /// How notebooks run.
    pub running: Running,

    /// Where to write the report; `-` is stdout
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// Work on N notebooks at a time; 0 means one a core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub jobs: usize,

    /// Say nothing but errors on stderr
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Show what every program says
    #[arg(short, long)]
    pub verbose: bool,
}

/// What is reported, and how.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Report")]
pub struct Report {
    /// How to write: for people (text, html), review tools (github, gitlab, sarif, rdjsonl), tables (csv),
    /// programs (json, jsonl)
    #[arg(long, value_name = "FORMAT", default_value = "text",
          value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str)))]
    pub format: String,

    /// The worst first, or by notebook, cell and line
    #[arg(long, value_name = "ORDER", default_value = "place",
          value_parser = PossibleValuesParser::new(Order::ALL.map(Order::as_str)))]
    pub order: String,

    /// Leave out what scores lower [default: the model's threshold]
    #[arg(long, value_name = "SCORE")]
    pub min_score: Option<String>,

    /// Report the N worst findings at most
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Also report what cannot be argued: names that promise nothing (`x`, `tmp`, `new_data`), names and types of
    /// which next to nothing is known, values of a kind that many hold under the name
    #[arg(long)]
    pub generic_names: bool,

    /// Also report types that people take for one another (an int for a float, a list for an array)
    #[arg(long)]
    pub stand_ins: bool,

    /// Also report where a comment (`# nalin: ignore`, `# noqa`) says not to
    #[arg(long)]
    pub no_ignore: bool,

    /// End with status 1 when there are findings
    #[arg(long)]
    pub check: bool,

    /// Leave out the findings that FILE lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// List the findings in FILE, for `--baseline` of later runs
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Only lines that git says were changed since REV; notebooks without any are not run
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,

    /// Folder of a model that `nalin-train` wrote [default: the one in the program]
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
}

/// How notebooks run, or that they do not.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Running")]
pub struct Running {
    /// The interpreter that runs the notebooks; the one of a virtual environment brings its packages
    #[arg(long, value_name = "PYTHON", default_value = "python3")]
    pub python: PathBuf,

    /// The walls: bwrap (bubblewrap), podman, docker, or none, for code that you trust
    #[arg(long, value_name = "SANDBOX", default_value = "bwrap")]
    pub sandbox: String,

    /// Image of podman and docker, made from Dockerfile.runner
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// The folder that notebooks see, and that paths count from [default: where you are, or the folder above
    /// all of FILE]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// What a notebook sees of that folder: its own folder, its repository (the first folder of its path), or
    /// everything
    #[arg(long, value_name = "WHAT", default_value = "root",
          value_parser = PossibleValuesParser::new(["folder", "repo", "root"]))]
    pub see: String,

    /// Wall time of one notebook
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<String>,

    /// Keep the values that were recorded in FILE, for `--recorded`
    #[arg(long, value_name = "FILE", conflicts_with = "recorded")]
    pub record: Option<PathBuf>,

    /// Run nothing: take the values that an earlier `--record FILE` (or `nbexec`) wrote. With FILEs, of these
    /// notebooks only, and only where they have not changed
    #[arg(long, value_name = "FILE")]
    pub recorded: Option<PathBuf>,
}
