//! A search at work: what it has found, and what it had to leave out.

use std::borrow::Cow;
use std::ops::Range;

use pysource::Node;
use records::{BugClass, Candidate};

use super::rules::Rules;
use crate::code::Code;
use crate::unit::{Unit, UnitKind};

/// Why a published candidate is none by default: the text behind it would not parse, or would be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// `a, b += c`: no target of an augmented assignment.
    TupleTarget,
    /// `not(x)`: four characters of it are not `not` and a blank.
    NotWithoutBlank,
    /// `x in(y)`: a word without blanks round it.
    WordWithoutBlanks,
    /// `case 1 * 2j`: no pattern.
    Pattern,
    /// `return0`: two words become one.
    JoinedWords,
    /// `f(x, x)`: nothing changes.
    SameArguments,
}

impl Dropped {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::TupleTarget,
        Self::NotWithoutBlank,
        Self::WordWithoutBlanks,
        Self::Pattern,
        Self::JoinedWords,
        Self::SameArguments,
    ];

    /// The counter of the summary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TupleTarget => "dropped_tuple_target",
            Self::NotWithoutBlank => "dropped_not_without_blank",
            Self::WordWithoutBlanks => "dropped_word_without_blanks",
            Self::Pattern => "dropped_pattern",
            Self::JoinedWords => "dropped_joined_words",
            Self::SameArguments => "dropped_same_arguments",
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of their places.
    pub candidates: Vec<Candidate>,
    /// How many were left out, for each of [`Dropped::ALL`].
    pub dropped: [u64; Dropped::ALL.len()],
}

/// A search through one unit.
pub(super) struct Search<'c> {
    pub(super) code: &'c Code<'c>,
    pub(super) rules: &'c Rules,
    /// Whether the top level is searched.
    pub(super) is_cells: bool,
    found: Found,
    /// Where the candidates begin and end, to sort them by.
    ranges: Vec<(usize, usize)>,
}

impl<'c> Search<'c> {
    pub(super) fn new(code: &'c Code<'c>, unit: &Unit, rules: &'c Rules) -> Self {
        let is_cells = unit.kind == UnitKind::Cells;
        Self { code, rules, is_cells, found: Found::default(), ranges: Vec::new() }
    }

    /// Looks at a place where a text may be put instead of another, if its class is wanted and it is on one line.
    pub(super) fn place(&mut self, class: BugClass, range: Range<usize>) -> Option<Place<'_, 'c>> {
        if !self.rules.wants(class) || self.code.text().get(range.clone())?.contains('\n') {
            return None;
        }
        let at = self.code.places.at(&range);
        Some(Place { search: self, class, range, at })
    }

    /// Adds a swap of two arguments of the call of what stands in `range`.
    pub(super) fn swap(&mut self, range: &Range<usize>, arguments: [u32; 2]) {
        let at = self.code.places.at(range);
        let swap = arguments.to_vec();
        self.push(range, Candidate { swap, ..text_at(BugClass::ArgumentSwap, at, Cow::Borrowed("")) });
    }

    fn push(&mut self, range: &Range<usize>, candidate: Candidate) {
        self.ranges.push((range.start, range.end));
        self.found.candidates.push(candidate);
    }

    /// Counts what is left out; `false` where the published scouts are followed.
    pub(super) fn drops(&mut self, rule: Dropped, candidates: u64) -> bool {
        if self.rules.compat {
            return false;
        }
        self.found.dropped[rule as usize] += candidates;
        true
    }

    /// What a node's text is before and behind a range on the same line.
    pub(super) fn around(&self, range: &Range<usize>) -> (Option<char>, Option<char>) {
        let text = self.code.text();
        (text[..range.start].chars().next_back(), text[range.end..].chars().next())
    }

    pub(super) fn finish(self) -> Found {
        let Self { mut found, ranges, .. } = self;
        let mut order: Vec<u32> = (0..ranges.len() as u32).collect();
        // Stable: what one scout says of a place stays in its order.
        order.sort_by_key(|at| (ranges[*at as usize], found.candidates[*at as usize].class));
        let mut candidates: Vec<Option<Candidate>> = found.candidates.into_iter().map(Some).collect();
        found.candidates = order.into_iter().filter_map(|at| candidates[at as usize].take()).collect();
        found
    }
}

/// A place that other texts may be put at.
pub(super) struct Place<'s, 'c> {
    search: &'s mut Search<'c>,
    class: BugClass,
    range: Range<usize>,
    at: [u32; 4],
}

impl Place<'_, '_> {
    /// Adds a text.
    pub(super) fn text(&mut self, text: impl Into<Cow<'static, str>>) {
        let candidate = text_at(self.class, self.at, text.into());
        self.search.push(&self.range, candidate);
    }

    /// Adds a variable.
    pub(super) fn variable(&mut self, name: &str) {
        let symbol: Cow<'static, str> = Cow::Owned(name.to_owned());
        let candidate = Candidate { symbol: symbol.clone(), ..text_at(self.class, self.at, symbol) };
        self.search.push(&self.range, candidate);
    }
}

fn text_at(class: BugClass, at: [u32; 4], text: Cow<'static, str>) -> Candidate {
    Candidate { class, at, text, swap: Vec::new(), symbol: Cow::Borrowed("") }
}

/// Whether a node is a name or a call, to which `not` may be added.
pub(super) fn is_name_or_call(node: Node<'_>) -> bool {
    matches!(node.kind(), pysource::NodeKind::Name | pysource::NodeKind::Call)
}
