//! Any bytes from a worker: `checks/record_channel.rs`, under libFuzzer.

#![no_main]

#[path = "../checks/record_channel.rs"]
mod check;

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match check::check(bytes) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
