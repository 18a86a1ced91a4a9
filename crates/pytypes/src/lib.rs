//! What Python source tells of values and types without being run.
//!
//! [`Reader`] goes through the texts of one script and lists what is [`Written`] of the values of names: the value
//! itself where it is a literal, else a type that can be seen, was declared, or is the only one that is used so.
//! Nothing is computed and nothing is decided: a guess in the manner of a reader, to be counted among many.
//!
//! ```
//! use pysource::{Dialect, Tree};
//! use pytypes::{Constant, Holds, Reader};
//!
//! let tree = Tree::parse("n_rows = 3\n", Dialect::Python)?;
//! let written = Reader::default().read(&tree);
//! assert_eq!((written[0].name.as_str(), &written[0].holds), ("n_rows", &Holds::Value(Constant::Int(3))));
//! # Ok::<(), pysource::SyntaxError>(())
//! ```

mod inferred;
mod receivers;
mod table;
mod written;

pub use written::{Constant, Holds, Reader, Written};
