//! Notebooks and Python scripts: from the bytes of a file to its code, and from every line back.
//!
//! [`notebook_script`] reads an `.ipynb` of nbformat 2, 3 or 4, [`python_script`] a `.py`, plain or with
//! percent markers; both give a [`records::Script`] whose cell table says for every line of code which
//! cell, line and physical line it came from. A file that cannot be used gives a [`Fault`] with a reason
//! out of the closed list. Nothing is executed, and nothing is read but the bytes that are handed in.

mod cookie;
mod errors;
mod fault;
pub mod json;
mod language;
mod light;
mod percent;
mod read;
mod script;
mod source;

pub use cookie::decoded;
pub use errors::{ErrorOutput, errors, note};
pub use fault::Fault;
pub use percent::python_script;
pub use read::{CodeCell, Notebook, read};
pub use script::{Magics, Options, Order, notebook_script};
pub use source::Source;
