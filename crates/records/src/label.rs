//! What people say of findings, as the html report hands it out.

use serde::{Deserialize, Serialize};

use crate::Record;

/// One finding that a person has looked at; `nalin-score --eval` reads it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Label {
    /// `"label/1"`.
    pub schema: String,
    /// `id` of the pair that was reported.
    pub id: String,
    /// The finding's fingerprint.
    pub fingerprint: String,
    /// What the person said.
    pub mark: Mark,
    /// 1: name and value do not fit, 0: false alarm.
    pub label: u8,
    /// The finding's score.
    pub score: f64,
    /// Path of the notebook.
    pub path: String,
    /// The cell, from 1.
    pub cell: u32,
    /// Line in the cell, from 1.
    pub line: u32,
    /// The name.
    pub name: String,
}

/// What a person may say of a finding.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// They do not fit, whoever is to blame.
    Right,
    /// The value is wrong: a bug.
    WrongValue,
    /// The value is right, the name misleads.
    MisleadingName,
    /// They fit.
    FalseAlarm,
}

impl Record for Label {
    const SCHEMA: &'static str = "label/1";
}
