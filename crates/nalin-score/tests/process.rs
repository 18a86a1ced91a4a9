//! The process tests that every filter must pass.

mod common;

use testkit::Program;

fn program() -> Program {
    let model = common::model().path().to_str().expect("a temporary folder's name is plain");
    Program::new(env!("CARGO_BIN_EXE_nalin-score"), "pair").args(["--model", model])
}

testkit::process_tests!(program());
