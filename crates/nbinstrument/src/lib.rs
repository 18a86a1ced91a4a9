//! Puts a probe behind every binding of a script, so that running it tells which names held what.
//!
//! Reads `script/1`, writes `instrumented/1`: the script as it came, its instrumented code beside the
//! original, and a table of sites. Every cell is parsed on its own; one that does not parse is named
//! and left as it is. A script of which no cell parses leaves as a reject (`syntax`).
//!
//! The law: a probe changes nothing but what is recorded. It stands on the line of what it watches, so
//! every statement keeps its line; it reads what was bound a moment before, so it cannot raise; it runs
//! no code of the notebook a second time. A binding where no such place exists is counted by reason.
//! `docs/instrumentation.md` has the forms and the reasons.

pub mod cli;
mod hooks;
mod instrument;
mod pragma;
mod probe;
mod verify;

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use filter::{Emit, Input, Stage};
use records::{Reason, Script};

pub use hooks::{Hook, Hooks, Preset};
pub use instrument::{Outcome, instrument};
pub use verify::verify;

/// What to do.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bindings to probe.
    pub hooks: Hooks,
    /// Whether to prove of every record that nothing but probes was added.
    pub verify: bool,
}

/// Instruments every script of the input.
///
/// # Errors
/// A malformed record, or what keeps the output from being written.
pub fn run(config: &Config, input: Input, stage: &mut Stage) -> Result<()> {
    let sound = AtomicBool::new(true);
    stage.map(input, |script: Script, emit: &mut Emit| {
        let (id, path) = (script.id.clone(), script.path.clone());
        let record = match instrument(script, &config.hooks)? {
            Outcome::Instrumented(record) => record,
            Outcome::NothingParses(detail) => {
                emit.reject(id, path, Reason::Syntax, detail);
                return Ok(());
            }
        };
        if config.verify {
            emit.count("cells_verified", (record.script.cells.len() - record.broken_cells.len()) as u64);
            if let Err(fault) = verify(&record) {
                sound.store(false, Ordering::Relaxed);
                emit.count("verify_failed", 1);
                emit.warn(format!("{path}: {fault:#}"));
            }
        }
        emit.count("cells", record.script.cells.len() as u64);
        emit.count("cells_broken", record.broken_cells.len() as u64);
        emit.count("sites", record.sites.len() as u64);
        for skipped in &record.skipped {
            emit.count(instrument::counter(&skipped.reason), skipped.count);
        }
        emit.record(&*record)
    })?;
    if !sound.into_inner() {
        stage.answer_no();
    }
    Ok(())
}
