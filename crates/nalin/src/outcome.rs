//! How the notebooks went, for whoever waits for the answer.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use anyhow::{Context as _, Result};
use records::{CellRun, CellStatus, Outcome, Reject, Run};

use crate::plan::Plan;

/// Says on stderr what was not run, and why.
pub(crate) fn tell(plan: &Plan) -> Result<()> {
    for program in ["nb2py", "nbinstrument"] {
        each_line(plan, &format!("{program}.rejects"), |line| {
            let reject: Reject = serde_json::from_str(line)?;
            let reason = reject.reason.as_str();
            filter::say("nalin", &format!("{}: not run: {reason}: {}", reject.path, reject.detail));
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
        Some(cell) => format!("{}: {} ({ran})", run.path, what(cell)),
        None => {
            let outcome = serde_json::to_value(run.outcome).unwrap_or_default();
            format!("{}: {}: {} ({ran})", run.path, outcome.as_str().unwrap_or_default(), run.detail)
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
