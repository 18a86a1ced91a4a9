//! The process tests that every filter must pass.

use testkit::{Folder, Program};

/// The model of a test goes where no other test looks; its folder stays until the tests end.
fn program() -> Program {
    let folder = Box::leak(Box::new(Folder::new()));
    let model = folder.join("model").to_string_lossy().into_owned();
    Program::new(env!("CARGO_BIN_EXE_nalin-train"), "example")
        .args(["--model", &model, "--epochs", "2"])
        .without_fields()
}

testkit::process_tests!(program());
