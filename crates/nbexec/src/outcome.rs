//! How a notebook's run ended: what its server saw, and what it said itself, as one record.

use anyhow::Result;
use records::{CellRun, CellStatus, Head, Instrumented, Outcome, Record as _, Run};
use sandbox::{Backend, Ended};

use crate::collect::Collected;

/// SIGALRM and SIGXCPU: the limits of a notebook that became another program.
const TIME_SIGNALS: [i64; 2] = [14, 24];

/// The run record of a notebook.
pub fn run(notebook: &Instrumented, collected: &Collected, ended: &Result<Ended>, sandbox: Backend) -> Run {
    let script = &notebook.script;
    let broken = Ended { exit_code: -1, ..Ended::default() };
    let (ended, broken_down) = match ended {
        Ok(ended) => (ended, None),
        Err(error) => (&broken, Some(format!("{error:#}"))),
    };
    let cells = cells(notebook, collected, ended);
    let (outcome, detail) = match broken_down {
        Some(detail) => (Outcome::Sandbox, detail),
        None => outcome(&cells, collected, ended),
    };
    let count =
        |wanted: fn(CellStatus) -> bool| cells.iter().filter(|cell| wanted(cell.status)).count() as u64;
    Run {
        schema: Run::SCHEMA.to_owned(),
        head: Head::of(script),
        outcome,
        detail,
        complete: collected.whole && collected.dropped == 0 && ended.exit_code == 0,
        exit_code: ended.exit_code,
        signal: ended.signal,
        cells_ok: count(|status| status == CellStatus::Ok),
        cells_failed: count(|status| !matches!(status, CellStatus::Ok | CellStatus::Skipped)),
        cells_skipped: count(|status| status == CellStatus::Skipped),
        sites: notebook.sites.len() as u64,
        sites_reached: collected.counts.iter().filter(|count| **count > 0).count() as u64,
        values: collected.values.len() as u64,
        missing_module: collected.missing_module.clone(),
        missing_file: collected.missing_file.clone(),
        sandbox: sandbox.as_str().to_owned(),
        memory_limit: if sandbox.is_container() { "cgroup" } else { "watched" }.to_owned(),
        python: collected.python.clone(),
        wall_seconds: ended.wall,
        cpu_seconds: ended.cpu,
        peak_bytes: ended.peak,
        extra: script.extra.clone(),
        cells,
    }
}

/// The cells in the order of the script; one that began and never ended was running at the end.
fn cells(notebook: &Instrumented, collected: &Collected, ended: &Ended) -> Vec<CellRun> {
    let timed_out = ended.reason == "timeout" || TIME_SIGNALS.contains(&ended.signal);
    let status_at_end = if timed_out { CellStatus::Timeout } else { CellStatus::Killed };
    let cell = |(place, cell): (usize, &records::Cell)| match &collected.cells[place] {
        Some(run) => run.clone(),
        None => CellRun {
            cell: cell.cell,
            status: if collected.begun == Some(place) { status_at_end } else { CellStatus::Skipped },
            ..CellRun::default()
        },
    };
    notebook.script.cells.iter().enumerate().map(cell).collect()
}

