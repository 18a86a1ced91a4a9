//! What a notebook's process says of itself, validated: it is strangers' code that may have written it.
//!
//! A line of the channel is one JSON object with a `k`: `b` a cell begins, `c` it has ended, `v` a value,
//! `n` how often a site has run, `m` and `f` a missing module or file, `t` lines of a trace, `e` the end. Whatever does not fit
//! (an unknown cell or site, a number out of range, a line that is no JSON or too long) is dropped and
//! counted. No text is a reason for that: what no UTF-8 can say is replaced. Nothing here says which notebook it is:
//! that is known from outside.

use std::collections::BTreeMap;

use records::{CellRun, CellStatus, Instrumented, Value, cut};
use serde::Deserialize;

use crate::job::Limits;
use crate::surrogates::encodable;
use crate::trace::assemble::Assembler;
use crate::trace::wire::Tables;

const MAX_LINE_BYTES: usize = 1 << 16;
const MAX_NAME_CHARS: usize = 200;
const MAX_MESSAGE_CHARS: usize = 500;
const MAX_TEXT_CHARS: usize = 400;
const MAX_FRAMES: usize = 20;
const MAX_DIMENSIONS: usize = 64;

/// All that is known of one notebook's run from its own words.
#[derive(Debug, Default)]
pub struct Collected {
    /// Values by site and occurrence: after [`Collected::close`] in that order, each pair once.
    pub values: Vec<(usize, u64, Value)>,
    /// How often each site ran.
    pub counts: Vec<u64>,
    /// The cells, by their place in the script; `None`: has not ended.
    pub cells: Vec<Option<CellRun>>,
    /// Which cells began, by their place in the script.
    pub begun: Vec<bool>,
    /// The cell that began last.
    pub last_begun: Option<usize>,
    /// First module that was missing.
    pub missing_module: String,
    /// First file that was missing.
    pub missing_file: String,
    /// Whether the last word arrived.
    pub ended: bool,
    /// Whether it says that every cell was started.
    pub whole: bool,
    /// Lines that were dropped.
    pub dropped: u64,
    /// Version of the interpreter.
    pub python: String,
    /// Whether the kernel counts the memory of all processes together.
    pub is_counted: bool,
    /// What its lines did, when that is to be recorded.
    pub trace: Option<Assembler>,
    numbers: Vec<u32>,
    kept: BTreeMap<(usize, u64), Value>,
    last: Vec<Option<(u64, Value)>>,
    max_values: usize,
    rest: Vec<u8>,
    skipping: bool,
}

#[derive(Deserialize)]
#[serde(tag = "k")]
enum Word {
    #[serde(rename = "b")]
    Begin { i: usize },
    #[serde(rename = "c")]
    Cell { i: usize, status: CellStatus, exception: String, message: String, line: u32, frames: Vec<String> },
    #[serde(rename = "v")]
    Value { s: usize, n: u64, p: u8, v: Described },
    #[serde(rename = "n")]
    Count { s: usize, n: u64 },
    #[serde(rename = "m")]
    Module { name: String },
    #[serde(rename = "f")]
    File { name: String },
    #[serde(rename = "e")]
    End { whole: bool },
    #[serde(rename = "to")]
    TraceFull,
}

/// Type, len, rank, shape, size, dtype, iterable, text, text_chars.
#[derive(Deserialize)]
struct Described(String, i64, i64, Vec<i64>, i64, String, bool, String, i64);

impl Collected {
    /// Nothing known yet.
    pub fn new(notebook: &Instrumented, limits: &Limits) -> Self {
        let numbers: Vec<u32> = notebook.script.cells.iter().map(|cell| cell.cell).collect();
        Self {
            counts: vec![0; notebook.sites.len()],
            last: vec![None; notebook.sites.len()],
            max_values: limits.max_values,
            trace: limits.trace.as_ref().map(|trace| Assembler::new(trace.events)),
            ..Self::of_cells(&numbers)
        }
    }

    /// Nothing known yet of cells with these numbers, in which nothing is recorded.
    pub(crate) fn of_cells(numbers: &[u32]) -> Self {
        Self {
            cells: vec![None; numbers.len()],
            begun: vec![false; numbers.len()],
            numbers: numbers.to_vec(),
            ..Self::default()
        }
    }

