//! Bugs for source: where one can be put, functions with one, and what is made of these.
//!
//! `bug-scan` lists what could be rewritten, `bug-select` chooses, `bug-rewrite` makes the bug and takes it back. Each
//! is a module here, named as the program. They share the seven [`scouts`], which find the places, and the [`rewrite`]
//! of one place; nothing here runs a program or learns.

pub mod bug_augment;
pub mod bug_dedup;
pub mod bug_rewrite;
pub mod bug_scan;
pub mod bug_select;
pub mod bug_split;
pub mod code;
pub mod places;
pub mod published;
pub mod rewrite;
pub mod scouts;
pub mod unit;
