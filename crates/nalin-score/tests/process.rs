//! The process tests that every filter must pass.

use testkit::Program;

fn program() -> Program {
    let model = crate::common::model().path().to_str().expect("a temporary folder's name is plain");
    Program::new(env!("CARGO_BIN_EXE_nalin-score"), "pair").args(["--model", model])
}

testkit::process_tests!(program());
