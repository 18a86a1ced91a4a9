//! How a notebook's run ended: what its server saw, and what it said itself, as one record.

use std::collections::BTreeSet;

use anyhow::Result;
use records::{CellRun, CellStatus, Head, Instrumented, Outcome, Record as _, Run};
use sandbox::{Backend, Ended};

use crate::collect::Collected;
use crate::job::skipped;

/// SIGXCPU: the limit on CPU time, where Python does not handle it.
const CPU_SIGNAL: i64 = 24;

/// The run record of a notebook.
pub fn run(notebook: &Instrumented, collected: &Collected, ended: &Result<Ended>, sandbox: Backend) -> Run {
    let script = &notebook.script;
    let broken = Ended { exit_code: -1, ..Ended::default() };
    let (ended, broken_down) = match ended {
        Ok(ended) => (ended, None),
        Err(error) => (&broken, Some(format!("{error:#}"))),
    };
    let numbers: Vec<u32> = script.cells.iter().map(|cell| cell.cell).collect();
    let cells = cells(&numbers, &skipped(script), collected, ended);
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
        memory_limit: if sandbox.is_container() || collected.is_counted { "cgroup" } else { "watched" }
            .to_owned(),
        python: collected.python.clone(),
        wall_seconds: ended.wall,
        cpu_seconds: ended.cpu,
        peak_bytes: ended.peak,
        extra: script.extra.clone(),
        cells,
    }
}

/// The cells in the order of the script. Of one without an end that began, or that must have begun, it is not known that
/// it went well: the last of them was running at the end, of the others the end was lost.
fn cells(numbers: &[u32], skipped: &BTreeSet<u32>, collected: &Collected, ended: &Ended) -> Vec<CellRun> {
    let timed_out = ended.reason == "timeout" || ended.signal == CPU_SIGNAL;
    let status_at_end = if timed_out { CellStatus::Timeout } else { CellStatus::Killed };
    let cell = |(place, number): (usize, &u32)| match &collected.cells[place] {
        Some(run) => run.clone(),
        None => CellRun {
            cell: *number,
            status: match collected.begun[place] || collected.whole && !skipped.contains(number) {
                true if collected.last_begun == Some(place) => status_at_end,
                true => CellStatus::Killed,
                false => CellStatus::Skipped,
            },
            ..CellRun::default()
        },
    };
    numbers.iter().enumerate().map(cell).collect()
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
    if ended.signal == CPU_SIGNAL {
        return (Outcome::Timeout, format!("signal {}", ended.signal));
    }
    if ended.signal != 0 {
        return (Outcome::Killed, format!("signal {}", ended.signal));
    }
    let has = |status| cells.iter().find(|cell| cell.status == status);
    let killed = has(CellStatus::Killed);
    if ended.exit_code != 0 || killed.is_some() && !collected.ended {
        return (Outcome::Killed, format!("ended its own interpreter, exit code {}", ended.exit_code));
    }
    if !collected.ended {
        return (Outcome::Killed, said("the end of its records is missing"));
    }
    if let Some(cell) = killed {
        return (Outcome::Killed, format!("cell {}: how it ended is missing", cell.cell));
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
    use std::collections::BTreeSet;

    use records::{CellRun, CellStatus, Outcome};
    use sandbox::Ended;

    use super::{cells, outcome};
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
            (vec![cell(Timeout, "")], "", -1, 24, Outcome::Timeout),
            (vec![cell(Killed, "")], "", -1, 14, Outcome::Killed),
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

    #[test]
    fn a_cell_without_an_end_never_went_well() {
        let ended = Ended::default();
        for said in [
            r#"{"k":"b","i":0} {"k":"b","i":1} C {"k":"e","whole":true}"#,
            r#"{"k":"b","i":0} {"k":"b","i":1} C {"k":"e","whole":false}"#,
            r#"{"k":"b","i":1} C {"k":"e","whole":true}"#,
            r#"{"k":"b","i":0} {"k":"b","i":1} C"#,
        ] {
            let end = r#"{"k":"c","i":1,"status":"ok","exception":"","message":"","line":0,"frames":[]}"#;
            let mut collected = Collected::of_cells(&[3, 4]);
            collected
                .take(format!("{}\n", said.replace(" C", &format!(" {end}")).replace(' ', "\n")).as_bytes());
            collected.close();
            let cells = cells(&[3, 4], &BTreeSet::new(), &collected, &ended);
            assert_eq!(cells[0].status, CellStatus::Killed, "{said}");
            assert_eq!(outcome(&cells, &collected, &ended).0, Outcome::Killed, "{said}");
        }
    }
}
