//! Which cells will fail when a notebook is run from top to bottom, told without running it.
//!
//! The cells are gone through in the order of the file, with the set of names that are there. A name that a cell
//! is sure to read and that is not there ends the cell: what it would bind further down is not there for the
//! cells below, and when they fail for that alone, they follow ([`Rule::FollowsFailure`]). Wherever
//! code could do what is not seen here (`from x import *`, `exec`, `%run`, a magic that is not known), names are believed to be there.
//!
//! Nothing here reads a file: what lies beside the notebook and what is installed is told by whoever implements
//! [`Surroundings`].
//!
//! ```
//! use foretell::{Unknown, Wanted, findings};
//!
//! let notebook = notebook::read(
//!     br#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "python"}}, "cells": [
//!         {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 2, "source": "print(total)"},
//!         {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": "total = 3"}]}"#,
//! )
//! .unwrap();
//! let found = findings(&notebook, "a.ipynb", "", &Unknown, Wanted::default());
//! assert_eq!(found[0].message, "`total` is used here, but defined only in cell 2");
//! ```

mod code;
mod files;
mod finding;
mod modules;
mod rule;
mod surroundings;
mod unseen;
mod walk;

pub use code::{Code, binds, is_built_in, is_of_python_2, read};
pub use finding::{Wanted, findings};
pub use modules::{LIBRARIES, imported_by_lines, module_of_alias};
pub use rule::Rule;
pub use surroundings::{Surroundings, Unknown};
pub use walk::{Failure, failures};
