//! What every filter must do as a process.

use testkit::Program;

mod bug_scan {
    testkit::process_tests!(
        testkit::Program::new(env!("CARGO_BIN_EXE_bug-scan"), "script").args(["--cells"])
    );
}

mod bug_select {
    testkit::process_tests!(super::on_functions(env!("CARGO_BIN_EXE_bug-select")));
}

mod bug_rewrite {
    testkit::process_tests!(super::on_functions(env!("CARGO_BIN_EXE_bug-rewrite")).args(["--all"]));
}

mod bug_split {
    testkit::process_tests!(super::on_functions(env!("CARGO_BIN_EXE_bug-split")));
}

mod bug_dedup {
    testkit::process_tests!(super::on_functions(env!("CARGO_BIN_EXE_bug-dedup")));
}

mod bug_augment {
    testkit::process_tests!(super::on_functions(env!("CARGO_BIN_EXE_bug-augment")));
}

fn on_functions(program: &str) -> Program {
    Program::new(program, "function")
}
