//! The checks of the fuzz targets (`fuzz/checks/`), on their seeds and on what a few changes make of these: so they
//! compile, and hold of what is at hand, without a fuzzer.

use std::fs;
use std::path::PathBuf;

use crate::root;

#[path = "../../fuzz/checks/archive_reader.rs"]
mod archive_reader;
#[path = "../../fuzz/checks/notebook_reader.rs"]
mod notebook_reader;
#[path = "../../fuzz/checks/python_rewriter.rs"]
mod python_rewriter;
#[path = "../../fuzz/checks/record_channel.rs"]
mod record_channel;

/// How many variants of a seed are checked; `NALIN_FUZZ_VARIANTS` asks for more, where there is no fuzzer.
fn variants() -> u64 {
    std::env::var("NALIN_FUZZ_VARIANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

/// The files of a folder, with their bytes.
fn files(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a name").path()).filter(|path| path.is_file());
    let mut files: Vec<_> =
        paths.map(|path| (path.display().to_string(), fs::read(path).expect("readable"))).collect();
    files.sort();
    files
}

/// A few bytes changed, a part doubled, the end cut off: the same for the same number.
fn variant(seed: &[u8], number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end.max(1)
    };
    let mut bytes = if seed.is_empty() { b" ".to_vec() } else { seed.to_vec() };
    for _ in 0..=below(8) {
        let at = below(bytes.len());
        match below(4) {
            0 => bytes[at] = below(256) as u8,
            1 => bytes[at] ^= 1 << below(8),
            2 => {
                let part = bytes[at..bytes.len().min(at + 1 + below(600))].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.truncate(at.max(3)),
        }
    }
    bytes
}

fn holds(check: fn(&[u8]) -> bool, seeds: Vec<(String, Vec<u8>)>) {
    assert!(!seeds.is_empty());
    for (name, seed) in seeds {
        assert!(check(&seed), "{name} is of no interest");
        for number in 1..=variants() {
            check(&variant(&seed, number));
        }
    }
}

#[test]
fn archives_of_any_bytes() {
    holds(archive_reader::check, files(root().join("fuzz/seeds/archive_reader")));
}

#[test]
fn channels_of_any_bytes() {
    holds(record_channel::check, files(root().join("fuzz/seeds/record_channel")));
}

#[test]
fn notebooks_of_any_bytes() {
    let is_short = |(_, bytes): &(String, Vec<u8>)| bytes.len() < 10_000;
    holds(notebook_reader::check, files(root().join("fixtures/odd")).into_iter().filter(is_short).collect());
}

#[test]
fn scripts_of_any_text() {
    let text =
        b"def f(a, *b):\n    c = [a for a in b]\n    return c\n#%%\nfor x, y in f(1): z = x\n#%%\n%ls\n";
    let seeds = [b'0', b'1', b'2', b'6'].map(|choice| (String::new(), [&[choice], &text[..]].concat()));
    holds(python_rewriter::check, seeds.to_vec());
}