    /// Takes the next bytes of the channel.
    pub fn take(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.keep_bytes(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.rest);
            if std::mem::take(&mut self.skipping) || !self.take_line(&line) {
                self.dropped += 1;
            }
        }
        self.keep_bytes(bytes);
    }

    fn keep_bytes(&mut self, bytes: &[u8]) {
        if self.rest.len() + bytes.len() > MAX_LINE_BYTES {
            self.skipping = true;
            self.rest.clear();
        }
        if !self.skipping {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn take_line(&mut self, line: &[u8]) -> bool {
        let line = &*encodable(line);
        if let Some(trace) = &mut self.trace
            && Tables::is_message(line)
        {
            return trace.take(line);
        }
        let Ok(word) = serde_json::from_slice::<Word>(line) else { return false };
        match word {
            Word::Begin { i } if i < self.cells.len() => {
                self.begun[i] = true;
                self.last_begun = Some(i);
            }
            Word::Cell { i, status, exception, message, line, frames }
                if i < self.cells.len() && status != CellStatus::Skipped && frames.len() <= MAX_FRAMES =>
            {
                self.cells[i] = Some(CellRun {
                    cell: self.numbers[i],
                    status,
                    exception: cut(exception, MAX_NAME_CHARS),
                    message: cut(message, MAX_MESSAGE_CHARS),
                    line,
                    frames: frames.into_iter().map(|frame| cut(frame, 2 * MAX_NAME_CHARS)).collect(),
                });
            }
            Word::Value { s, n, p, v } if s < self.counts.len() && n > 0 => {
                let Some(value) = v.validated() else { return false };
                self.counts[s] = self.counts[s].max(n);
                if p > 0 {
                    self.last[s] = Some((n, value));
                } else if self.kept.len() < self.max_values {
                    self.kept.entry((s, n)).or_insert(value);
                }
            }
            Word::Count { s, n } if s < self.counts.len() => self.counts[s] = self.counts[s].max(n),
            Word::Module { name } if self.missing_module.is_empty() => {
                self.missing_module = cut(name, MAX_NAME_CHARS);
            }
            Word::File { name } if self.missing_file.is_empty() => self.missing_file = cut(name, 1000),
            Word::TraceFull => {
                let Some(trace) = &mut self.trace else { return false };
                trace.truncate();
            }
            Word::End { whole } => (self.ended, self.whole) = (true, whole),
            _ => return false,
        }
        true
    }

    /// The last bytes have come: puts the values in order. A value that was the last of its site when a
    /// cell ended counts only if no later one was kept.
    pub fn close(&mut self) {
        if !self.rest.is_empty() || self.skipping {
            self.dropped += 1;
        }
        let mut kept = std::mem::take(&mut self.kept);
        for (site, last) in std::mem::take(&mut self.last).into_iter().enumerate() {
            let Some((occurrence, value)) = last else { continue };
            if kept.range((site, occurrence)..=(site, u64::MAX)).next().is_none() {
                kept.insert((site, occurrence), value);
            }
        }
        self.values = kept.into_iter().map(|((site, occurrence), value)| (site, occurrence, value)).collect();
    }
}

impl Described {
    fn validated(self) -> Option<Value> {
        let Self(type_name, len, rank, shape, size, dtype, iterable, text, text_chars) = self;
        let in_range = [len, rank, size, text_chars].iter().chain(&shape).all(|number| *number >= -1);
        (in_range && shape.len() <= MAX_DIMENSIONS).then(|| Value {
            type_name: cut(type_name, MAX_NAME_CHARS + 40),
            len,
            rank,
            shape,
            size,
            dtype: cut(dtype, MAX_NAME_CHARS),
            iterable,
            text: cut(text, MAX_TEXT_CHARS),
            text_chars,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use proptest::prelude::*;
    use proptest::string::string_regex;
    use records::CellStatus;
    use serde_json::{Value as Json, json};

    use super::Collected;
    use crate::trace::assemble::Assembler;

    fn collected() -> Collected {
        Collected { counts: vec![0; 2], last: vec![None; 2], max_values: 3, ..Collected::of_cells(&[5]) }
    }

    fn value(site: usize, occurrence: i64, pending: u8, text: &str) -> Json {
        json!({"k": "v", "s": site, "n": occurrence, "p": pending, "v": ["int", -1, -1, [], -1, "", false, text, 1]})
    }

    fn take(collected: &mut Collected, words: &[Json]) {
        for word in words {
            collected.take(format!("{word}\n").as_bytes());
        }
    }

    fn texts(mut collected: Collected) -> Vec<(usize, u64, String)> {
        collected.close();
        collected.values.into_iter().map(|(site, occurrence, value)| (site, occurrence, value.text)).collect()
    }

    #[test]
    fn values_come_out_by_site_and_occurrence() {
        let mut all = collected();
        take(
            &mut all,
            &[value(1, 1, 0, "b"), value(0, 2, 0, "a2"), value(0, 1, 0, "a1"), value(0, 2, 0, "again")],
        );
        let expected = [(0, 1, "a1"), (0, 2, "a2"), (1, 1, "b")];
        assert_eq!(texts(all), expected.map(|(site, occurrence, text)| (site, occurrence, text.to_owned())));
    }

    #[test]
    fn the_last_value_of_a_cell_gives_way_to_a_later_one() {
        let mut all = collected();
        take(&mut all, &[value(0, 1, 0, "first"), value(0, 5, 1, "last of a cell"), value(0, 8, 0, "kept")]);
        take(&mut all, &[value(1, 4, 1, "last"), value(1, 9, 1, "very last")]);
        let found: Vec<_> = texts(all).into_iter().map(|(_, _, text)| text).collect();
        assert_eq!(found, ["first", "kept", "very last"]);
    }

    #[test]
    fn what_does_not_fit_is_dropped() {
        let mut all = collected();
        let nonsense =
            json!({"k": "v", "s": 0, "n": 1, "p": 0, "v": ["int", -7, -1, [], -1, "", false, "", 1]});
        take(
            &mut all,
            &[value(2, 1, 0, ""), value(0, 0, 0, ""), value(0, -1, 0, ""), nonsense, json!({"k": "?"})],
        );
        take(&mut all, &[json!({"k": "b", "i": 1}), json!([]), json!({"k": "n", "s": 9, "n": 1})]);
        all.take(&vec![b'x'; 1 << 20]);
        all.take(b"\n\xff\n");
        assert_eq!((all.dropped, all.counts.clone()), (10, vec![0, 0]));
        take(&mut all, &[value(0, 1, 0, "x")]);
        assert_eq!(texts(all).len(), 1);
    }

    #[test]
    fn numbers_and_texts_have_limits() {
        let mut all = collected();
        let many: Vec<_> = (1..10).map(|occurrence| value(0, occurrence, 0, &"é".repeat(1000))).collect();
        take(&mut all, &many);
        take(&mut all, &[json!({"k": "m", "name": "a".repeat(1000)}), json!({"k": "e", "whole": true})]);
        assert_eq!((all.counts[0], all.missing_module.len(), all.whole), (9, 200, true));
        let values = texts(all);
        assert_eq!((values.len(), values[0].2.chars().count()), (3, 400));
    }

    /// Half words, words of impossible numbers, words of a trace, and anything else.
    fn hostile() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let number = "(-?[0-9]{1,3}|18446744073709551616|1e308|null|\"x\")";
        let value = format!(
            r#"\["[a-z]{{0,3}}",{number},{number},\[{number}?\],{number},"",true,"[^"]{{0,9}}",{number}\]"#
        );
        let trace = r#"\{"k":"t","new":\{"n":\["a","b"\],"d":\[\["f",9\]\],"s":\[\[[0-3],[0-3]\]\],"b":\[\[[0-2]\]\]\},"e":"#;
        let patterns = [
            format!(
                r#"\{{"k":"[bcnvmfe]","i":{number},"s":{number},"n":{number},"p":[0-2],"v":{value}\}}\n"#
            ),
            format!(
                r#"\{{"k":"c","i":{number},"status":"(ok|error|skipped|timeout)","exception":"","message":"[^"]{{0,9}}","line":{number},"frames":\[\]\}}\n"#
            ),
            format!(r#"{trace}\[([0-9]{{1,3}},|"'x'",|null,){{0,12}}[0-9]{{1,3}}\]\}}\n"#),
            format!(r#"{trace}"([0-9a-f]{{2}}0{{14}}){{0,12}}"\}}\n"#),
            r#"\{"k":"to"\}\n|\{"k":"e","whole":true\}\n|\[{1,300}\n"#.to_owned(),
        ];
        let words =
            patterns.map(|pattern| string_regex(&pattern).unwrap().prop_map(String::into_bytes).boxed());
        let any = proptest::collection::vec(any::<u8>(), 0..40).boxed();
        proptest::collection::vec(proptest::strategy::Union::new(words.into_iter().chain([any])), 0..40)
    }

    proptest! {
        #[test]
        fn hostile_bytes_spoil_nothing_but_their_own_words(words in hostile(), cut in 1_usize..70) {
            let mut all = Collected { trace: Some(Assembler::new(20)), ..collected() };
            for part in words.concat().chunks(cut) {
                all.take(part);
            }
            // What follows is heard, whatever came before.
            all.take(b"\n");
            take(&mut all, &[json!({"k": "b", "i": 0}), value(1, 1_000_000, 1, "last")]);
            prop_assert_eq!(all.last_begun, Some(0));
            let assembled = all.trace.take().unwrap().finish();
            prop_assert!(assembled.events.len() <= 20);
            all.close();
            prop_assert!(all.values.len() <= 3 + 2 && all.values.is_sorted_by_key(|(site, n, _)| (*site, *n)));
            prop_assert!(all.values.iter().any(|(site, _, value)| *site == 1 && value.text == "last"));
        }
    }

    #[test]
    fn pieces_of_a_line_are_put_together() {
        let mut all = collected();
        let bytes = format!("{}\n{{\"k\":\"b\"", value(0, 1, 0, "x"));
        for byte in bytes.as_bytes() {
            all.take(&[*byte]);
        }
        all.close();
        assert_eq!((all.values.len(), all.dropped), (1, 1));
    }
    /// A text as a process may write it in JSON: any characters, escapes, halves of surrogate pairs, bytes that are no UTF-8.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<char>().prop_map(|letter| {
                let json = serde_json::to_string(&letter).unwrap();
                json.as_bytes()[1..json.len() - 1].to_vec()
            }),
            (0xd7f0..0xe010_u32).prop_map(|unit| format!("\\u{unit:04x}").into_bytes()),
            (0xd800..0xe000_u32).prop_map(|unit| format!("\\\\\\u{unit:04X}").into_bytes()),
            (0x80..=0xff_u8).prop_map(|byte| vec![byte]),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_is_a_reason_to_drop_a_word(text in text()) {
            let mut all = collected();
            for word in [
                r#"{"k":"b","i":0}"#,
                r#"{"k":"v","s":0,"n":1,"p":0,"v":["T",-1,-1,[],-1,"T",false,"T",1]}"#,
                r#"{"k":"m","name":"T"}"#,
                r#"{"k":"f","name":"T"}"#,
                r#"{"k":"c","i":0,"status":"error","exception":"T","message":"T","line":1,"frames":["T"]}"#,
                r#"{"k":"e","whole":true}"#,
            ] {
                let mut parts = word.split('T');
                let mut line = parts.next().unwrap().as_bytes().to_vec();
                for part in parts {
                    line.extend_from_slice(&text);
                    line.extend_from_slice(part.as_bytes());
                }
                line.push(b'\n');
                all.take(&line);
            }
            all.close();
            prop_assert_eq!((all.dropped, all.values.len(), all.ended), (0, 1, true));
            prop_assert_eq!(all.cells[0].as_ref().map(|cell| cell.status), Some(CellStatus::Error));
        }

        #[test]
        fn no_bytes_are_a_reason_to_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut all = collected();
            all.take(&bytes);
            all.take(b"\n{\"k\":\"e\",\"whole\":true}\n");
            all.close();
            prop_assert!(all.ended);
        }
    }
}
