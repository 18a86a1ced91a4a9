//! Traces (`--trace`): what the runtime says of a program's lines, put together to a trace/1 record.
//!
//! [`wire`] reads the runtime's words, [`assemble`] makes events of them, the same whichever engine they are from.

pub mod assemble;
pub mod wire;

use records::{Outcome, Record as _, Run, Script, Trace, id_of};

use assemble::Assembler;

/// The trace record of a program that has run.
pub fn record(script: &Script, run: &Run, engine: &str, assembler: Assembler) -> Trace {
    let (stdin, argv) = (script.stdin.clone(), script.argv.clone());
    let mut parts = vec![script.id.as_str(), &stdin];
    parts.extend(argv.iter().map(String::as_str));
    let failed = run.cells.iter().find(|cell| !cell.exception.is_empty());
    let row = failed.and_then(|failed| {
        let cell = script.cells.iter().find(|cell| cell.cell == failed.cell)?;
        (failed.line > 0).then(|| cell.first_row.max(1) + failed.line - 1)
    });
    let whole = matches!(run.outcome, Outcome::Ok | Outcome::CellErrors | Outcome::Syntax);
    let assembled = assembler.finish();
    Trace {
        schema: Trace::SCHEMA.to_owned(),
        id: id_of(parts),
        notebook: script.id.clone(),
        path: script.path.clone(),
        repo: script.repo.clone(),
        language: script.language.clone(),
        python: run.python.clone(),
        engine: engine.to_owned(),
        code: script.code.clone(),
        outcome: run.outcome,
        exception: failed.map(|cell| cell.exception.clone()).unwrap_or_default(),
        message: failed.map(|cell| cell.message.clone()).unwrap_or_default(),
        line: row.unwrap_or_default(),
        truncated: assembled.truncated || !whole,
        names: assembled.names,
        values: assembled.values,
        initial: Vec::new(),
        events: records::encode_events(&assembled.events),
        stdout: assembled.stdout,
        stdin,
        argv,
        extra: script.extra.clone(),
    }
}
