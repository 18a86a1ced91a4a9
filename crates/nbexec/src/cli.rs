//! The arguments of `nbexec`.

use std::path::PathBuf;

use sandbox::Backend;

use crate::config::{Engine, Files, OnError};

/// Run notebooks in isolation, and write what their names held.
///
/// Reads instrumented/1 records (from `nbinstrument`; script/1 too, they record nothing) and runs each notebook
/// cell by cell, going on after an error as a person would. Writes for each notebook its assignment/1 records
/// (a name, its place, and a bounded description of the value), then one run/1 record that says how the run
/// ended. Every notebook is a process of its own behind walls: no network, nothing of the machine to see but the
/// interpreter and the notebook's files, all of it read-only under a private layer that is thrown away.
///
/// A notebook that fails, hangs or dies is a run record with that outcome, not an error. Exit status: 0
/// done, 1 too many rejects, 2 not done (no working sandbox, a malformed line, a full disk).
#[derive(clap::Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  nb2py --root studies studies | nbinstrument | nbexec --root studies --jobs 2 > values.jsonl\n  nb2py programs/ | nbexec --trace --preload= > traces.jsonl"
)]
pub struct Args {
    /// Files of instrumented/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub input: Vec<PathBuf>,

    /// The folder that the notebooks' paths count from
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// What a notebook sees of it: its own folder, its repository, or everything.
    /// A notebook whose folder is not there runs in an empty one
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub files: Files,

    /// The interpreter that runs the notebooks; the one of a virtual environment brings its packages
    #[arg(long, value_name = "PYTHON", default_value = "python3")]
    pub python: PathBuf,

    /// The walls: bwrap (bubblewrap), podman, docker, or none, for code that you trust
    #[arg(long, value_name = "SANDBOX", default_value = "bwrap")]
    pub sandbox: Backend,

    /// Image of podman and docker, made from Dockerfile.runner
    #[arg(long, value_name = "IMAGE", default_value = "localhost/nalin-runner:latest")]
    pub image: String,

    /// Only say what this host lacks to run the notebooks of --root: sandbox, interpreter, packages, limits,
    /// disk, files that cannot be read. Exit status 0: they can run here, perhaps with notes; 1: they cannot
    #[arg(long)]
    pub self_test: bool,

    /// Run nothing: write the N packages that the scripts import most, as a requirements file
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "100")]
    pub plan: Option<usize>,

    /// Import heavy packages once and fork for every notebook (the default)
    #[arg(long, overrides_with = "cold")]
    pub warm: bool,

    /// A fresh interpreter for every notebook, without preloaded packages: slow, the reference
    #[arg(long, overrides_with = "warm")]
    pub cold: bool,

    /// The packages that are imported once, where they are installed; what is not among them a notebook
    /// imports when it needs it
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "numpy,pandas,matplotlib.pyplot,scipy,sklearn,seaborn,IPython"
    )]
    pub preload: Vec<String>,

    /// What to do after a cell that failed
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub on_error: OnError,

    /// Which values of one site are kept: the first N and ever rarer ones and the last (spread:N), the
    /// first N (first:N), or the last
    #[arg(long, value_name = "WHICH", default_value = "spread:10", value_parser = per_site)]
    pub per_site: String,

    /// Ask every value for its length, shape and text, also one of the notebook's own types or of a library that is not
    /// known to be harmless. That runs the notebook's code where it would not have run, and may change what it does
    #[arg(long)]
    pub trust_repr: bool,

    /// Record lines instead of values: for every program one trace/1 record, which line ran and what it changed, and
    /// its run/1 record. `rewrite` changes the program's tree and is fast; `monitor` (Python 3.12 and later) and
    /// `settrace` leave it as it is; all three give the same. Scripts are best not instrumented
    #[arg(
        long,
        value_enum,
        value_name = "ENGINE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "rewrite"
    )]
    pub trace: Option<Engine>,

    /// Most events of one trace
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "trace")]
    pub trace_events: usize,

    /// Record each line N times, then no more; what it has changed is seen when another line is recorded. 0: always
    #[arg(long, value_name = "N", default_value_t = 0, requires = "trace")]
    pub per_line: u64,

    /// Write to FILE itself as notebooks finish; when it holds records of an earlier run of the same input
    /// that did not come to its end, go on behind them
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub resume: Option<PathBuf>,

    #[command(flatten)]
    /// Limits.
    pub limits: LimitArgs,

    #[command(flatten)]
    /// What all filters share.
    pub common: filter::Common,
}

/// The limits on one notebook, all finite.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Limits on one notebook")]
pub struct LimitArgs {
    /// Wall time of the notebook
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    pub timeout: f64,

    /// Wall time of one cell
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    pub cell_timeout: f64,

    /// CPU time of one process
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    pub cpu: f64,

    /// Memory of all its processes
    #[arg(long, value_name = "MB", default_value_t = 2048)]
    pub memory_mb: u64,

    /// Number of its processes and threads
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub max_processes: u64,

    /// All that it writes to files
    #[arg(long, value_name = "MB", default_value_t = 256)]
    pub scratch_mb: u64,

    /// One file
    #[arg(long, value_name = "MB", default_value_t = 128)]
    pub file_mb: u64,

    /// Files open at a time in one process
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub open_files: u64,

    /// What it prints
    #[arg(long, value_name = "MB", default_value_t = 64)]
    pub output_mb: u64,

    /// Values recorded
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub max_values: usize,
}

filter::filter!(Args, "nbexec", crate::run);

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 1e6 => Ok(seconds),
        _ => Err(format!("`{text}` is no number of seconds above 0")),
    }
}

fn per_site(text: &str) -> Result<String, String> {
    let valid = match text.split_once(':') {
        Some(("first" | "spread", n)) => n.parse::<u32>().is_ok_and(|n| n > 0),
        None => text == "last",
        Some(_) => false,
    };
    if valid { Ok(text.to_owned()) } else { Err(format!("`{text}` is none of spread:N, first:N, last")) }
}
