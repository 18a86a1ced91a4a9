//! State-change traces: what programs do line by line, and what is made of that.

mod check;
mod event;
mod lm_score;
mod stat;
mod task;
mod text;
mod trace;

pub use check::{Contradiction, HiddenOperator, OperatorAgainst, OperatorFact, TraceCheck};
pub use event::{BrokenEvents, Change, TraceEvent, decode_events, encode_events};
pub use lm_score::LmScore;
pub use stat::TraceStat;
pub use task::TraceTask;
pub use text::{Glyph, TraceText};
pub use trace::Trace;
