//! What `assign-merge` writes: a name and a value that were seen together.

use serde::{Deserialize, Serialize};

use crate::{Assignment, Extra, Head, Record, Site, Value};

/// A name-value pair: an assignment that passed the filters, with its merged type and its count.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// `"pair/1"`.
    pub schema: String,
    /// `id` of the first assignment that it stands for.
    pub id: String,
    /// The notebook.
    #[serde(flatten)]
    pub head: Head,
    /// The name and its place.
    pub site: Site,
    /// The value.
    pub value: Value,
    /// Which execution of the site this was, from 1.
    pub occurrence: u64,
    /// How often the site ran in all.
    pub occurrences: u64,
    /// `run`, `literal`, `inferred`, `declared` or `used`, as in [`Assignment::evidence`].
    pub evidence: String,
    /// The value's type after cleaning and merging: `ndarray`, `int`.
    pub type_class: String,
    /// How many assignments this pair stands for.
    pub count: u64,
    /// Weight in training, 1 unless a user says otherwise.
    pub weight: f64,
    /// Fields of users.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Pair {
    /// Makes a pair of an assignment; `type_class` is its cleaned and merged type.
    pub fn new(assignment: Assignment, type_class: String) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            id: assignment.id,
            head: assignment.head,
            site: assignment.site,
            value: assignment.value,
            occurrence: assignment.occurrence,
            occurrences: assignment.occurrences,
            evidence: assignment.evidence,
            type_class,
            count: 1,
            weight: 1.0,
            extra: assignment.extra,
        }
    }
}

impl Record for Pair {
    const SCHEMA: &'static str = "pair/1";
}
