//! Whether what is missing would be there, had the cells run from top to bottom and to their ends.
//!
//! The saved execution counts tell the order; a cell without one was not run in the session that was saved.

use foretell::Code;

use super::{Case, Verdict};

/// A place where something comes into being: the cell, by its place among the code cells, and the lines of the
/// statement that makes it.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub at: usize,
    pub line: u32,
    pub last_line: u32,
}

/// Says by the order of execution why something that is made at these places was missing. `rules` names the
/// rule for: an error before it was made, not run before, below.
pub fn explain(case: &Case, what: &str, origins: &[Origin], rules: [&'static str; 3]) -> Option<Verdict> {
    let here = case.here?;
    let count = case.crash.execution_count;
    let elsewhere = || origins.iter().filter(|origin| origin.at != here);
    let cell = |origin: &Origin| case.code[origin.at].cell;
    let stopped = elsewhere().filter(|origin| {
        let cell = cell(origin);
        case.code[origin.at].ran_before(count) && !cell.exception.is_empty() && cell.line <= origin.last_line
    });
    // What ran to its end, or at least past this place, has made it: then order explains nothing by itself.
    let was_made = elsewhere().any(|origin| {
        let cell = cell(origin);
        case.code[origin.at].ran_before(count) && (cell.exception.is_empty() || cell.line > origin.last_line)
    });
    if let Some(origin) = stopped.max_by_key(|origin| cell(origin).execution_count)
        && !was_made
    {
        let stopped = cell(origin);
        let sure = if stopped.line > 0 { 0.95 } else { 0.75 };
        let evidence = format!(
            "`{what}` is made on line {} of cell {}, which ended with {} on line {}",
            origin.line, stopped.cell, stopped.exception, stopped.line
        );
        return Some(Verdict::new("nb.previous_error", rules[0], sure, evidence));
    }
    if was_made {
        return None;
    }
    let sure = if count >= 0 { 0.9 } else { 0.6 };
    let when = |origin: &Origin| match cell(origin).execution_count {
        count if count < 0 => "has not run".to_owned(),
        count => format!("ran later ({count} after {})", case.crash.execution_count),
    };
    if let Some(origin) = elsewhere().rfind(|origin| origin.at < here) {
        let evidence =
            format!("`{what}` is made in cell {} above, which {}", cell(origin).cell, when(origin));
        return Some(Verdict::new("nb.out_of_order", rules[1], sure, evidence));
    }
    let origin = elsewhere().find(|origin| origin.at > here)?;
    let evidence = format!("`{what}` is made in cell {} below, which {}", cell(origin).cell, when(origin));
    Some(Verdict::new("nb.future_cell", rules[2], sure, evidence))
}

/// How often the execution counts do not go up from one cell that ran to the next: cells ran in another order,
/// or in more sessions than one.
pub fn inversions(code: &[Code]) -> u32 {
    let counts: Vec<i64> =
        code.iter().map(|one| one.cell.execution_count).filter(|count| *count >= 0).collect();
    counts.windows(2).filter(|pair| pair[1] <= pair[0]).count() as u32
}
