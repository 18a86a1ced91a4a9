//! What `assign-merge` does: every threshold, and the two sets of them that have a name.

/// A named set of thresholds.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Ours: objects and None stay, types merge by whole words, duplicates are counted.
    #[default]
    Default,
    /// The published system's filters in their order.
    Nalin,
}

/// Which executions of a site count.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrences {
    /// Every one that was recorded.
    All,
    /// The first one recorded.
    First,
    /// The last one recorded.
    Last,
}

/// How types become classes.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// By a table and by whole words of the type's name.
    Words,
    /// Into the most frequent types whose name is a substring (published).
    Substring,
    /// Not at all: only cleaned.
    None,
}

/// When two pairs of a repository with the same name and class are one.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedup {
    /// Never.
    Off,
    /// When they are of one site, and text, length and shape agree: no site loses all its pairs to another.
    Site,
    /// When text, length and shape agree.
    Exact,
    /// When they agree but for the digits of numbers, addresses and white space.
    Near,
}

/// Which part of the work a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// All of it.
    #[default]
    Whole,
    /// What can be done to a shard on its own.
    Partial,
    /// The rest, to partial results in the order of their shards.
    Final,
}

/// The thresholds, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which part of the work is done.
    pub step: Step,
    /// Which executions of a site count; applied before anything else.
    pub occurrences: Occurrences,
    /// Drop the values that the published trimming loses.
    pub published_values: bool,
    /// Longest name in characters.
    pub max_name_chars: usize,
    /// Shortest name in characters.
    pub min_name_chars: usize,
    /// One part of the name (between underscores) must have so many characters.
    pub min_part_chars: usize,
    /// The name must have so many letters.
    pub min_letters: usize,
    /// How types become classes.
    pub merge: Merge,
    /// How many of the most frequent types absorb others ([`Merge::Substring`]).
    pub merge_into: usize,
    /// Keep pairs of the so many most frequent classes; 0 keeps all.
    pub types: usize,
    /// When two pairs are one.
    pub dedup: Dedup,
    /// At most so many pairs of one site; 0 for no limit.
    pub per_site: u32,
    /// At most so many pairs of one name in a repository; 0 for no limit.
    pub per_name: u32,
}

impl Config {
    /// The thresholds of a preset.
    pub fn of(preset: Preset) -> Self {
        match preset {
            Preset::Default => Self {
                step: Step::Whole,
                occurrences: Occurrences::All,
                published_values: false,
                max_name_chars: 40,
                min_name_chars: 2,
                min_part_chars: 2,
                min_letters: 2,
                merge: Merge::Words,
                merge_into: 0,
                types: 0,
                dedup: Dedup::Exact,
                per_site: 3,
                per_name: 20,
            },
            Preset::Nalin => Self {
                step: Step::Whole,
                occurrences: Occurrences::Last,
                published_values: true,
                max_name_chars: 19,
                min_name_chars: 4,
                min_part_chars: 3,
                min_letters: 0,
                merge: Merge::Substring,
                merge_into: 15,
                types: 10,
                dedup: Dedup::Off,
                per_site: 0,
                per_name: 0,
            },
        }
    }
}
