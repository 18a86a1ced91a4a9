//! The arguments of `nbinstrument`.

use std::path::PathBuf;

use crate::{Config, Hook, Hooks, Preset};

/// Put a probe behind every binding of a script, without moving a line.
///
/// Reads script records (from nb2py), writes instrumented records: the script as it came, its
/// instrumented code, and a table of the probes. Run by nbexec, each probe records what a name held.
/// The code does what it did before, and every statement keeps its line.
///
/// A cell that does not parse is left as it is and named in `broken_cells`; a script of which no cell
/// parses is rejected (`syntax`). A binding that cannot be probed without changing what the code does
/// is counted by reason.
#[derive(clap::Parser, Debug)]
#[command(
    name = "nbinstrument",
    version,
    after_help = "Example:\n  nb2py notebooks/ | nbinstrument | nbexec > assignments.jsonl\n\n\
Exit status: 0 done; 1 done, but --verify found a difference or rejects exceeded --max-rejects; 2 not done."
)]
pub struct Args {
    /// Files of script records, plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// The bindings to probe, separated by commas: assign, ann_assign, aug_assign, walrus, for, with
    /// (these are `default`), comprehension, parameter, return, import, def, attribute, subscript; `all`
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "default")]
    hooks: Vec<Hook>,

    /// Probe a set with a name instead
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "hooks")]
    preset: Option<Preset>,

    /// Prove of every record that its code without the probes is the original, tree for tree and line
    /// for line; a difference is reported, and the exit status is 1
    #[arg(long)]
    verify: bool,

    #[command(flatten)]
    common: filter::Common,
}

impl filter::Filter for Args {
    const NAME: &'static str = "nbinstrument";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        let hooks = match self.preset {
            Some(preset) => Hooks::from(preset),
            None => self.hooks.into_iter().collect(),
        };
        let input = stage.input(self.input);
        crate::run(&Config { hooks, verify: self.verify }, input, stage)
    }
}
