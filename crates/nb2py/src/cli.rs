//! The arguments of `nb2py`.

use std::path::PathBuf;

use clap::ValueEnum;
use notebook::{Magics, Options, Order};

/// Turn notebooks and Python scripts into script records: one JSON object a line, with the code, the
/// table of its cells, and the place of every line in the file that it came from.
///
/// Reads FILEs (`.ipynb` of nbformat 2, 3 and 4, `.py`, plain or with `# %%` cells) and FOLDERs, which are
/// searched for both, in the order of their names; or the files named in a list (`--files-from`); or, with
/// neither, source/1 records on stdin: `{"path": "a/b.ipynb"}`, or `{"notebook": {…}}` with the notebook
/// itself. Whatever is no Python notebook is rejected with a reason, and the rest goes on.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Notebooks, scripts and folders. None: source/1 records on stdin
    #[arg(value_name = "INPUT", conflicts_with = "files_from")]
    pub inputs: Vec<PathBuf>,

    /// The folder that paths in records are relative to; paths in lists and source records count from it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// Read the files named in FILE (`-` is stdin), one a line or separated by NUL bytes
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// The first N folders of a path name its repository
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub repo_depth: usize,

    /// What becomes of `%magics`, `!commands` and `help?`: plain Python, or as they are
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub magics: MagicsArg,

    /// The order of the cells
    #[arg(long, value_enum, value_name = "ORDER", default_value_t)]
    pub order: OrderArg,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: record the values of every notebook below `studies`, one folder a repository:
  nb2py --root studies studies | nbinstrument | nbexec --root studies -o values.jsonl.zst";

/// What becomes of IPython's syntax.
#[derive(ValueEnum, Clone, Copy, Debug, Default)]
pub enum MagicsArg {
    /// It becomes plain Python, line for line (docs/magics.md).
    #[default]
    Neutralise,
    /// It stays; the code then needs IPython.
    Keep,
}

/// The order of the cells.
#[derive(ValueEnum, Clone, Copy, Debug, Default)]
pub enum OrderArg {
    /// As they stand in the notebook.
    #[default]
    Document,
    /// By execution count; cells that never ran come last.
    Executed,
    /// By execution count; cells that never ran are left out.
    ExecutedOnly,
}

impl Args {
    /// How scripts are to be made.
    pub fn options(&self) -> Options {
        Options {
            magics: match self.magics {
                MagicsArg::Neutralise => Magics::Neutralise,
                MagicsArg::Keep => Magics::Keep,
            },
            order: match self.order {
                OrderArg::Document => Order::Document,
                OrderArg::Executed => Order::Executed,
                OrderArg::ExecutedOnly => Order::ExecutedOnly,
            },
        }
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "nb2py";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        crate::run(&self, stage)
    }
}
