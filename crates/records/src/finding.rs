//! What is reported to people, whichever system found it: a name and a value that do not fit, a cell that will fail.

use serde::{Deserialize, Serialize};

use crate::{Head, Record, Site, Value};

/// One finding: a rule, the place where it was broken, what speaks for it, and how to mend it where that is known.
///
/// What only some findings have is a list: `fix` and `value` are empty where there is none.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// `"finding/2"`.
    pub schema: String,
    /// `id` of the record that was judged, as of the pair; else a hash of what was found.
    pub id: String,
    /// Hash of what was found where, without lines and white space: survives moved lines and re-ordered cells.
    pub fingerprint: String,
    /// Code of the rule that was broken, as people write it in an ignore comment: `NAL001` (`docs/rules/`).
    pub rule: String,
    /// Probability that the finding is right, 0 to 1.
    pub score: f64,
    /// One sentence.
    pub message: String,
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
    /// The place, with the name that it is about (`""` when it is about a whole line).
    pub place: Site,
    /// What speaks for it, the strongest of each kind first.
    pub evidence: Vec<Evidence>,
    /// Edits that together mend it; empty when no fix is known.
    pub fix: Vec<Edit>,
    /// The value that the name held; empty when nothing was run.
    pub value: Vec<HeldValue>,
}

/// One reason for a finding.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// What it is. Of names and values: `usual_type` and `usual_value`, what the name held where the model learned;
    /// `weighed`, an input of the model (`name`, `value`, `type`); `better_name`, one that would fit the value.
    pub kind: String,
    /// The type, value, input or name.
    pub text: String,
    /// How much it says: of a `usual_type` its share of what the name held; of a `weighed` input by how much the
    /// score falls without it (below 0: it would be higher); of a `better_name` 1 less the score with it; 0 of kinds
    /// without a number.
    pub share: f64,
}

/// One edit of a fix: the bytes of a range are replaced.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edit {
    /// First byte that is replaced, in the `code` of the script (of a `.py` that is the file), from 0.
    pub start: u64,
    /// The byte behind the last; `start` where text is only inserted.
    pub end: u64,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A value with its merged type.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldValue {
    /// The value.
    #[serde(flatten)]
    pub value: Value,
    /// Its merged type, as in a pair.
    pub type_class: String,
}

/// A type, name or input with a share, a score, or a difference of scores.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alternative {
    /// The type or name.
    pub text: String,
    /// Its share or score.
    pub share: f64,
}

impl Finding {
    /// The evidence of one kind.
    pub fn evidence_of(&self, kind: &str) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().filter(move |one| one.kind == kind)
    }

    /// The value that the name held, if anything was run.
    pub fn held(&self) -> Option<&HeldValue> {
        self.value.first()
    }
}

impl Record for Finding {
    const SCHEMA: &'static str = "finding/2";
}
