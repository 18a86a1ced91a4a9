//! The types of every JSONL stream: what the stages agree on, and all that they share.
//!
//! One file a record. A record is one JSON object a line; its `schema` field names its type and
//! version. Every key is always present and has one JSON type (an absent text is `""`, an absent
//! number `-1`), so that tables can be read from a stream without guessing. Fields that a stage does
//! not know are kept in `extra` and leave with the record: users hang their own on it.
//!
//! Nothing here reads or writes; that is `filter`.

mod assignment;
mod comparison;
mod crash;
mod escape;
mod evaluation;
mod example;
mod fields;
mod finding;
mod id;
mod instrumented;
mod label;
mod lm_score;
mod metric;
mod pair;
mod random;
mod reject;
mod run;
mod script;
mod source;
mod summary;
mod trace;
mod trace_check;
mod trace_event;
mod trace_stat;
mod trace_task;
mod trace_text;
mod view;

pub use assignment::{Assignment, Site, Value};
pub use comparison::{ComparedCategory, Comparison, CrashFactor};
pub use crash::{Crash, CrashCell, CrashCluster, CrashLabel, CrashOrigin};
pub use escape::escape;
pub use evaluation::Evaluation;
pub use example::{Example, Origin, Scored, Split};
pub use fields::{Fields, append_text};
pub use finding::{Alternative, Finding, Rule};
pub use id::id_of;
pub use instrumented::{Instrumented, ProbeSite, Skipped};
pub use label::{Label, Mark};
pub use lm_score::LmScore;
pub use metric::Metric;
pub use pair::Pair;
pub use random::Random;
pub use reject::{Reason, Reject};
pub use run::{CellRun, CellStatus, Outcome, Run};
pub use script::{Cell, Magic, Script};
pub use source::Source;
pub use summary::Summary;
pub use trace::Trace;
pub use trace_check::{Contradiction, HiddenOperator, OperatorAgainst, OperatorFact, TraceCheck};
pub use trace_event::{BrokenEvents, Change, TraceEvent, decode_events, encode_events};
pub use trace_stat::TraceStat;
pub use trace_task::TraceTask;
pub use trace_text::{Glyph, TraceText};
pub use view::{SiteView, ValueView};

/// Fields of a record that no stage knows: kept in order, handed on untouched.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A type that travels as one line of a stream.
pub trait Record: serde::Serialize + serde::de::DeserializeOwned + Send {
    /// Name and version of the type, as it stands in the `schema` field: `"script/1"`.
    const SCHEMA: &'static str;
}
