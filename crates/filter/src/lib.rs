//! What every Unix filter of this project shares, so that all programs feel like one.
//!
//! JSONL in and out (plain or zstd), a limit on a record's size, the arguments common to all, exit
//! statuses, rejects, progress, the summary, output that is whole or absent. It knows nothing of
//! notebooks or models. A program is a clap struct that implements [`Filter`]; [`main`] does the rest.
//!
//! Exit statuses: 0 done (a closed pipe downstream too), 1 done and the answer is no, 2 not done;
//! SIGINT and SIGTERM are raised again after temporary files are gone.

mod args;
mod emit;
mod generate;
mod git;
mod input;
mod mismatch;
mod output;
mod parallel;
mod progress;
mod say;
mod signals;
mod spool;
mod stage;
mod writer;

use std::io;
use std::process::ExitCode;

pub use args::{Common, Generate, ProgressMode, RejectLimit};
pub use emit::Emit;
pub use git::{changed_files, patch};
pub use input::{Input, Line, Place, open};
pub use mismatch::{another_record, too_long};
pub use output::{Output, write_whole};
pub use parallel::ordered_map;
pub use records::escape;
pub use say::say;
pub use signals::{at_signal, remove_at_signal};
pub use spool::{Batch, Batches, Spool};
pub use stage::Stage;
pub use writer::StageWriter;

/// A program of the pipeline: its arguments, and what it does with a stage.
pub trait Filter: clap::Parser {
    /// The name of the program, as in its messages and records.
    const NAME: &'static str;

    /// The arguments that all programs share.
    fn common(&self) -> &Common;

    /// Reads, works and writes.
    ///
    /// # Errors
    /// Whatever keeps the program from doing its work; it ends with status 2 and this message.
    fn run(self, stage: &mut Stage) -> anyhow::Result<()>;
}

/// Makes arguments with a field `common` a [`Filter`]: its name, and what it runs with the arguments and the stage.
#[macro_export]
macro_rules! filter {
    ($arguments:ty, $name:literal, $run:path) => {
        impl $crate::Filter for $arguments {
            const NAME: &'static str = $name;

            fn common(&self) -> &$crate::Common {
                &self.common
            }

            fn run(self, stage: &mut $crate::Stage) -> anyhow::Result<()> {
                $run(&self, stage)
            }
        }
    };
}

/// Parses the arguments, runs the program, settles output, summary and exit status.
pub fn main<F: Filter>() -> ExitCode {
    program(F::NAME, |filter: F| {
        let mut stage = Stage::open(F::NAME, filter.common())?;
        let result = filter.run(&mut stage);
        stage.close(result)
    })
}

/// As [`main`], for a program that is no stage of the pipeline: `work` says yes (0) or no (1).
pub fn program<P: clap::Parser>(
    name: &'static str,
    work: impl FnOnce(P) -> anyhow::Result<bool>,
) -> ExitCode {
    if let Some(kind) = generate::asked_for(std::env::args_os()) {
        return match generate::write(kind, name, &mut P::command()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => fail(name, &error),
        };
    }
    let arguments = P::parse();
    signals::install();
    match work(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => fail(name, &error),
    }
}

fn fail(name: &str, error: &anyhow::Error) -> ExitCode {
    say(name, &format!("{error:#}"));
    ExitCode::from(2)
}

/// Whether the reader of our output has gone, which ends a filter quietly.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