/// The first that applies: ended from outside, died, ran out of something, failed in a cell.
fn outcome(cells: &[CellRun], collected: &Collected, ended: &Ended) -> (Outcome, String) {
    let said = |text: &str| text.to_owned();
    let outcome = match ended.reason.as_str() {
        "timeout" => Some(Outcome::Timeout),
        "memory" => Some(Outcome::Oom),
        "output" => Some(Outcome::OutputLimit),
        "setup" => Some(Outcome::Sandbox),
        "" => None,
        _ => Some(Outcome::Killed),
    };
    if let Some(outcome) = outcome {
        return (outcome, ended.detail.clone());
    }
    if TIME_SIGNALS.contains(&ended.signal) {
        return (Outcome::Timeout, format!("signal {}", ended.signal));
    }
    if ended.signal != 0 {
        return (Outcome::Killed, format!("signal {}", ended.signal));
    }
    let has = |status| cells.iter().find(|cell| cell.status == status);
    if has(CellStatus::Killed).is_some() || ended.exit_code != 0 {
        return (Outcome::Killed, format!("ended its own interpreter, exit code {}", ended.exit_code));
    }
    if !collected.ended {
        return (Outcome::Killed, said("the end of its records is missing"));
    }
    if let Some(cell) = has(CellStatus::Timeout) {
        return (Outcome::Timeout, format!("cell {}: {}", cell.cell, cell.message));
    }
    if let Some(cell) = cells.iter().find(|cell| cell.exception == "MemoryError") {
        return (Outcome::Oom, format!("cell {}: MemoryError", cell.cell));
    }
    if !cells.is_empty() && cells.iter().all(|cell| cell.status == CellStatus::Syntax) {
        return (Outcome::Syntax, said("no cell compiles"));
    }
    let failed = cells.iter().find(|cell| matches!(cell.status, CellStatus::Error | CellStatus::Syntax));
    match failed {
        Some(cell) => (Outcome::CellErrors, format!("cell {}: {}", cell.cell, cell.exception)),
        None if collected.dropped > 0 => {
            (Outcome::Ok, format!("{} malformed words dropped", collected.dropped))
        }
        None => (Outcome::Ok, String::new()),
    }
}

/// The word for an outcome in records and summaries.
pub fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::CellErrors => "cell_errors",
        Outcome::Syntax => "syntax",
        Outcome::Timeout => "timeout",
        Outcome::Oom => "oom",
        Outcome::Killed => "killed",
        Outcome::OutputLimit => "output_limit",
        Outcome::Sandbox => "sandbox",
    }
}

#[cfg(test)]
mod tests {
    use records::{CellRun, CellStatus, Outcome};
    use sandbox::Ended;

    use super::outcome;
    use crate::collect::Collected;

    fn cell(status: CellStatus, exception: &str) -> CellRun {
        CellRun { cell: 1, status, exception: exception.to_owned(), ..CellRun::default() }
    }

    #[test]
    fn the_gravest_word_wins() {
        use CellStatus::{Error, Killed, Ok, Syntax, Timeout};
        let table = [
            (vec![], "", 0, 0, Outcome::Ok),
            (vec![cell(Ok, "")], "", 0, 0, Outcome::Ok),
            (vec![cell(Ok, ""), cell(Syntax, "SyntaxError")], "", 0, 0, Outcome::CellErrors),
            (vec![cell(Syntax, "SyntaxError")], "", 0, 0, Outcome::Syntax),
            (vec![cell(Error, "MemoryError"), cell(Ok, "")], "", 0, 0, Outcome::Oom),
            (vec![cell(Timeout, ""), cell(Error, "MemoryError")], "", 0, 0, Outcome::Timeout),
            (vec![cell(Killed, "")], "", 0, 0, Outcome::Killed),
            (vec![cell(Ok, "")], "", 70, 0, Outcome::Killed),
            (vec![cell(Ok, "")], "", -1, 11, Outcome::Killed),
            (vec![cell(Timeout, "")], "", -1, 14, Outcome::Timeout),
            (vec![cell(Ok, "")], "memory", -1, 9, Outcome::Oom),
            (vec![cell(Ok, "")], "processes", -1, 9, Outcome::Killed),
            (vec![cell(Ok, "")], "output", -1, 9, Outcome::OutputLimit),
            (vec![], "setup", -1, 0, Outcome::Sandbox),
        ];
        for (cells, reason, exit_code, signal, expected) in table {
            let ended = Ended { exit_code, signal, reason: reason.to_owned(), ..Ended::default() };
            let mut collected = Collected::default();
            collected.ended = true;
            assert_eq!(outcome(&cells, &collected, &ended).0, expected, "{cells:?} {ended:?}");
        }
        let silent = Collected::default();
        assert_eq!(outcome(&[], &silent, &Ended::default()).0, Outcome::Killed);
    }
}
