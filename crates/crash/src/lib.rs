//! Why notebooks crash: eight small programs over one record, `crash/1`.
//!
//! `nbcrashes` finds the errors, `crash-filter` keeps those that a study is about, `crash-norm` repairs and
//! normalises their messages, `crash-cluster` puts like messages together, `crash-sample` draws from the
//! clusters, `crash-label` says why, `crash-stats` counts and tests, `crash-report` shows. Each adds fields to
//! the record and changes none, so any of them can be left out or swapped; each is a module here, named as
//! the program. `docs/crashes.md` tells what each rule is and where it is from.

pub mod crash_cluster;
pub mod crash_filter;
pub mod crash_label;
pub mod crash_norm;
pub mod crash_report;
pub mod crash_sample;
pub mod crash_stats;
pub mod nbcrashes;

mod columns;
mod libraries;
mod traceback;
