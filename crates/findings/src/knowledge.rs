//! What a model of names and values knows, as far as a finding asks.

use evidence::{Subject, Usage};
use records::Alternative;

/// A name that was seen less often has no custom to speak of.
pub(crate) const LEAST_SEEN: u32 = 3;

/// What is known of names. A model answers; so may anything that counted.
pub trait Knowledge {
    /// What a name usually holds.
    fn usual(&self, name: &str) -> Usual;

    /// Whether any name ever held a value of this class of types.
    fn knows_class(&self, class: &str) -> bool;

    /// Whether enough repositories were seen to tell what is usual among them.
    fn knows_usage(&self) -> bool {
        false
    }

    /// What repositories attest of the name, where enough know it.
    fn usage(&self, subject: &Subject) -> Option<Usage> {
        let _ = subject;
        None
    }
}

/// What a name usually holds; of a name that was hardly seen, what names with its last known word hold.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    /// Classes of types with their shares, most frequent first.
    pub types: Vec<Alternative>,
    /// Typical values, as short texts.
    pub values: Vec<String>,
    /// How many values were seen under the name, or under names with the word.
    pub seen: u32,
    /// The word that stands for the name, where that was hardly seen itself.
    pub word: Option<String>,
}
