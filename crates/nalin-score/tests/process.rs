//! The process tests that every filter must pass.

use std::sync::OnceLock;

use testkit::{Folder, Program, sample};

/// A model that knows next to nothing, learned once from the samples.
fn program() -> Program {
    static MODEL: OnceLock<String> = OnceLock::new();
    let model = MODEL.get_or_init(|| {
        let folder = Box::leak(Box::new(Folder::new()));
        let model = folder.join("model");
        let examples = sample("example");
        let text = String::from_utf8(examples).expect("samples are UTF-8");
        let lines: Vec<records::Example> =
            text.lines().map(|line| serde_json::from_str(line).expect("a sample parses")).collect();
        panic!("{} {model:?}", lines.len());
    });
    Program::new(env!("CARGO_BIN_EXE_nalin-score"), "pair").args(["--model", model])
}

testkit::process_tests!(program());
