//! Who attests what: facts, counted once for each repository or package that attests them.
//!
//! A frequency does not tell a name that one repository uses everywhere from one that a hundred agree on; the number
//! of independent groups that attest it does. [`Tally`] counts any [`Observation`] that way, by hashed keys: joint
//! keys (this name goes with this value) once a group, marginal keys (this value) each time. What one group attests
//! can be left out of the count, so that an example of the training part is seen as one of an unknown repository
//! will be.
//!
//! [`PairTally`] counts pairs of a name and a value; its features are what a judge of names weighs. No network is in
//! here, nothing reads files, and the same facts give the same bytes.
//!
//! ```
//! use evidence::{Ablation, Fact, NameKeys, PairTally, Source, Subject};
//!
//! let value = records::Value::default();
//! let subject = Subject { name: "row_count", value: &value, type_class: "int" };
//! // Three repositories, one of them twice: the fourth fact adds nothing.
//! let facts = [1, 2, 3, 3].map(|repo| Fact { subject, source: Source::Run, repo });
//! let tally = PairTally::of(&facts);
//!
//! let row_count = tally.value_keys(&subject, Ablation::default());
//! let all = tally.features(&NameKeys::of("row_count"), &row_count, &[]);
//! let of_others = tally.features(&NameKeys::of("row_count"), &row_count, &[1]);
//! // The first feature is the logarithm of the repositories that know the name, in sixteenths.
//! assert_eq!([all[0], of_others[0]], [3.0_f32, 2.0].map(|n| (n.ln_1p() * 16.0).round() as i8));
//! ```

mod counts;
pub mod hash;
pub mod names;
mod packing;
mod pairs;
mod tally;

pub use pairs::{
    Ablation, FEATURE_SCALE, Fact, Kind, NameKeys, PairTally, Source, Subject, Support, Usage, ValueKeys,
    form, magnitude_bucket,
};
pub use tally::{Observation, Tally};
