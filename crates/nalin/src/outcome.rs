//! How the notebooks went, for whoever waits for the answer.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};

use anyhow::{Context as _, Result, bail};
use records::{CellRun, CellStatus, Outcome, Reason, Reject, Run};

use crate::plan::Plan;

/// Says on stderr what was not run, and why.
pub(crate) fn tell(plan: &Plan) -> Result<()> {
    for program in ["nb2py", "nbinstrument"] {
        each_line(plan, &format!("{program}.rejects"), |line| {
            let reject: Reject = serde_json::from_str(line)?;
            filter::say("nalin", &not_run(&reject));
            Ok(())
        })?;
    }
    each_line(plan, "values.jsonl", |line| {
        if line.starts_with("{\"schema\":\"run/1\"") {
            let run: Run = serde_json::from_str(line)?;
            if run.outcome != Outcome::Ok {
                filter::say("nalin", &how(&run));
            }
        }
        Ok(())
    })
}

fn not_run(reject: &Reject) -> String {
    format!("{}: not run: {}: {}", reject.path, reject.reason.as_str(), reject.detail)
}

/// Who could look at nothing must not say that there are no findings.
///
/// # Errors
/// If nothing was read, and something could not be.
pub(crate) fn something_was_read(plan: &Plan) -> Result<()> {
    let scripts = fs::metadata(plan.scratch("scripts.jsonl")).map_or(0, |file| file.len());
    match unreadable(plan)?.first() {
        Some(reject) if scripts == 0 => bail!("{}", not_run(reject)),
        _ => Ok(()),
    }
}

/// Of a folder's files some may be anything; a file that was named must be a notebook.
///
/// # Errors
/// If one is not.
pub(crate) fn all_named_were_read(plan: &Plan) -> Result<()> {
    let is_named =
        |reject: &&Reject| plan.files.iter().any(|file| file.is_file() && file.ends_with(&reject.path));
    match unreadable(plan)?.iter().find(is_named) {
        Some(reject) => bail!("{}", not_run(reject)),
        None => Ok(()),
    }
}

/// What is no notebook, of those that nb2py could not use; others have no code, or none of Python.
fn unreadable(plan: &Plan) -> Result<Vec<Reject>> {
    let mut found = Vec::new();
    each_line(plan, "nb2py.rejects", |line| {
        found.push(serde_json::from_str::<Reject>(line)?);
        Ok(())
    })?;
    let hard = [Reason::NotJson, Reason::Nbformat, Reason::TooLarge, Reason::Unreadable];
    found.retain(|reject| hard.contains(&reject.reason));
    Ok(found)
}

fn each_line(plan: &Plan, name: &str, mut take: impl FnMut(&str) -> serde_json::Result<()>) -> Result<()> {
    let Ok(file) = File::open(plan.scratch(name)) else { return Ok(()) };
    for line in BufReader::new(file).lines() {
        take(&line.context("cannot read what a program wrote")?)
            .with_context(|| format!("{name} is damaged"))?;
    }
    Ok(())
}

/// One line about a notebook that did not run to its end without an error.
fn how(run: &Run) -> String {
    let all = run.cells.len();
    let ran = format!("{} of {all} cells ran", run.cells_ok);
    match run.cells.iter().find(|cell| cell.status != CellStatus::Ok && cell.status != CellStatus::Skipped) {
        Some(cell) => format!("{}: {} ({ran})", run.head.path, what(cell)),
        None => {
            let outcome = serde_json::to_value(run.outcome).unwrap_or_default();
            format!("{}: {}: {} ({ran})", run.head.path, outcome.as_str().unwrap_or_default(), run.detail)
        }
    }
}

fn what(cell: &CellRun) -> String {
    let message = cell.message.lines().next().unwrap_or_default();
    match cell.status {
        CellStatus::Timeout => format!("cell {}: ran out of time", cell.cell),
        CellStatus::Killed => format!("cell {}: the interpreter died", cell.cell),
        _ if cell.exception.is_empty() => format!("cell {}: {message}", cell.cell),
        _ => format!("cell {}, line {}: {}: {message}", cell.cell, cell.line, cell.exception),
    }
}

#[cfg(test)]
mod tests {
    use records::{CellRun, CellStatus};

    use super::what;

    #[test]
    fn what_went_wrong_in_a_cell() {
        let cell = CellRun {
            cell: 3,
            status: CellStatus::Error,
            exception: "KeyError".to_owned(),
            message: "'a'\nmore".to_owned(),
            line: 2,
            ..CellRun::default()
        };
        assert_eq!(what(&cell), "cell 3, line 2: KeyError: 'a'");
        assert_eq!(what(&CellRun { status: CellStatus::Timeout, ..cell }), "cell 3: ran out of time");
    }
}
