//! What can be trained, and what it can be kept from seeing, as the command line names it.

use clap::ValueEnum;
use nalin_model::Arch;

/// The architectures by name.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArchName {
    /// Wide and deep over bags of features: words and n-grams of the name, type, sizes and text of the value
    #[default]
    Default,
    /// The published network and its encodings, 1,224,001 parameters
    Nalin,
    /// Logistic regression over hashed crosses of name and value features
    Linear,
    /// Warn when the name is known, but never held a value of this type
    Lookup,
}

impl From<ArchName> for Arch {
    fn from(name: ArchName) -> Self {
        match name {
            ArchName::Default => Self::Default,
            ArchName::Nalin => Self::Nalin,
            ArchName::Linear => Self::Linear,
            ArchName::Lookup => Self::Lookup,
        }
    }
}

/// The inputs that can be hidden.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The name
    Name,
    /// The value's text
    Value,
    /// The value's type
    Type,
    /// The value's length
    Len,
    /// The value's shape and size
    Shape,
}
