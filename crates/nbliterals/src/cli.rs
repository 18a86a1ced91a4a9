//! The arguments of `nbliterals`.

use std::path::PathBuf;

/// Reads name-value pairs off the source, without running anything
///
/// Reads script records and writes an assignment record for every name that has a literal beside it:
/// assignments (`x = 3`), attributes (`self.rate = 0.1`), keyword arguments (`f(verbose=True)`) and defaults
/// of parameters. Values look as they would if the code had run; `evidence` says `literal`. `None` is left
/// out: where it is written down it stands for "nothing yet". Every record carries a weight below that of a
/// recorded value, which assign-merge hands on to training.
#[derive(clap::Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  nb2py --root notebooks . | nbliterals | cat recorded.jsonl - | assign-merge -o pairs.jsonl\n\n\
                  Exit status: 0 done, 1 too many rejects (--max-rejects), 2 not done."
)]
pub struct Args {
    /// Files of script records; none means stdin
    #[arg(value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// Weight of each pair in training, where a recorded value has 1
    #[arg(long, value_name = "WEIGHT", default_value_t = 0.3)]
    weight: f64,

    /// Also list names of whose value only the type can be seen: from an expression (`rows = [r for r in f]`;
    /// evidence `inferred`), an annotation or a docstring (`declared`), or what is done with it (`rows.append(r)`;
    /// `used`). For nalin-train's `--written`
    #[arg(long)]
    types: bool,

    #[command(flatten)]
    common: filter::Common,
}

impl filter::Filter for Args {
    const NAME: &'static str = "nbliterals";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        let input = stage.input(self.input);
        crate::run(self.types, self.weight, input, stage)
    }
}
