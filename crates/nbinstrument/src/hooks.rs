//! Which bindings to probe.

use std::str::FromStr;

use pysource::{Binding, Kind, Kinds, Shape};

/// A choice of bindings.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// The kinds to look at.
    pub kinds: Kinds,
    preset: Option<Preset>,
}

/// A set with a name.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// What the original Nalin tracks: a name assigned to alone, in a chain or directly in a tuple, and
    /// augmented assignment to a name, where the statement stands on a line of its own block
    Nalin,
}

/// One word of `--hooks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// All bindings of simple names.
    Default,
    /// Everything.
    All,
    /// One kind.
    Kind(Kind),
}

impl FromStr for Hook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "default" => Ok(Self::Default),
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::Kind).map_err(|error: String| format!("{error}, default, all")),
        }
    }
}

impl Default for Hooks {
    fn default() -> Self {
        Self { kinds: Kinds::simple_names(), preset: None }
    }
}

impl FromIterator<Hook> for Hooks {
    fn from_iter<I: IntoIterator<Item = Hook>>(hooks: I) -> Self {
        let kinds = hooks.into_iter().flat_map(|hook| -> Vec<Kind> {
            let simple = Kinds::simple_names();
            match hook {
                Hook::Default => Kind::ALL.iter().copied().filter(|kind| simple.has(*kind)).collect(),
                Hook::All => Kind::ALL.to_vec(),
                Hook::Kind(kind) => vec![kind],
            }
        });
        Self { kinds: kinds.collect(), preset: None }
    }
}

impl From<Preset> for Hooks {
    fn from(preset: Preset) -> Self {
        let Preset::Nalin = preset;
        Self { kinds: [Kind::Assign, Kind::AugAssign].into_iter().collect(), preset: Some(preset) }
    }
}

impl Hooks {
    /// Whether a binding of one of the kinds belongs to the choice.
    pub(crate) fn wants(&self, binding: &Binding) -> bool {
        match self.preset {
            None => true,
            Some(Preset::Nalin) => binding.shape != Shape::Nested && !binding.one_line_body,
        }
    }
}
