//! Any bytes from a worker: nothing panics, what is kept keeps to the limits, and what follows is heard.
//!
//! The first byte says whether lines are recorded, the second how long the pieces are in which the rest arrives.

use clap::Parser as _;
use nbexec::cli::Args;
use nbexec::collect::Collected;
use nbexec::job::Limits;
use nbexec::{outcome, trace};
use records::{Instrumented, Run, Trace, decode_events};
use sandbox::{Backend, Ended};
use serde_json::json;

const MAX_VALUES: usize = 5;
const MAX_EVENTS: usize = 50;

/// Whether the bytes are of interest.
pub fn check(bytes: &[u8]) -> bool {
    let [choice, length, rest @ ..] = bytes else { return false };
    let values = MAX_VALUES.to_string();
    let events = format!("--trace-events={MAX_EVENTS}");
    let mut arguments = vec!["nbexec", "--max-values", &values];
    if choice % 2 == 1 {
        arguments.extend(["--trace", &events]);
    }
    let limits = Limits::new(&Args::parse_from(arguments), 0);
    let notebook = notebook();
    let mut collected = Collected::new(&notebook, &limits);
    for piece in rest.chunks(1 + usize::from(*length)) {
        collected.take(piece);
    }
    collected.take(b"\n{\"k\":\"b\",\"i\":1}\n");
    collected
        .take(br#"{"k":"v","s":3,"n":18446744073709551615,"p":1,"v":["int",-1,-1,[],-1,"",false,"7",1]}"#);
    collected.take(b"\n");
    collected.close();
    assert_eq!(collected.last_begun, Some(1));
    assert!(collected.values.len() <= MAX_VALUES + notebook.sites.len());
    assert!(collected.values.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    assert_eq!(collected.values.last().map(|(site, _, value)| (*site, value.text.as_str())), Some((3, "7")));
    for (site, occurrence, value) in &collected.values {
        assert!(*occurrence > 0 && *occurrence <= collected.counts[*site]);
        assert!(value.text.chars().count() <= 400 && value.type_name.chars().count() <= 240);
    }
    let run = outcome::run(&notebook, &collected, &Ok(Ended::default()), Backend::Bwrap);
    assert_eq!(run.cells.len(), notebook.script.cells.len());
    assert_eq!(again::<Run>(&run).cells.len(), run.cells.len());
    if let Some(assembler) = collected.trace.take() {
        let trace = again::<Trace>(&trace::record(&notebook.script, &run, "rewrite", assembler));
        let events = decode_events(&trace.events).expect("our own events");
        assert!(events.len() <= MAX_EVENTS && trace.stdout.len() <= 1 << 16);
    }
    true
}

/// A record as whoever reads it gets it.
fn again<R: serde::Serialize + serde::de::DeserializeOwned>(record: &R) -> R {
    let text = serde_json::to_string(record).expect("a record can be written");
    serde_json::from_str(&text).expect("a record can be read")
}

/// Three cells, of which a tag skips the last, and four sites.
fn notebook() -> Instrumented {
    let cell = |cell| {
        json!({"cell": cell, "cell_id": "", "execution_count": -1, "first_row": cell, "last_row": cell,
            "physical_lines": [cell], "has_error": false})
    };
    let site = json!({"name": "x", "kind": "assign", "cell": 1, "line": 1, "column": 1, "row": 1,
        "physical_line": 1, "scope": "", "text": "x = 1"});
    let record = json!({
        "schema": "instrumented/1", "id": "0123", "path": "a.ipynb", "repo": "", "language": "python",
        "language_version": "", "kernel": "", "nbformat": 4, "nbformat_minor": 5, "code": "x = 1\nx = 2\nx = 3\n",
        "cells": [cell(1), cell(2), cell(3)],
        "magics": [{"cell": 3, "line": 1, "kind": "tag", "name": "skip-execution", "action": "kept"}],
        "duplicate_of": "", "instrumented_code": "", "sites": [site, site, site, site], "broken_cells": [],
        "skipped": [],
    });
    serde_json::from_value(record).expect("a record")
}
