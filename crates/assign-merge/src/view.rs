//! An assignment as far as it is looked at.

use std::borrow::Cow;

use records::{SiteView, ValueView};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An assignment, borrowed from its line. All that it must have is here, so that what is handed on is known
/// to be sound.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "parsed to be checked")]
pub(crate) struct View<'a> {
    #[serde(borrow)]
    pub(crate) schema: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) notebook: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) path: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) repo: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) site: SiteView<'a>,
    #[serde(borrow)]
    pub(crate) value: ValueView<'a>,
    pub(crate) occurrence: u64,
    pub(crate) occurrences: u64,
    #[serde(borrow)]
    pub(crate) evidence: Cow<'a, str>,
    /// Users may bring it; not a number when they do not.
    #[serde(default = "absent")]
    pub(crate) weight: f64,
    /// Ours to write; there already in the result of a shard.
    #[serde(borrow)]
    pub(crate) type_class: Option<&'a RawValue>,
    /// Likewise.
    #[serde(borrow)]
    pub(crate) count: Option<&'a RawValue>,
}

fn absent() -> f64 {
    f64::NAN
}
