//! `nalin`: one command for a person with a notebook.
//!
//! It spawns the programs of the pipeline, pipes them, and says what went wrong in one line; it computes
//! nothing, so that whoever needs more than it offers can write the same pipeline in a shell. stdout is the
//! report of `nalin-score` and nothing else; stderr says how the notebooks went.

pub mod cli;

mod changed;
mod outcome;
mod pipeline;
mod plan;
mod recorded;
mod rule;
mod version;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result};
use filter::Output;

use cli::{Args, Check, Verb};
use pipeline::Source;

/// Checks or explains; whether the answer is yes.
///
/// # Errors
/// If a program cannot be started or does not do its work.
pub fn run(args: Args) -> Result<bool> {
    match args.verb {
        Verb::Check(check) => run_check(&check, None),
        Verb::Explain { id, check } => run_check(&check, Some(&id)),
        Verb::Rule { code } => rule::tell(code.as_deref()).map(|()| true),
    }
}

fn run_check(check: &Check, id: Option<&str>) -> Result<bool> {
    let scratch = tempfile::Builder::new().prefix("nalin.").tempdir().context("cannot make a folder")?;
    let scratch_path = scratch.path().to_owned();
    filter::at_signal(move || {
        let _ = std::fs::remove_dir_all(scratch_path);
    });
    let files = match &check.report.changed_since {
        Some(revision) if !check.files.is_empty() => changed::among(&check.files, revision)?,
        _ => check.files.clone(),
    };
    let plan = plan::Plan::new(check, files, scratch.path(), id)?;
    let may_report = || outcome::something_was_read(&plan);
    let answer = if plan.files.is_empty() && !check.files.is_empty() {
        pipeline::run(&plan.scoring(), Source::Nothing, check.verbose)?
    } else if let Some(recorded) = &check.running.recorded {
        let known = recorded::known(&plan, check)?;
        let lines = recorded::lines(recorded, known.clone())?;
        pipeline::run_if(&plan.merging(), lines, may_report, check.verbose)
            .inspect(|_| recorded::tell_unknown(&known, check.quiet))?
    } else {
        pipeline::run_if(&plan.everything(), Source::Nothing, may_report, check.verbose)?
    };
    if let Some(path) = &check.running.record {
        keep(&plan.values(), path)?;
    }
    if !check.quiet {
        outcome::tell(&plan)?;
    }
    outcome::all_named_were_read(&plan)?;
    Ok(answer)
}

/// Keeps a file of this run; compressed if its name says so.
fn keep(from: &Path, path: &Path) -> Result<()> {
    let mut bytes = BufReader::new(File::open(from).context("nothing was recorded")?);
    let mut output = Output::create(path)?;
    loop {
        let part = bytes.fill_buf().context("cannot read what was recorded")?;
        if part.is_empty() {
            return output.finish();
        }
        output.write(part)?;
        let n = part.len();
        bytes.consume(n);
    }
}
