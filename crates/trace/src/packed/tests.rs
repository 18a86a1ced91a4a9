//! What goes in comes out; what is damaged is found; nothing makes the reader fall over.

use std::io::Cursor;

use proptest::prelude::*;

use super::writer::Dictionary;
use super::{Encoded, Limits, Packer, Reader, Scan};
use crate::samples::recorded;

const LIMITS: Limits = Limits { section_bytes: 1 << 20 };

fn pack(lines: &[Vec<u8>], block: usize) -> Vec<u8> {
    let blocks: Vec<Encoded> = lines.chunks(block).map(Encoded::of).collect();
    let dictionary = Dictionary::learn(&blocks[..blocks.len().min(Dictionary::BLOCKS)], false, 3).unwrap();
    let mut packer = Packer::default();
    let mut file = packer.begin(&dictionary).unwrap();
    for block in &blocks {
        file.extend(packer.block(dictionary.pack(block, 3).unwrap()));
    }
    file.extend(packer.end());
    file
}

fn scan(file: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    let blocks = Scan::begin(file, LIMITS)?;
    let dictionary = blocks.dictionary();
    let mut lines = Vec::new();
    for block in blocks {
        lines.extend(dictionary.unpack(&block?, LIMITS)?);
    }
    Ok(lines)
}

fn range(file: &[u8], from: u64, to: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    Reader::open(Cursor::new(file), LIMITS)?.records(from, to, |line| {
        lines.push(line.to_vec());
        Ok(())
    })?;
    Ok(lines)
}

fn samples() -> Vec<Vec<u8>> {
    let traces = recorded();
    let mut lines: Vec<Vec<u8>> = traces.iter().map(|it| serde_json::to_vec(&it.trace).unwrap()).collect();
    let first = &traces[0].trace;
    let with = |change: &dyn Fn(&mut records::Trace)| {
        let mut trace = first.clone();
        change(&mut trace);
        serde_json::to_vec(&trace).unwrap()
    };
    lines.extend([
        with(&|it| it.values.reverse()),
        with(&|it| it.values.push("needed by nobody".to_owned())),
        with(&|it| it.values.push(it.values[0].clone())),
        with(&|it| it.events = vec![33, 1, 9, 9]),
        with(&|it| it.events = vec![15, u32::MAX]),
        with(&|it| it.initial = vec![(0, 1), (2, 0)]),
        with(&|it| it.id = "ABCDEFABCDEFABCDEFAB".to_owned()),
        with(&|it| it.argv = vec!["é".to_owned(), "\u{0}".to_owned()]),
        with(&|it| drop(it.extra.insert("own".to_owned(), serde_json::json!([1.5, null, {"a": "b"}])))),
        with(&|it| {
            it.values =
                vec!["-0".into(), "007".into(), "9223372036854775808".into(), "-9223372036854775808".into()]
        }),
        br#"{"schema":"run/1","id":"x"}"#.to_vec(),
        br#"{ "schema": "trace/1" }"#.to_vec(),
        b"\xff no text".to_vec(),
        b"{".to_vec(),
    ]);
    // The same fields in another order, and a number that is spelled otherwise.
    let text = String::from_utf8(lines[0].clone()).unwrap();
    lines.push(text.replace("\"line\":0", "\"line\": 0").into_bytes());
    lines
}

#[test]
fn every_line_comes_back_by_scan_and_by_number() {
    let lines = samples();
    for block in [1, 4, 256] {
        let file = pack(&lines, block);
        assert_eq!(scan(&file).unwrap(), lines);
        let n = lines.len() as u64;
        for (from, to) in [(0, 1), (3, 9), (n - 1, n), (0, u64::MAX), (n, u64::MAX)] {
            let expected = &lines[from as usize..(to.min(n)) as usize];
            assert_eq!(range(&file, from, to).unwrap(), expected, "{from}..{to}");
        }
    }
}

