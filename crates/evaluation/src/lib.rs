//! How good scores are: splits by group, metrics, calibration, bootstrap intervals.
//!
//! Labels are `true` for the class that is looked for; scores are higher where it is likelier. Everything random comes
//! from [`records::Random`].
//!
//! # Example
//!
//! ```
//! use evaluation::{Metrics, Scored, Shares, figures, split};
//! use records::{Random, Split};
//!
//! // Three repositories of two pairs each: none is torn.
//! let parts = split::by_size(&[7, 7, 3, 3, 5, 5], Shares { valid: 0.0, test: 0.34 });
//! assert_eq!(parts.iter().filter(|part| **part == Split::Test).count(), 2);
//!
//! let metrics = Metrics::of(&[0.9, 0.8, 0.4, 0.3], &[true, false, true, false], 0.5);
//! assert_eq!((metrics.f1, metrics.auc), (0.5, 0.75));
//!
//! // The same with intervals; each example is a group of its own here.
//! let scored = |(group, &(score, label))| Scored { score, label, group };
//! let all = [(0.9, true), (0.8, false), (0.4, true), (0.3, false)];
//! let all: Vec<Scored> = (0..).zip(&all).map(scored).collect();
//! let figures = figures(all, &[0.5], Random::keyed(42, "example", ""));
//! assert!(figures.auc.low <= 0.75 && figures.auc.value == 0.75 && figures.auc.high >= 0.75);
//! ```

mod bootstrap;
mod calibration;
mod metrics;
pub mod split;

pub use bootstrap::{AtThreshold, Figures, Interval, Scored, figures};
pub use calibration::Calibration;
pub use metrics::{Metrics, best_threshold};
pub use split::Shares;

/// Part of a whole, 0 of nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
