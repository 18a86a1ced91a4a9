//! What every filter must do as a process; `generate` reads nothing and `sample` writes no records.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::sync::LazyLock;

use testkit::{Folder, Program, sample};

const TRACES: &str = "../../crates/trace-lm/tests/traces";
const TINY: &str = r#"{"layers": 1, "width": 16, "heads": 2, "hidden": 32, "context": 256}"#;

/// A folder with sizes and a model.
static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.write("sizes.json", TINY);
    train(&folder, "model").1.stdin(sample(TRACES)).run().succeeds();
    folder
});

fn train(folder: &Folder, model: &str) -> (Vec<String>, testkit::Command) {
    let path = |name: &str| folder.join(name).display().to_string();
    let args = ["train", "--steps", "3", "--model", &path(model), "--config", &path("sizes.json")]
        .map(str::to_owned);
    (args.to_vec(), testkit::Command::new(env!("CARGO_BIN_EXE_trace-lm")).args(args))
}

mod train {
    testkit::process_tests!(super::training());
}

mod evaluate {
    testkit::process_tests!(super::evaluating());
}

fn training() -> Program {
    // Each test has a folder of its own to train in.
    let name = std::thread::current().name().unwrap().replace("::", "-");
    Program::new(env!("CARGO_BIN_EXE_trace-lm"), TRACES).args(train(&FOLDER, &name).0).without_fields()
}

fn evaluating() -> Program {
    let model = FOLDER.join("model").display().to_string();
    let args = ["evaluate", "--part", "train", "--model", &model];
    Program::new(env!("CARGO_BIN_EXE_trace-lm"), TRACES).args(args).without_fields()
}
