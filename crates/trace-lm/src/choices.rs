//! Formats of texts and parts of the data, as the command line names them.

use clap::ValueEnum;

/// `--format`.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The whole state behind each line
    #[default]
    Full,
    /// Only what each line changed
    Delta,
    /// The program alone
    Code,
    /// What `trace-tasks` asks, and the answer
    Tasks,
}

impl From<Format> for trace_model::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Full => Self::Full,
            Format::Delta => Self::Delta,
            Format::Code => Self::Code,
            Format::Tasks => Self::Tasks,
        }
    }
}

/// `--part`.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// 85 in 100
    Train,
    /// 5 in 100
    Valid,
    /// 10 in 100
    #[default]
    Test,
}

impl From<Part> for records::Split {
    fn from(part: Part) -> Self {
        match part {
            Part::Train => Self::Train,
            Part::Valid => Self::Valid,
            Part::Test => Self::Test,
        }
    }
}
