//! The ways in which a cell fails that can be told before.

/// Why a cell will fail, each with a page in `docs/rules/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// It uses a name before the cell that defines it.
    UsedBeforeDefined,
    /// Nothing defines a name that it uses.
    UndefinedName,
    /// An import is missing, or the module that it imports.
    MissingImport,
    /// A file that it reads is not there.
    MissingFile,
    /// It is no Python 3.
    DoesNotParse,
    /// One before it will fail.
    FollowsFailure,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::UsedBeforeDefined,
        Self::UndefinedName,
        Self::MissingImport,
        Self::MissingFile,
        Self::DoesNotParse,
        Self::FollowsFailure,
    ];

    /// The rule's code, as people write it in an ignore comment.
    pub fn code(self) -> &'static str {
        match self {
            Self::UsedBeforeDefined => "NBC001",
            Self::UndefinedName => "NBC002",
            Self::MissingImport => "NBC003",
            Self::MissingFile => "NBC004",
            Self::DoesNotParse => "NBC005",
            Self::FollowsFailure => "NBC006",
        }
    }
}
