//! The arguments of `nalin-train`.

use std::path::PathBuf;

use clap::Parser;
use nalin_model::{Ablation, Schedule};

use crate::choices::{ArchName, Input};

/// Learns from labelled pairs when a name and a value do not fit.
///
/// Reads example records (label 0: seen together, 1: an inconsistency), writes a model folder, and
/// metrics as JSONL: every epoch, and at the end the model beside the look-up and the linear baseline.
///
/// The examples' `split` decides: `train` is learned from; `valid` chooses the epoch, the calibration and
/// the threshold; `test` is only reported. Without a `valid` part a tenth of the repositories is held out
/// of `train` (of the notebooks when there are fewer than ten repositories, else of the examples).
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  negsample pairs.jsonl.zst | nalin-train --model model > metrics.jsonl\n\n\
                  Exit status: 0 done (also with no examples: a warning and no model), 2 not done."
)]
pub struct Args {
    /// Files of example records, plain or zstd; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Folder to write the model to; it appears whole, and replaces a model that is there
    #[arg(short, long, value_name = "DIR")]
    pub model: PathBuf,

    /// Pairs that were read off sources (`nbliterals | assign-merge`), which the default network knows beside
    /// those it learns from; those of repositories that it is validated or tested with are left out
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub written: Vec<PathBuf>,

    /// Vectors of names that a network takes beside what it learns itself: a `.bin` of fastText, as `nalin-embed`
    /// writes them. It becomes part of the model
    #[arg(long, value_name = "FILE")]
    pub embedding: Option<PathBuf>,

    /// What to train: our network, the published one, or a baseline
    #[arg(long, value_enum, default_value_t)]
    pub arch: ArchName,

    /// Most epochs [default: 12; nalin: 15]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,

    /// Examples a step [default: 128]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: Option<u32>,

    /// Learning rate of the network [default: 0.01; nalin: 0.001]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub lr: Option<f64>,

    /// End after N epochs without a better one [default: 4; nalin: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub patience: Option<u32>,

    /// Go on from the checkpoint that an interrupted run with the same examples and flags left in `--model`; the
    /// model and the metrics become what they would have been. Without a checkpoint: from the beginning
    #[arg(long)]
    pub resume: bool,

    /// The fold that is tested, for the `fold` of the metrics (`negsample --fold` makes it)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub fold: u64,

    /// Sizes and schedule of the architecture as a JSON file: what it names replaces the defaults
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Inputs to hide from the model, to learn what they are worth
    #[arg(long, value_enum, value_delimiter = ',', value_name = "INPUT")]
    pub ablate: Vec<Input>,

    /// Train the model alone, without the look-up and the linear baseline beside it
    #[arg(long)]
    pub no_baselines: bool,

    /// Where to compute; `cuda`, the first NVIDIA GPU, needs a build with the feature of that name
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = learn::DEVICES)]
    pub device: String,

    /// Threads to compute with; 0 means as many as `--jobs`. The model is the same whatever N is
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,

    #[command(flatten)]
    common: filter::Common,
}

impl Args {
    /// The inputs to hide.
    pub fn ablation(&self) -> Ablation {
        let hides = |input| self.ablate.contains(&input);
        Ablation {
            name: hides(Input::Name),
            value: hides(Input::Value),
            type_: hides(Input::Type),
            len: hides(Input::Len),
            shape: hides(Input::Shape),
        }
    }

    /// The architecture's own schedule with the user's changes.
    pub fn schedule(&self, own: Schedule) -> Schedule {
        let or = |given: Option<u32>, own: usize| given.map_or(own, |n| n as usize);
        Schedule {
            epochs: or(self.epochs, own.epochs),
            batch: or(self.batch, own.batch),
            patience: or(self.patience, own.patience),
            rate: self.lr.unwrap_or(own.rate),
            ..own
        }
    }

    /// The number of threads.
    pub fn threads(&self) -> usize {
        if self.threads > 0 { self.threads } else { self.common.workers() }
    }
}

filter::filter!(Args, "nalin-train", crate::run);

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number above 0".to_owned()),
    }
}
