//! Any bytes as an archive: `checks/archive_reader.rs`, under libFuzzer.

#![no_main]

#[path = "../checks/archive_reader.rs"]
mod check;

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match check::check(bytes) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
