//! Labels beside the truth: crashes that were made on purpose (`scripts/crash-cases.py`), run in the order that
//! each asks for, saved as a notebook would have them.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::collections::BTreeMap;

use testkit::{Command, fixtures};

#[test]
fn order_is_told_apart() {
    let made = std::fs::read(fixtures().join("crashes/made.jsonl")).unwrap();
    let programs = [
        (env!("CARGO_BIN_EXE_nbcrashes"), &[][..]),
        (env!("CARGO_BIN_EXE_crash-norm"), &["--keep-empty"][..]),
        (env!("CARGO_BIN_EXE_crash-label"), &[][..]),
    ];
    let mut stream = made;
    let mut records = Vec::new();
    for (program, arguments) in programs {
        let finished = Command::new(program).args(arguments).stdin(stream).run().succeeds();
        records = finished.records();
        stream = finished.stdout;
    }
    // For each cause: said rightly, said, true.
    let mut counts: BTreeMap<String, [f64; 3]> = BTreeMap::new();
    let judged: Vec<_> = records.iter().filter(|crash| crash["cell"] == crash["judged"]).collect();
    assert!(judged.len() >= 80, "{} notebooks", judged.len());
    for crash in judged {
        let (truth, said) = (crash["truth"].as_str().unwrap(), crash["label"]["cause"].as_str().unwrap());
        counts.entry(truth.to_owned()).or_default()[2] += 1.0;
        counts.entry(said.to_owned()).or_default()[1] += 1.0;
        counts.entry(said.to_owned()).or_default()[0] += f64::from(u8::from(truth == said));
    }
    for cause in ["nb.out_of_order", "nb.previous_error"] {
        let [right, said, all] = counts[cause];
        assert!(all >= 20.0 && right / said >= 0.95, "{cause}: {right} of {said} are right");
        assert!(right / all >= 0.85, "{cause}: {right} of {all} are found");
    }
}
