//! `trace-lm`: a small language model that learns from traces what code does.
//!
//! `generate` writes programs for a curriculum, `train` learns from their traces (`nbexec --trace`), `evaluate`
//! measures what was learned beside what needs no learning, `sample` shows it. The model is `trace-model`; here are
//! its command line, its input and its files. Nothing but training with `--minutes` depends on the clock: the same
//! input gives the same bytes.

mod choices;
pub mod cli;
pub mod generate;

mod evaluate;
mod files;
mod read;
mod sample;
mod train;

use cli::{Args, Command, Compute};

impl filter::Filter for Args {
    const NAME: &'static str = "trace-lm";

    fn common(&self) -> &filter::Common {
        match &self.command {
            Command::Generate(args) => &args.common,
            Command::Train(args) => &args.common,
            Command::Evaluate(args) => &args.common,
            Command::Sample(args) => &args.common,
        }
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        match &self.command {
            Command::Generate(args) => generate::run(args.count, &args.level.0, stage),
            Command::Train(args) => train::run(args, stage),
            Command::Evaluate(args) => evaluate::run(args, stage),
            Command::Sample(args) => sample::run(args, stage),
        }
    }
}

/// The threads that are asked for.
///
/// # Errors
/// If they cannot be started.
fn threads(compute: &Compute, stage: &filter::Stage) -> anyhow::Result<rayon::ThreadPool> {
    use anyhow::Context as _;

    let n = if compute.threads > 0 { compute.threads } else { stage.common().workers() };
    rayon::ThreadPoolBuilder::new().num_threads(n).build().context("cannot start the threads")
}
