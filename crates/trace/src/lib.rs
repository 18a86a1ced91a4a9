//! What becomes of traces: seven small programs over one record, `trace/1`.
//!
//! `trace-pack` and `trace-cat` keep them, `trace-text` tells them, `trace-tasks` asks about them, `trace-dedup`
//! finds repetitions, `trace-stats` counts, `trace-check` replays them and finds contradictions. Each is a module
//! here, named as the program. They share the replay of events ([`state`]) and what a line of code is
//! ([`statements`]); nothing here runs a program.

pub mod loops;
pub mod packed;
pub mod program;
pub mod state;
pub mod statements;
pub mod tokens;
pub mod trace_cat;
pub mod trace_check;
pub mod trace_dedup;
pub mod trace_pack;
pub mod trace_stats;
pub mod trace_tasks;
pub mod trace_text;

#[cfg(test)]
mod samples;
