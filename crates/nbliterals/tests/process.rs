//! What every filter must do as a process.

testkit::process_tests!(testkit::Program::new(env!("CARGO_BIN_EXE_nbliterals"), "script"));
