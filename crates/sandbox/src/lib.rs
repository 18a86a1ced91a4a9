//! Runs Python servers for untrusted work in isolation, and speaks with them.
//!
//! A [`Worker`] is one server process behind the walls of a [`Backend`]: it takes jobs one at a time,
//! streams back bytes, and says how each job ended. What a job is and what the bytes mean is not known
//! here. What comes out of a worker is never trusted: frames have a size limit, everything has a
//! deadline, and a worker that breaks the protocol is killed with all that it started.

mod backend;
mod bwrap;
mod cgroup;
mod commands;
mod container;
mod interpreter;
mod none;
mod runtime;
mod setup;
mod worker;

pub use backend::Backend;
pub use interpreter::Interpreter;
pub use setup::Setup;
pub use worker::{Ended, Greeting, Worker};
