//! What `negsample` does, and the two sets of choices that have a name.

/// A named set of choices.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Ours: mixed negatives, a split by repository made before they are drawn.
    #[default]
    Default,
    /// The published system: type-guided negatives, then a random split of rows.
    Nalin,
}

/// Where a negative's value comes from.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A value of a type that is rare for the name, types by their frequency (paper, section 3.3).
    TypeGuided,
    /// Any value.
    Random,
    /// Another value of the same type.
    WithinType,
    /// Type-guided, and now and then within the type.
    Mixed,
}

/// What must not be torn into different parts of the data.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy {
    /// A repository; a notebook without one is one of its own.
    ByRepo,
    /// A notebook and its copies.
    ByNotebook,
    /// A pair and its negatives.
    ByRow,
    /// Nothing is split: all is for training.
    None,
    /// Each pair has the part that its field `split` says.
    Keep,
    /// Negatives first, then positives and negatives by row, apart from one another (published).
    Published,
}

/// The choices, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Seed of the split and of the draws.
    pub seed: u64,
    /// Where values come from.
    pub strategy: Strategy,
    /// Share of negatives within the type, of a mixed strategy.
    pub within_share: f64,
    /// Negatives for each positive.
    pub ratio: u32,
    /// Whether a negative may be a pair that was seen.
    pub allow_known: bool,
    /// What must not be torn.
    pub split: SplitBy,
    /// Share of pairs for validation.
    pub valid: f64,
    /// Share of pairs for the test.
    pub test: f64,
    /// The test part is this one (from 1) of so many folds, instead of a share.
    pub fold: Option<(u32, u32)>,
    /// Rows of each label in the test part of the published split.
    pub test_per_class: usize,
}

impl Config {
    /// The choices of a preset.
    pub fn of(preset: Preset) -> Self {
        let published = preset == Preset::Nalin;
        Self {
            seed: 42,
            strategy: if published { Strategy::TypeGuided } else { Strategy::Mixed },
            within_share: 0.25,
            ratio: 1,
            allow_known: published,
            split: if published { SplitBy::Published } else { SplitBy::ByRepo },
            valid: 0.1,
            test: 0.2,
            fold: None,
            test_per_class: 5000,
        }
    }
}
