//! The arguments of `nbcrashes`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use report::Format;

/// Find the errors of notebooks: those saved among their outputs, and the failed cells of runs. Writes one
/// crash/1 record for each, with what is needed to say why it happened.
///
/// Reads notebooks, folders and archives (`.zip`, `.tar`, `.tar.gz`, `.tar.zst`) of notebooks, `.jsonl` streams
/// of source/1 records or of what nbexec wrote (run/1); or the files named in a list (`--files-from`); or, with
/// neither, such records on stdin. The notebook of a run is looked for below `--root`. With `--predict` nothing is run and no output is looked at: it says which cells
/// will fail when the notebook is run from top to bottom.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Notebooks, folders, archives, JSONL (`-` is stdin). None: records on stdin
    #[arg(value_name = "INPUT", conflicts_with = "files_from")]
    pub inputs: Vec<PathBuf>,

    /// The folder that paths in records are relative to; paths in lists and records count from it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// Read the files named in FILE (`-` is stdin), one a line or separated by NUL bytes
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// The first N folders of a path name its repository
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub repo_depth: usize,

    /// Leave the code out of the records: a tenth of the size, but no filter by imports and no labels
    #[arg(long)]
    pub no_cells: bool,

    /// Also count how many Python notebooks import each ML library, crash or not, and write a table to FILE
    #[arg(long, value_name = "FILE")]
    pub imports: Option<PathBuf>,

    /// Say which cells will fail, without running anything; writes findings
    #[arg(long)]
    pub predict: bool,

    /// With --predict, how to write: for people (text, html), review tools (github, gitlab, sarif, rdjsonl) or
    /// programs (jsonl, json, csv)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats(), requires = "predict")]
    pub format: Format,

    /// With --predict, leave out what is less sure
    #[arg(long, value_name = "SCORE", default_value_t = 0.8, requires = "predict")]
    pub min_score: f64,

    /// With --predict, the modules that can be imported, one a line: then imports of others are predicted to
    /// fail too (`python -c "import importlib.metadata, sys; print(*sys.stdlib_module_names,
    /// *importlib.metadata.packages_distributions(), sep='\n')"`)
    #[arg(long, value_name = "FILE", requires = "predict")]
    pub installed: Option<PathBuf>,

    /// With --predict, also report cells that fail only because an earlier one does
    #[arg(long, requires = "predict")]
    pub cascades: bool,

    /// With --predict, end with status 1 when there are findings
    #[arg(long, requires = "predict")]
    pub check: bool,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, or findings with --check, 2 not done.

Examples: the crashes of all notebooks below `studies`, by cause; the cells that will fail:
  nbcrashes --root studies studies | crash-filter | crash-norm | crash-label > crashes.jsonl
  nbcrashes --predict --format github notebooks/";

fn formats() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

impl filter::Filter for Args {
    const NAME: &'static str = "nbcrashes";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        super::run(&self, stage)
    }
}
