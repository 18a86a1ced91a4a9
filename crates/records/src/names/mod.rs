//! Names and values: what they held, which were seen together, what a model says of them.

mod assignment;
mod evaluation;
mod example;
mod pair;
mod view;

pub use assignment::{Assignment, Site, Value};
pub use evaluation::Evaluation;
pub use example::{Example, Origin, Scored, Split};
pub use pair::Pair;
pub use view::{SiteView, ValueView};
