//! Crashes of notebooks: one by one, in clusters, and how groups of them differ.

mod comparison;
mod crash;

pub use comparison::{ComparedCategory, Comparison, CrashFactor};
pub use crash::{Crash, CrashCell, CrashCluster, CrashLabel, CrashOrigin};
