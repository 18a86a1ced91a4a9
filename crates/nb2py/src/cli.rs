//! The arguments of `nb2py`.

use std::path::{Path, PathBuf};

use notebook::Options;

use crate::choices::{MagicsArg, OrderArg};
use crate::duplicates::Dedup;

/// Turn notebooks and Python scripts into script records: one JSON object a line, with the code, the
/// table of its cells, and the place of every line in the file that it came from.
///
/// Reads files (`.ipynb` of nbformat 2, 3 and 4; `.py`, plain or with `# %%` cells), folders, which are
/// searched for both in the order of their names, archives (`.zip`, `.tar`, `.tar.gz`, `.tar.zst`) and
/// `.jsonl` files; or the files named in a list (`--files-from`); or, with neither, source/1 records on
/// stdin: `{"path": "a/b.ipynb"}`, or `{"notebook": {…}}` with the notebook itself. Whatever is no Python
/// notebook is rejected with a reason, and the rest goes on.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Notebooks, scripts, folders, archives, JSONL (`-` is stdin). None: source/1 records on stdin
    #[arg(value_name = "INPUT", conflicts_with = "files_from")]
    pub inputs: Vec<PathBuf>,

    /// The folder that paths in records are relative to; paths in lists and source records count from it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// Read the files named in FILE (`-` is stdin), one a line or separated by NUL bytes
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// In JSONL, the field that holds the notebook, as an object or as the text of its file
    #[arg(long, value_name = "NAME", default_value = "notebook")]
    pub notebook_field: String,

    /// In JSONL, the field that holds the notebook's path
    #[arg(long, value_name = "NAME", default_value = "path")]
    pub path_field: String,

    /// In JSONL, the field that names the repository
    #[arg(long, value_name = "NAME", default_value = "repo")]
    pub repo_field: String,

    /// The first N folders of a path name its repository
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub repo_depth: usize,

    /// What becomes of `%magics`, `!commands` and `help?`: plain Python, or as they are
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub magics: MagicsArg,

    /// The order of the cells
    #[arg(long, value_enum, value_name = "ORDER", default_value_t)]
    pub order: OrderArg,

    /// Find scripts that repeat an earlier one, and name it in their `duplicate_of`
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub dedup: Dedup,

    /// Write plain scripts to files below DIR instead of records; the only FORMAT is `py`
    #[arg(long, num_args = 2, value_names = ["FORMAT", "DIR"])]
    pub to: Option<Vec<PathBuf>>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: record the values of every notebook below `studies`, one folder a repository:
  nb2py --root studies studies | nbinstrument | nbexec --root studies -o values.jsonl.zst";

impl Args {
    /// The folder for plain scripts.
    pub fn folder(&self) -> Option<&Path> {
        self.to.as_deref().and_then(|to| to.get(1)).map(PathBuf::as_path)
    }

    /// How scripts are to be made.
    pub fn options(&self) -> Options {
        Options { magics: self.magics.into(), order: self.order.into() }
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "nb2py";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        if let Some(format) = self.to.iter().flatten().next()
            && format != Path::new("py")
        {
            anyhow::bail!("--to {}: the only format is `py`", format.display());
        }
        crate::run(&self, stage)
    }
}