#[test]
fn ids_lead_to_their_records() {
    let lines = samples();
    let file = pack(&lines, 4);
    let mut reader = Reader::open(Cursor::new(&file), LIMITS).unwrap();
    let mut find = |id: &str| {
        let mut found = Vec::new();
        reader
            .with_id(id, |line| {
                found.push(line.to_vec());
                Ok(())
            })
            .unwrap();
        found
    };
    assert_eq!(find("x"), [br#"{"schema":"run/1","id":"x"}"#.to_vec()]);
    let id = recorded()[2].trace.id.clone();
    assert_eq!(find(&id), [lines[2].clone()]);
    assert!(find("nobody's").is_empty());
}

#[test]
fn a_dictionary_pays_when_blocks_are_alike() {
    let line = |n: usize| {
        serde_json::to_vec(&{
            let mut it = recorded()[n % 7].trace.clone();
            it.id = format!("{n:020x}");
            it
        })
    };
    let blocks: Vec<Encoded> = (0..Dictionary::BLOCKS)
        .map(|at| Encoded::of(&(at * 30..at * 30 + 30).map(|n| line(n).unwrap()).collect::<Vec<_>>()))
        .collect();
    assert!(!Dictionary::learn(&blocks, false, 3).unwrap().0.is_empty());
    assert!(Dictionary::learn(&blocks[..1], true, 3).unwrap().0.is_empty());
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let lines = samples();
    let file = pack(&lines, 8);
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(scan(&damaged).is_err(), "byte {at} of {}", file.len());
    }
    for length in 0..file.len() {
        assert!(scan(&file[..length]).is_err(), "torn at {length}");
    }
    assert!(scan(&[&file[..], b"x"].concat()).is_err());
}

#[test]
fn what_is_larger_than_allowed_is_refused() {
    let file = pack(&[vec![b'x'; 5000]], 1);
    let small = Limits { section_bytes: 4000 };
    let mut blocks = Scan::begin(&file[..], small).unwrap();
    let dictionary = blocks.dictionary();
    let error = dictionary.unpack(&blocks.next().unwrap().unwrap(), small).unwrap_err();
    assert!(error.to_string().contains("--max-record-bytes"), "{error}");
}

/// A block whose checksums are right and whose columns are not.
fn hostile(columns: &[u8], n_lines: u64) -> Vec<u8> {
    let mut content = Vec::new();
    records::push_varint(n_lines, &mut content);
    records::push_varint(columns.len() as u64, &mut content);
    content.extend(zstd::bulk::compress(columns, 1).unwrap());
    content
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_lines_come_back(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..20)) {
        prop_assert_eq!(scan(&pack(&lines, 7)).unwrap(), lines);
    }

    #[test]
    fn any_events_come_back(
        events in proptest::collection::vec(prop_oneof![0_u32..12, 16_u32..90, any::<u32>()], 0..60),
        values in proptest::collection::vec("-?[0-9]{1,3}|[a-c]|", 0..8),
        initial in proptest::collection::vec((0_u32..4, 0_u32..9), 0..4),
    ) {
        let mut trace = recorded()[0].trace.clone();
        (trace.events, trace.values, trace.initial) = (events, values, initial);
        let lines = vec![serde_json::to_vec(&trace).unwrap()];
        prop_assert_eq!(scan(&pack(&lines, 1)).unwrap(), lines);
    }

    #[test]
    fn sound_events_come_back(
        steps in proptest::collection::vec((0_u32..6, 0_u32..3, 0_u32..6, 0_u32..4), 0..60),
        values in proptest::sample::subsequence(vec!["1", "2", "3", "'a'", "None", "-7"], 6),
    ) {
        use records::{Change, TraceEvent};
        let mut depth = 0;
        let mut events = Vec::new();
        for (kind, name, value, line) in steps {
            let change = Change { name, value };
            events.push(match kind {
                0 => TraceEvent::Line { line, changes: vec![change] },
                1 => TraceEvent::Changes(vec![change, Change { name: 0, value: (value + 1) % 6 }]),
                2 => { depth += 1; TraceEvent::Call { line, function: name, parameters: vec![change] } }
                3 if depth > 0 => { depth -= 1; TraceEvent::Return(value) }
                4 => TraceEvent::Output(value),
                _ => TraceEvent::Line { line, changes: vec![] },
            });
        }
        let values: Vec<&str> = values.clone();
        let program = crate::samples::program("", &["a", "b", "c"], &values, &events);
        let lines = vec![serde_json::to_vec(&program.trace).unwrap()];
        prop_assert_eq!(scan(&pack(&lines, 1)).unwrap(), lines);
    }

    #[test]
    fn no_column_makes_the_reader_fall_over(at in 0_usize..4000, byte in any::<u8>(), cut in 0_usize..4000) {
        let (mut columns, _) = super::block::encode(&samples());
        let n = columns.len();
        columns[at % n] = byte;
        columns.truncate(n - cut % n / 4);
        let decoded = Dictionary::default().unpack(&hostile(&columns, 22), LIMITS);
        if let Ok(lines) = decoded {
            prop_assert_eq!(lines.len(), 22);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let file = [&super::sections::MAGIC[..], &bytes].concat();
        prop_assert!(scan(&file).is_err());
        prop_assert!(Dictionary::default().unpack(&bytes, LIMITS).is_err() || bytes.len() > 2);
        prop_assert!(range(&file, 0, 1).is_err());
    }
}
