//! What every filter must do as a process; `crash-report` writes no records and has tests of its own.

use testkit::Program;

mod nbcrashes {
    testkit::process_tests!(testkit::Program::new(env!("CARGO_BIN_EXE_nbcrashes"), "../crashes/made"));
}

mod crash_filter {
    testkit::process_tests!(
        super::on_crashes(env!("CARGO_BIN_EXE_crash-filter")).args(["--steps", "relevant"])
    );
}

mod crash_norm {
    testkit::process_tests!(super::on_crashes(env!("CARGO_BIN_EXE_crash-norm")));
}

mod crash_cluster {
    testkit::process_tests!(super::on_crashes(env!("CARGO_BIN_EXE_crash-cluster")));
}

mod crash_sample {
    // So sure a sample is the whole, even of one.
    testkit::process_tests!(super::on_crashes(env!("CARGO_BIN_EXE_crash-sample")).args(["--z", "1e9"]));
}

mod crash_label {
    testkit::process_tests!(super::on_crashes(env!("CARGO_BIN_EXE_crash-label")));
}

mod crash_stats {
    testkit::process_tests!(super::on_crashes(env!("CARGO_BIN_EXE_crash-stats")).without_fields());
}

fn on_crashes(program: &str) -> Program {
    Program::new(program, "crash")
}
