//! What the model is asked about: a name, a value and its class of types.

use records::{Example, Pair, Value};
use serde::{Deserialize, Serialize};

/// A name and a value of which the model says whether they fit.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name, as it is written.
    pub name: &'a str,
    /// The value.
    pub value: &'a Value,
    /// The value's merged type.
    pub type_class: &'a str,
}

impl<'a> From<&'a Example> for Subject<'a> {
    fn from(example: &'a Example) -> Self {
        Self { name: &example.site.name, value: &example.value, type_class: &example.type_class }
    }
}

impl<'a> From<&'a Pair> for Subject<'a> {
    fn from(pair: &'a Pair) -> Self {
        Self { name: &pair.site.name, value: &pair.value, type_class: &pair.type_class }
    }
}

/// Inputs that the model is kept from seeing, in training and after, to learn what they are worth
/// (paper, section 4.5).
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct Ablation {
    /// Hide the name.
    pub name: bool,
    /// Hide the value's text.
    pub value: bool,
    /// Hide the value's type.
    #[serde(rename = "type")]
    pub type_: bool,
    /// Hide the value's length.
    pub len: bool,
    /// Hide the value's shape and size.
    pub shape: bool,
}

impl Ablation {
    /// Hides what either hides.
    pub fn and(self, other: Self) -> Self {
        Self {
            name: self.name || other.name,
            value: self.value || other.value,
            type_: self.type_ || other.type_,
            len: self.len || other.len,
            shape: self.shape || other.shape,
        }
    }
}
