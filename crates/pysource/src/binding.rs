//! What a binding is.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

/// One binding of a name (or of an attribute or item) in a text. Ranges are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name as Python knows it; of an attribute its last part, of an item its key when that is a
    /// string and else the name it is an item of, of a returned value the function.
    pub name: String,
    /// How it is bound.
    pub kind: Kind,
    /// How the name stands in the target.
    pub shape: Shape,
    /// Where the name stands.
    pub name_range: Range<usize>,
    /// The statement; of a compound one its header with the colon.
    pub statement: Range<usize>,
    /// Enclosing functions and classes, joined by dots; `""` at the top.
    pub scope: Arc<str>,
    /// Whether it stands in the body of a compound statement on that statement's own line (`if x: y = 1`).
    pub one_line_body: bool,
    /// Where an expression can read the value right after it was bound, and nothing ran in between.
    pub place: Result<Place, NoPlace>,
}

/// Where code can be put, on the same line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this offset, as a further simple statement: `; CODE`.
    After(usize),
    /// At this offset, before a simple statement: `CODE; `.
    Before(usize),
    /// Before the value of this expression is computed, once: `CODE or (EXPRESSION)`, for code without value.
    Guard(Range<usize>),
    /// At this offset, as a condition of a comprehension: ` if not CODE`, for code without value.
    Filter(usize),
    /// Round the expression that is the value: `CODE((EXPRESSION))`.
    Value(Range<usize>),
}

impl Place {
    /// The same place in a text that has this one from `offset` on.
    pub fn moved_by(&self, offset: usize) -> Self {
        let moved = |range: &Range<usize>| range.start + offset..range.end + offset;
        match self {
            Self::After(at) => Self::After(at + offset),
            Self::Before(at) => Self::Before(at + offset),
            Self::Filter(at) => Self::Filter(at + offset),
            Self::Guard(range) => Self::Guard(moved(range)),
            Self::Value(range) => Self::Value(moved(range)),
        }
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that stands for it in records and arguments.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text).ok_or_else(|| {
                    let words: Vec<_> = Self::ALL.iter().map(|it| it.as_str()).collect();
                    format!("`{text}` is none of {}", words.join(", "))
                })
            }
        }
    };
}

words! {
    /// How something is bound.
    Kind {
        /// `x = 1`, `x = y = 1`, `x, (y, *z) = …`, `[x, y] = …`
        Assign = "assign",
        /// `x: int = 1`
        AnnAssign = "ann_assign",
        /// `x += 1`
        AugAssign = "aug_assign",
        /// `(x := 1)`
        Walrus = "walrus",
        /// `for x in …`, `async for`
        For = "for",
        /// `with … as x`, `async with`
        With = "with",
        /// `except … as x`
        Except = "except",
        /// Names in the pattern of a `case`
        Case = "case",
        /// `[… for x in …]` and its kin
        Comprehension = "comprehension",
        /// Parameters of functions and lambdas
        Parameter = "parameter",
        /// `return …`, under the name of the function
        Return = "return",
        /// `import x`, `from … import x`
        Import = "import",
        /// `def x`, `class x`, `type x = …`
        Def = "def",
        /// `a.x = …`
        Attribute = "attribute",
        /// `a["x"] = …`
        Subscript = "subscript",
    }
}

words! {
    /// Why there is no sound place to read a value. Explained in `docs/instrumentation.md`.
    NoPlace {
        /// The same statement binds the name again.
        Rebound = "rebound",
        /// The value could be had only by reading an attribute or item again, which may run code.
        SecondRead = "second_read",
        /// What comes next is a `while`, whose condition runs many times.
        BeforeWhile = "before_while",
        /// What comes next is a definition that runs code, but has no expression that runs first.
        BeforeDef = "before_def",
        /// Nothing follows in the block.
        NothingFollows = "nothing_follows",
        /// The line is IPython syntax.
        Magic = "magic",
        /// What comes next begins with `match` as a name, before which the parser takes no other statement.
        SoftKeyword = "soft_keyword",
        /// The source of the expression is itself a value: `f"{x = }"`, t-strings, annotations.
        SourceIsValue = "source_is_value",
        /// A class body whose names a metaclass keeps may drop or make up names.
        ClassNamespace = "class_namespace",
        /// The function is compiled by something else than Python (numba, TensorFlow, …).
        CompiledFunction = "compiled_function",
        /// Python's compiler refuses the statement, though the parser takes it.
        Invalid = "invalid",
        /// `from __future__ import …` must stay the first statement.
        FutureImport = "future_import",
        /// `from … import *` binds names that nobody knows beforehand.
        StarImport = "star_import",
    }
}

/// How a name stands in its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The whole target.
    Whole,
    /// Directly an element of a tuple.
    Element,
    /// In a list, starred, or deeper.
    Nested,
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// All bindings of simple names by assignment, loop or `with`.
    pub fn simple_names() -> Self {
        [Kind::Assign, Kind::AnnAssign, Kind::AugAssign, Kind::Walrus, Kind::For, Kind::With]
            .into_iter()
            .collect()
    }

    /// Whether the set has this kind.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u16))
    }
}

/// What to look for in a text, and what is known of the texts that it runs with.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The kinds to list.
    pub kinds: Kinds,
    /// Functions that are handed to a compiler by name, from [`crate::compiled_functions`] of all texts.
    pub compiled: &'a BTreeSet<String>,
    /// Whether a metaclass with a namespace of its own (`__prepare__`) may be in play.
    pub foreign_namespaces: bool,
}
