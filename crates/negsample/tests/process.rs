//! The process tests that every filter must pass.

testkit::process_tests!(testkit::Program::new(env!("CARGO_BIN_EXE_negsample"), "pair"));
