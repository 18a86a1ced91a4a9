//! The arguments of `trace-lm`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::choices::{Format, Part};
use crate::generate::Levels;

/// A small language model that learns from traces what code does.
///
/// `generate` writes script records, `nbexec --trace` makes traces of them, `train` learns from traces, `evaluate`
/// measures, `sample` shows.
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  trace-lm generate --count 40000 --level 1-9 | nbexec -q --trace=rewrite > traces.jsonl\n  \
                  trace-lm train traces.jsonl --model model --minutes 20 > metrics.jsonl\n  \
                  trace-lm evaluate traces.jsonl --model model | jq -c 'select(.by == \"all\")'\n\n\
                  Exit status: 0 done, 2 not done."
)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write programs of a curriculum as script records
    Generate(GenerateArgs),
    /// Learn from trace records; writes a model folder, and metric records
    Train(Box<TrainArgs>),
    /// Measure a model on the test part of trace records; writes lm-score records
    Evaluate(EvaluateArgs),
    /// Continue programs of trace records by what the model thinks that they do; writes text
    Sample(SampleArgs),
}

/// The arguments of `trace-lm generate`.
#[derive(clap::Args, Debug)]
pub struct GenerateArgs {
    /// How many programs
    #[arg(long, value_name = "N")]
    pub count: u64,

    /// Levels that take turns: 1 assignments, 2-4 arithmetic with growing digits, 5 branches, 6 loops, 7 functions,
    /// 8 texts, 9 lists and dictionaries
    #[arg(long, value_name = "L[-L][,..]", default_value = "1-9")]
    pub level: Levels,

    #[command(flatten)]
    pub(crate) common: filter::Common,
}

/// The arguments of `trace-lm train`.
#[derive(clap::Args, Debug)]
pub struct TrainArgs {
    /// Files of trace records (`--format tasks`: of trace-task records), plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Folder to write the model to
    #[arg(short, long, value_name = "DIR")]
    pub model: PathBuf,

    /// What a text shows of a program
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// With `--format delta`: show the whole state after every N lines; 0 means never
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub refresh: u32,

    /// Show an operator of the programs as another sign, as in `--hide '*=⊗'`
    #[arg(long, value_name = "OPERATOR=SIGN", value_delimiter = ' ', value_parser = sign)]
    pub hide: Vec<(String, String)>,

    /// Learn to write the programs too, not only their traces
    #[arg(long)]
    pub code_loss: bool,

    /// Begin with the weights of another model, of the same sizes
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,

    /// Sizes of the decoder as a JSON file: what it names (layers, width, heads, hidden, context) replaces the defaults
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// End after N steps [default: 2000 when no other end is given]
    #[arg(long, value_name = "N")]
    pub steps: Option<usize>,

    /// End when N symbols were read
    #[arg(long, value_name = "N")]
    pub symbols: Option<u64>,

    /// End after so many minutes of work, those before an interruption counted in
    #[arg(long, value_name = "M")]
    pub minutes: Option<f64>,

    /// Symbols a step
    #[arg(long, value_name = "N", default_value_t = 2048)]
    pub batch: usize,

    /// Learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.003)]
    pub lr: f64,

    /// Validate, and write a checkpoint, every N steps
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub check_every: u32,

    /// End after N validations without a better one
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub patience: usize,

    /// Go on from the checkpoint that an interrupted run with the same input and flags left in `--model`
    #[arg(long)]
    pub resume: bool,

    /// Where to compute.
    #[command(flatten)]
    pub compute: Compute,

    #[command(flatten)]
    pub(crate) common: filter::Common,
}

/// Where and on how many threads to compute.
#[derive(clap::Args, Clone, Debug)]
pub struct Compute {
    /// Where to compute; `cuda`, the first NVIDIA GPU, needs a build with the feature of that name
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = ["cpu", "cuda"])]
    pub device: String,

    /// Threads to compute with; 0 means as many as `--jobs`. The result is the same whatever N is
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

/// An operator and the sign that hides it.
fn sign(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((operator, sign)) if !operator.is_empty() && !sign.is_empty() => {
            Ok((operator.to_owned(), sign.to_owned()))
        }
        _ => Err(format!("`{text}` is not an operator, `=`, and a sign")),
    }
}

/// The arguments of `trace-lm evaluate`.
#[derive(clap::Args, Debug)]
pub struct EvaluateArgs {
    /// Files of trace records, plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Folder of the model
    #[arg(short, long, value_name = "DIR")]
    pub model: PathBuf,

    /// The part to measure
    #[arg(long, value_enum, default_value_t)]
    pub part: Part,

    /// Measure at most N programs
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub programs: usize,

    /// Most bytes that the n-gram baseline looks back
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub ngram: usize,

    /// Programs that the n-gram baseline learns from, of the training part
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub ngram_programs: usize,

    /// Measure the model alone
    #[arg(long)]
    pub no_baselines: bool,

    /// Where to compute.
    #[command(flatten)]
    pub compute: Compute,

    #[command(flatten)]
    pub(crate) common: filter::Common,
}

/// The arguments of `trace-lm sample`.
#[derive(clap::Args, Debug)]
pub struct SampleArgs {
    /// Files of trace records, plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Folder of the model
    #[arg(short, long, value_name = "DIR")]
    pub model: PathBuf,

    /// The part to take programs from
    #[arg(long, value_enum, default_value_t)]
    pub part: Part,

    /// Show at most N programs
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub programs: usize,

    /// Where to compute.
    #[command(flatten)]
    pub compute: Compute,

    #[command(flatten)]
    pub(crate) common: filter::Common,
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn signs_stand_behind_the_last_equals() {
        assert_eq!(sign("==⊗"), Ok(("=".to_owned(), "⊗".to_owned())));
        assert!(sign("=x").is_err() && sign("x=").is_err());
    }
}
