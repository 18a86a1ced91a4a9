//! Under construction.
pub mod cli;
