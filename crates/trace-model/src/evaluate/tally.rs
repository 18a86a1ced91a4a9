//! Right and wrong, summed up by what lines are about.

use std::collections::BTreeMap;
use std::ops::Range;

use records::{LmScore, Record as _};

use crate::data::is_asked;
use crate::text::{Piece, Role, Text};

/// What was expected at a place of a text, beside what stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    /// Whether it was right.
    pub(super) is_right: bool,
    /// Whether the end of the line was expected.
    pub(super) ends: bool,
    /// Bits that the truth costs.
    pub(super) bits: f64,
}

/// The parts of a text in units of whoever reads it: symbols, or bytes.
pub(super) struct Units {
    spans: Vec<(Role, Range<usize>)>,
    /// The first unit that is measured.
    pub(super) from: usize,
}

impl Units {
    pub(super) fn new(text: &Text, length: impl Fn(&str) -> usize) -> Self {
        let (mut end, mut from) = (0, None);
        let span = |piece: &Piece| {
            let start = end;
            end += length(&piece.text);
            if is_asked(piece) && from.is_none() {
                from = Some(start);
            }
            (piece.role, start..end)
        };
        let spans = text.pieces.iter().map(span).collect();
        // Of a program alone everything but its first unit.
        Self { spans, from: from.unwrap_or(1) }
    }
}

/// Sums of rights and of all, by measure, what they are told apart by, and group.
#[derive(Default)]
pub(super) struct Tally {
    sums: BTreeMap<(&'static str, &'static str, String), (f64, u64)>,
}

impl Tally {
    fn count(
        &mut self,
        measure: &'static str,
        by: &'static str,
        group: impl Into<String>,
        value: f64,
        n: u64,
    ) {
        let sum = self.sums.entry((measure, by, group.into())).or_default();
        sum.0 += value;
        sum.1 += n;
    }

    fn share(&mut self, measure: &'static str, by: &'static str, group: impl Into<String>, is_right: bool) {
        self.count(measure, by, group, f64::from(u8::from(is_right)), 1);
    }

    /// Adds a text; `hits` are those of the units from the first that is measured.
    pub(super) fn add(&mut self, text: &Text, level: u64, units: &Units, hits: &[Hit]) {
        let from = units.from;
        let hit = |at: usize| at.checked_sub(from).and_then(|at| hits.get(at));
        let is_right = |at: usize| hit(at).is_none_or(|hit| hit.is_right);
        // Behind the last part of a line only its end must be expected, not which line comes next.
        let is_over = |at: usize, is_last: bool| {
            hit(at).is_none_or(|hit| if is_last { hit.ends } else { hit.is_right })
        };
        let mut right = vec![[true; 3]; text.steps.len()];
        let mut changes = vec![false; text.steps.len()];
        for (place, (role, span)) in units.spans.iter().enumerate() {
            let next = units.spans.get(place + 1).map(|(role, _)| *role);
            let is_whole = span.clone().all(is_right);
            let is_last = !matches!(next, Some(Role::Changed(_) | Role::Kept(_)));
            let ends = is_over(span.end, is_last);
            match *role {
                Role::Head(step) => {
                    right[step as usize][0] &= is_whole;
                    right[step as usize][1] &= !is_last || ends;
                }
                Role::Changed(step) => {
                    changes[step as usize] = true;
                    right[step as usize][1] &= is_whole && ends;
                    right[step as usize][2] &= is_whole && ends;
                    self.bits("changes", span.clone().filter_map(hit), text_bytes(text, place));
                }
                Role::Kept(step) => right[step as usize][1] &= is_whole && ends,
                Role::Code | Role::End => {}
            }
            if span.end > from {
                self.bits("all", span.clone().filter_map(hit), text_bytes(text, place));
            }
        }
        self.lines(text, level, &right, &changes);
        if !text.steps.is_empty() {
            self.trace(level, hits.iter().all(|hit| hit.is_right), &right);
        }
    }

    /// Adds a text as copying sees it: which lines run and which names they change is given.
    pub(super) fn add_copies(&mut self, text: &Text, level: u64) {
        let mut changes = vec![false; text.steps.len()];
        for piece in &text.pieces {
            if let Role::Changed(step) = piece.role {
                changes[step as usize] = true;
            }
        }
        let is_line = |step: usize| !text.steps[step].operator.is_empty();
        let copied = |step: usize| !changes[step] || is_line(step) && text.steps[step].is_copied;
        let right: Vec<[bool; 3]> =
            (0..text.steps.len()).map(|step| [true, copied(step), copied(step)]).collect();
        self.lines(text, level, &right, &changes);
        self.trace(level, right.iter().flatten().all(|&right| right), &right);
    }

    fn bits<'h>(&mut self, by: &'static str, hits: impl Iterator<Item = &'h Hit>, bytes: usize) {
        self.count("bits_per_byte", by, "", hits.map(|hit| hit.bits).sum(), bytes as u64);
    }

    /// `right` has for each step whether its head, its whole line, its changes are right.
    fn lines(&mut self, text: &Text, level: u64, right: &[[bool; 3]], changes: &[bool]) {
        for ((step, &[head, line, changed]), &is_change) in text.steps.iter().zip(right).zip(changes) {
            self.share("head_exact", "all", "", head);
            self.share("line_exact", "all", "", line);
            if !is_change || step.operator.is_empty() {
                continue;
            }
            self.share("change_exact", "all", "", changed);
            self.share("change_exact", "level", level.to_string(), changed);
            self.share("change_exact", "operator", step.operator, changed);
            self.share("change_exact", "distance", distance(step.distance), changed);
            if step.digits > 0 {
                self.share("change_exact", "digits", step.digits.to_string(), changed);
            }
        }
    }

    fn trace(&mut self, level: u64, is_right: bool, right: &[[bool; 3]]) {
        self.share("trace_exact", "all", "", is_right);
        self.share("trace_exact", "level", level.to_string(), is_right);
        let before = right.iter().take_while(|[head, line, _]| *head && *line).count();
        self.count("trace_share", "all", "", before as f64 / right.len().max(1) as f64, 1);
    }

    /// The figures, in a fixed order.
    pub(super) fn scores(self, model: &str) -> Vec<LmScore> {
        let score = |((measure, by, group), (sum, n)): ((&str, &str, String), (f64, u64))| LmScore {
            schema: LmScore::SCHEMA.to_owned(),
            model: model.to_owned(),
            format: String::new(),
            measure: measure.to_owned(),
            by: by.to_owned(),
            group,
            n,
            value: if n == 0 { 0.0 } else { sum / n as f64 },
        };
        self.sums.into_iter().map(score).collect()
    }
}

fn text_bytes(text: &Text, piece: usize) -> usize {
    text.pieces[piece].text.len()
}

/// Distances as they are told apart, in words that sort.
fn distance(distance: Option<u32>) -> &'static str {
    match distance {
        None => "none read",
        Some(0 | 1) => "01",
        Some(2) => "02",
        Some(3..=4) => "03-04",
        Some(5..=8) => "05-08",
        Some(9..=16) => "09-16",
        Some(_) => "17-",
    }
}

#[cfg(test)]
mod tests;
