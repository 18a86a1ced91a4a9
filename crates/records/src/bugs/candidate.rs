//! One rewrite that may be tried: the bug that it makes is repaired by another of the same kind.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One change of one place of a function.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// What kind of bug it makes.
    pub class: BugClass,
    /// Where: line and column of the first character and those behind the last one; lines of the file from 1,
    /// columns from 0 in characters. Of swapped arguments the function that is called.
    pub at: [u32; 4],
    /// What stands there instead; `""` deletes, and says nothing where arguments are swapped.
    pub text: Cow<'static, str>,
    /// The two arguments that change places, from 0; empty of all others.
    pub swap: Vec<u32>,
    /// The variable that takes the place of another, `""` of all others.
    pub symbol: Cow<'static, str>,
}

/// A kind of bug: which scout found the place.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BugClass {
    /// Another variable of the same scope.
    VariableMisuse,
    /// Another assignment: `=`, `+=`, `-=`, …
    AssignmentOperator,
    /// Another operator between two values: `+`, `-`, …
    BinaryOperator,
    /// `and` for `or`, or one `not` more or less.
    BooleanOperator,
    /// Another comparison.
    ComparisonOperator,
    /// Another small number, or the other truth value.
    Literal,
    /// Two arguments of a call in each other's place.
    ArgumentSwap,
}

impl BugClass {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::VariableMisuse,
        Self::AssignmentOperator,
        Self::BinaryOperator,
        Self::BooleanOperator,
        Self::ComparisonOperator,
        Self::Literal,
        Self::ArgumentSwap,
    ];

    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VariableMisuse => "variable_misuse",
            Self::AssignmentOperator => "assignment_operator",
            Self::BinaryOperator => "binary_operator",
            Self::BooleanOperator => "boolean_operator",
            Self::ComparisonOperator => "comparison_operator",
            Self::Literal => "literal",
            Self::ArgumentSwap => "argument_swap",
        }
    }
}
