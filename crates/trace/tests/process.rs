//! What every filter must do as a process; trace-pack and trace-cat, whose other end is no stream of records, have
//! tests of their own.

use testkit::Program;

mod trace_text {
    testkit::process_tests!(super::on_traces(env!("CARGO_BIN_EXE_trace-text")).args(["--jsonl"]));
}

mod trace_tasks {
    testkit::process_tests!(super::on_traces(env!("CARGO_BIN_EXE_trace-tasks")));
}

mod trace_dedup {
    testkit::process_tests!(super::on_traces(env!("CARGO_BIN_EXE_trace-dedup")));
}

mod trace_stats {
    testkit::process_tests!(
        super::on_traces(env!("CARGO_BIN_EXE_trace-stats")).args(["--format", "jsonl"]).without_fields()
    );
}

mod trace_check {
    testkit::process_tests!(super::on_traces(env!("CARGO_BIN_EXE_trace-check")));
}

fn on_traces(program: &str) -> Program {
    Program::new(program, "trace")
}
