//! Any text as the cells of a script: `checks/python_rewriter.rs`, under libFuzzer.

#![no_main]

#[path = "../checks/python_rewriter.rs"]
mod check;

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match check::check(bytes) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
