//! What is chosen of how notebooks run: what they see, what watches them, what ends them.

/// What a notebook sees of the root folder.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// The folder that it lies in.
    Folder,
    /// Its repository, when its path starts with it; otherwise its folder.
    #[default]
    Repo,
    /// All of it.
    Root,
}

/// What watches a program for its trace.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Calls in the program's own tree.
    Rewrite,
    /// `sys.monitoring`.
    Monitor,
    /// `sys.settrace`.
    Settrace,
}

impl Engine {
    /// Its name in jobs and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Monitor => "monitor",
            Self::Settrace => "settrace",
        }
    }
}

/// What to do after a cell that failed.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Run the next cell.
    #[default]
    Continue,
    /// Skip the rest.
    Stop,
}
