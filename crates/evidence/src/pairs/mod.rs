//! Names and the values that they hold: under which keys they are counted, and what a judge of names is told.

mod features;
mod forms;
mod keys;
mod kind;
mod subject;
mod surface;

pub use features::{Fact, PairTally, Support, Usage, ValueKeys};
pub use forms::{form, magnitude_bucket};
pub use keys::{NameKeys, Source};
pub use kind::Kind;
pub use subject::{Ablation, Subject};
pub use surface::FEATURE_SCALE;
