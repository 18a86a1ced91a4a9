//! The arguments that every program has, spelled alike everywhere.

use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

/// Arguments shared by all filters; flatten them into a program's own.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Where to write the records; `-` is stdout. A name that ends in `.zst` is compressed.
    /// A file appears under its name only when it is complete
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// Write what could not be used as reject records to FILE, instead of a line each on stderr
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// End with status 1 when more than N records (or N% of them) were rejected
    #[arg(long, value_name = "N[%]")]
    pub max_rejects: Option<RejectLimit>,

    /// Write the accounts of this run as one JSON object to FILE
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,

    /// How to show progress: a bar on a terminal and a line every 30 s elsewhere, or JSON lines
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub progress: ProgressMode,

    /// Stop reading after N records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// Work on N records at a time; 0 means one a core. The output is the same whatever N is
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub jobs: usize,

    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,

    /// Reject records longer than this many bytes, so that a single one cannot fill the memory
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub max_record_bytes: usize,

    /// Print a manual page or the completions of a shell, and do nothing else
    #[arg(long, value_enum, value_name = "KIND", exclusive = true)]
    pub generate: Option<Generate>,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more: rejects that also go to a file, and what each step decided
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Common {
    /// The number of workers that `--jobs` asks for.
    pub fn workers(&self) -> usize {
        match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get),
            jobs => jobs,
        }
    }
}

/// When and how progress is shown on stderr.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressMode {
    /// A bar on a terminal, otherwise one line every 30 s.
    #[default]
    Auto,
    /// One line every 30 s, also on a terminal.
    Always,
    /// Nothing.
    Never,
    /// One JSON object every second.
    Json,
}

/// What can be made of a program's own definition.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generate {
    /// A manual page in roff.
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

/// How many rejects are too many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RejectLimit {
    /// So many records.
    Count(u64),
    /// Such a share of the records read, in percent.
    Percent(f64),
}

impl RejectLimit {
    /// Whether `rejected` of `read` records are more than the limit allows.
    pub fn is_exceeded(self, rejected: u64, read: u64) -> bool {
        match self {
            Self::Count(limit) => rejected > limit,
            Self::Percent(limit) => rejected as f64 * 100.0 > limit * read as f64,
        }
    }
}

impl FromStr for RejectLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |_| format!("`{text}` is neither a number (20) nor a percentage (5%)");
        match text.strip_suffix('%') {
            Some(percent) => match percent.parse::<f64>() {
                Ok(value) if (0.0..=100.0).contains(&value) => Ok(Self::Percent(value)),
                _ => Err(wrong(())),
            },
            None => text.parse().map(Self::Count).map_err(|_| wrong(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RejectLimit;

    #[test]
    fn reject_limits() {
        assert_eq!("20".parse(), Ok(RejectLimit::Count(20)));
        assert_eq!("2.5%".parse(), Ok(RejectLimit::Percent(2.5)));
        for wrong in ["", "x", "-1", "101%", "NaN%"] {
            assert!(wrong.parse::<RejectLimit>().is_err(), "{wrong}");
        }
        assert!(!RejectLimit::Percent(10.0).is_exceeded(10, 100));
        assert!(RejectLimit::Percent(10.0).is_exceeded(11, 100));
        assert!(RejectLimit::Count(0).is_exceeded(1, 100));
    }
}
