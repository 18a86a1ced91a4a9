//! The types of every JSONL stream: what the stages agree on, and all that they share.
//!
//! One file a record; those of one family share a folder. A record is one JSON object a line; its `schema`
//! field names its type and version. Every key is always present and has one JSON type (an absent text is `""`,
//! an absent number `-1`), so that tables can be read from a stream without guessing. Fields that a stage does
//! not know are kept in `extra` and leave with the record: users hang their own on it.
//!
//! Nothing here reads or writes; that is `filter`.

mod bugs;
mod crashes;
mod escape;
mod fields;
mod finding;
mod head;
mod id;
mod instrumented;
mod label;
mod line;
mod metric;
mod names;
mod random;
mod reject;
mod run;
mod script;
mod shorten;
mod source;
mod summary;
mod traces;
mod varint;

pub use bugs::{Bug, BugClass, BugEdit, Candidate, Function, FunctionStats, Selected};
pub use crashes::{
    ComparedCategory, Comparison, Crash, CrashCell, CrashCluster, CrashFactor, CrashLabel, CrashOrigin,
};
pub use escape::{escape, table_cell};
pub use fields::{Fields, append_text};
pub use finding::{Alternative, Edit, Evidence, Finding, HeldValue};
pub use head::Head;
pub use id::id_of;
pub use instrumented::{Instrumented, Skipped};
pub use label::{Label, Mark};
pub use line::{Around, append_field, append_text_field, around, begin_record, json_text};
pub use metric::Metric;
pub use names::{
    Assignment, Evaluation, Example, Origin, Pair, Scored, Site, SiteView, Split, Value, ValueView,
};
pub use random::Random;
pub use reject::{Reason, Reject};
pub use run::{CellRun, CellStatus, Outcome, Run};
pub use script::{Cell, Magic, Script};
pub use shorten::{cut, first_chars};
pub use source::Source;
pub use summary::Summary;
pub use traces::{
    BrokenEvents, Change, Contradiction, Glyph, HiddenOperator, LmScore, OperatorAgainst, OperatorFact,
    Trace, TraceCheck, TraceEvent, TraceStat, TraceTask, TraceText, decode_events, encode_events,
};
pub use varint::{push_varint, take_varint, varint_length};

/// Fields of a record that no stage knows: kept in order, handed on untouched.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A type that travels as one line of a stream.
pub trait Record: serde::Serialize + serde::de::DeserializeOwned + Send {
    /// Name and version of the type, as it stands in the `schema` field: `"script/1"`.
    const SCHEMA: &'static str;
}
