//! The figures of one small trace, by hand.

use super::{Hit, Tally, Units};
use crate::samples::{line, trace};
use crate::text::{Format, Style, Text, render};

/// `a = 5`, `b = a`, `a = 17`, `c = a + b`, `d = 22`.
fn text(format: Format) -> Text {
    let events = [
        line(1, &[(0, 0)]),
        line(2, &[(1, 0)]),
        line(3, &[(0, 1)]),
        line(4, &[(2, 2)]),
        line(5, &[(3, 2)]),
        line(6, &[]),
    ];
    let code = "a = 5\nb = a\na = 17\nc = a + b\nd = 22\nif a:\n";
    let trace = trace(code, &events, &["a", "b", "c", "d"], &["5", "17", "22"]);
    render(&trace, &Style { format, ..Style::default() }).unwrap()
}

fn value(tally: Tally, key: (&str, &str, &str)) -> (f64, u64) {
    let found =
        tally.scores("x").into_iter().find(|score| (&*score.measure, &*score.by, &*score.group) == key);
    found.map_or((-1.0, 0), |score| (score.value, score.n))
}

/// The tally of a text of which the units at which `wrong` is found in the text were not expected.
fn with_mistakes(text: &Text, wrong: &[(&str, bool)]) -> Tally {
    let all: String = text.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let units = Units::new(text, str::len);
    let mut hits: Vec<Hit> = all
        .bytes()
        .skip(units.from)
        .map(|byte| Hit { is_right: true, ends: byte == b'\n', bits: 0.5 })
        .collect();
    for &(place, ends) in wrong {
        let at = all.rfind(place).unwrap() + place.len() - 1 - units.from;
        hits[at] = Hit { is_right: false, ends, bits: 4.0 };
    }
    let mut tally = Tally::default();
    tally.add(text, 3, &units, &hits);
    tally
}

#[test]
fn a_mistake_in_a_value_counts_where_it_belongs() {
    // The second digit of c's 22.
    let one = |key| value(with_mistakes(&text(Format::Delta), &[("c=22", false)]), key);
    assert_eq!(one(("line_exact", "all", "")), (5.0 / 6.0, 6));
    assert_eq!(one(("head_exact", "all", "")), (1.0, 6));
    assert_eq!(one(("change_exact", "all", "")), (0.8, 5));
    assert_eq!(one(("change_exact", "operator", "+")), (0.0, 1));
    assert_eq!(one(("change_exact", "operator", "literal")), (1.0, 3));
    assert_eq!(one(("change_exact", "distance", "02")), (0.0, 1));
    assert_eq!(one(("change_exact", "distance", "01")), (1.0, 1));
    assert_eq!(one(("change_exact", "digits", "2")), (2.0 / 3.0, 3));
    assert_eq!(one(("change_exact", "level", "3")), (0.8, 5));
    assert_eq!(one(("trace_exact", "all", "")), (0.0, 1));
    assert_eq!(one(("trace_share", "all", "")), (0.5, 1));
    // 3 + 3 + 4 + 4 + 4 bytes of changes; all but one cost half a bit.
    assert_eq!(one(("bits_per_byte", "changes", "")), ((17.0 * 0.5 + 4.0) / 18.0, 18));
}

#[test]
fn where_a_line_ends_is_part_of_it_and_which_comes_next_is_not() {
    // Behind `b=5` another line was expected, or another digit.
    let next = |ends| with_mistakes(&text(Format::Delta), &[("b=5\n", ends)]);
    assert_eq!(value(next(true), ("change_exact", "all", "")), (1.0, 5));
    assert_eq!(value(next(true), ("head_exact", "all", "")), (5.0 / 6.0, 6));
    assert_eq!(value(next(false), ("change_exact", "operator", "copy")), (0.0, 1));
    assert_eq!(value(next(true), ("trace_exact", "all", "")), (0.0, 1));
    // The last line changes nothing: that must be known too.
    let last = with_mistakes(&text(Format::Delta), &[("\n6 \n", false)]);
    assert_eq!(value(last, ("line_exact", "all", "")), (5.0 / 6.0, 6));
}

#[test]
fn a_whole_state_is_more_than_its_change() {
    // The kept value of b in the last state.
    let one = |key| value(with_mistakes(&text(Format::Full), &[("b=5", false)]), key);
    assert_eq!(one(("change_exact", "all", "")), (1.0, 5));
    assert_eq!(one(("line_exact", "all", "")), (5.0 / 6.0, 6));
}

#[test]
fn copying_by_hand() {
    let copies = || {
        let mut tally = Tally::default();
        tally.add_copies(&text(Format::Delta), 1);
        tally
    };
    // b is what was written before, and so is d; a, its new value and c are not; the last line changes nothing.
    assert_eq!(value(copies(), ("change_exact", "all", "")), (0.4, 5));
    assert_eq!(value(copies(), ("change_exact", "operator", "literal")), (1.0 / 3.0, 3));
    assert_eq!(value(copies(), ("line_exact", "all", "")), (0.5, 6));
    assert_eq!(value(copies(), ("trace_exact", "all", "")), (0.0, 1));
}
