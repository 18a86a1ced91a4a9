//! From scores to findings: which names and values are reported, why, and what keeps them from being reported.
//!
//! A score says how unlikely a name and a value are; whether that is worth somebody's time is decided here.
//! [`Candidates`] keeps one record a place, the worst; [`left_out`] says why a record is nothing for people;
//! [`select`] takes away what a [`Baseline`] accepts or a comment silences; [`Reasons`] say which rule was broken and
//! in what words. What is known of names comes from whoever implements [`Knowledge`], so that a program, an editor's
//! server and a running notebook can share this with any model.
//!
//! Nothing here reads files, writes formats or knows a network.
//!
//! ```
//! use findings::{Candidate, Candidates, Knowledge, Left, Reasons, Selection, Usual, select};
//! use records::{Alternative, Head, Scored, Site, Value};
//!
//! /// Knows that counts are whole numbers.
//! struct Counts;
//!
//! impl Knowledge for Counts {
//!     fn usual(&self, name: &str) -> Usual {
//!         let types = vec![Alternative { text: "int".to_owned(), share: 1.0 }];
//!         if name.ends_with("count") { Usual { types, seen: 120, ..Usual::default() } } else { Usual::default() }
//!     }
//!
//!     fn knows_class(&self, _: &str) -> bool {
//!         true
//!     }
//! }
//!
//! let site = Site { name: "row_count".to_owned(), text: "row_count = 'many'".to_owned(), ..Site::default() };
//! let value = Value { type_name: "str".to_owned(), text: "many".to_owned(), len: 4, ..Value::default() };
//! let head = Head { path: "a.ipynb".to_owned(), ..Head::default() };
//! let scored = Scored { head, site, value, type_class: "str".to_owned(), score: 0.9, ..Scored::default() };
//!
//! let mut candidates = Candidates::new(None);
//! candidates.add(Candidate::new(scored));
//! // Nothing weighed more than anything else, and no other name was tried.
//! let explain = |some: Vec<Candidate>| -> Result<_, std::convert::Infallible> {
//!     let why = |one: Candidate| {
//!         let reasons = Reasons::of(&Counts, &one, [0.9; 3], &[]);
//!         one.into_finding(reasons)
//!     };
//!     Ok(some.into_iter().map(why).collect())
//! };
//! let Left { findings, .. } = select(candidates.into_sorted(), &Selection::default(), explain).unwrap();
//! assert_eq!(
//!     findings[0].message,
//!     "`row_count` holds a str: many, but elsewhere it holds int in 100 % of cases (120 seen)"
//! );
//! ```

mod baseline;
mod candidates;
mod changes;
mod knowledge;
mod passed_over;
mod published;
mod reasons;
mod select;

pub use baseline::{Baseline, BaselineError, baseline_text};
pub use candidates::{Candidate, Candidates};
pub use changes::{changed_lines, touches};
pub use knowledge::{Knowledge, Usual};
pub use passed_over::{Wanted, left_out};
pub use reasons::{INPUTS, MISLEADING_NAME, Reasons, VALUE_DOES_NOT_FIT, telling_words};
pub use select::{Left, Selection, select};
