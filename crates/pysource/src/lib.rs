//! Python source behind one door: parse, the names that a text binds, where code may be put beside
//! them without moving a line, edits, and the proof that an edit changed nothing else.
//!
//! The parser is ruff's. Its types stay inside: what leaves this crate are byte ranges and types of
//! our own, so that the parser can be replaced or brought up to date in one place. A text is one cell
//! of a notebook, or a whole script; nothing here knows of files, streams or notebooks.
//!
//! - [`Tree`] is the whole text: nodes, tokens, comments. [`Scopes`] has every read and write of a name in it,
//!   [`order`] what is evaluated when.
//! - [`bindings`] lists what a text binds (assignments, loops, `with`, walrus, parameters, …): name,
//!   kind, scope, ranges, and the [`Place`] where an expression can read the value right after it was
//!   bound, or the [`NoPlace`] reason why there is none.
//! - [`comments`] lists the comments, [`directives`] those that speak to linters; [`silences`] reads one of these.
//! - [`flow`] lists what a text does with names from outside, in the order in which it runs.
//! - [`words`] lists what a text is made of.
//! - [`imports`] lists the packages that a text imports.
//! - [`LineIndex`] tells the line of an offset.
//! - [`ipython`] finds IPython's own syntax in a cell and turns it into plain Python.
//! - [`Edits`] puts text in, replaces and deletes; [`rewrite`] makes edits and checks that nothing else has changed.
//! - [`check_probes`] proves that an instrumented text is the original and its probes, nothing else.

mod binding;
mod check;
mod comment;
mod compiled;
mod disarm;
mod edit;
mod flow;
mod imports;
pub mod ipython;
mod lines;
mod order;
mod parse;
mod place;
mod rewrite;
mod scope;
mod silence;
mod strip;
mod targets;
mod token;
mod tree;
mod walk;
mod words;

pub use binding::{Binding, Kind, Kinds, NoPlace, Place, Query, Shape};
pub use check::{Difference, check_probes};
pub use comment::comments;
pub use compiled::compiled_functions;
pub use edit::{Edited, Edits, Overlap};
pub use flow::{Act, Chance, Event, flow};
pub use imports::imports;
pub use lines::LineIndex;
pub use order::{Exit, Step, order};
pub use parse::{Dialect, SyntaxError, parses};
pub use rewrite::{RewriteError, rewrite};
pub use scope::{Access, AccessKind, Scope, ScopeId, ScopeKind, Scopes, Variable, VariableId};
pub use silence::{directives, silences};
pub use strip::ProbeNames;
pub use token::{Token, TokenKind, tokens};
pub use tree::{Children, Field, Literal, NameId, Node, NodeId, NodeKind, Operator, Tree};
pub use walk::bindings;
pub use words::words;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
