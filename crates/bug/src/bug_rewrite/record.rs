//! Rewrites as `bug/1` records.

use anyhow::Result;
use filter::Emit;
use records::{Bug, Candidate, Function, Reason, Record as _, Selected, id_of};

use super::rewritten;
use crate::rewrite::inverse;
use crate::scouts::{Rules, scan};
use crate::unit::Fragment;

/// Writes a record for each choice that can be made and taken back.
///
/// # Errors
/// If a record cannot be written.
pub fn write(
    mut function: Function,
    selected: &[Selected],
    rules: &Rules,
    with_candidates: bool,
    emit: &mut Emit,
) -> Result<()> {
    function.extra.shift_remove("stats");
    let fragment = Fragment::new(&function.text);
    let (code, _) = match fragment.of_function(&function) {
        Ok(parsed) => parsed,
        Err(error) => {
            emit.reject(function.id, function.path, Reason::Syntax, error.to_string());
            return Ok(());
        }
    };
    for choice in selected {
        let mut bug = Bug { probability: choice.probability, ..unchanged(&function) };
        if choice.candidate < 0 {
            if with_candidates {
                bug.candidates.clone_from(&function.candidates);
            }
            bug.id = id_of([&bug.function, &bug.text]);
            emit.count("without_bug", 1);
            emit.record(&bug)?;
            continue;
        }
        let Some(made) = rewritten(&function, &fragment, &code, choice.candidate, emit) else { continue };
        let candidate = &function.candidates[choice.candidate as usize];
        (bug.text, bug.repair) = (made.text, made.repair);
        if with_candidates {
            let Some(candidates) = scanned(&bug, rules) else {
                emit.count("does_not_parse", 1);
                continue;
            };
            let Some(target) = inverse(candidate, &bug.repair, &candidates) else {
                emit.count("not_taken_back", 1);
                continue;
            };
            (bug.target, bug.candidates) = (target as i64, candidates);
        }
        bug.class = candidate.class.as_str().to_owned();
        bug.id = id_of([&bug.function, &bug.text]);
        emit.count(candidate.class.as_str(), 1);
        emit.record(&bug)?;
    }
    Ok(())
}

/// A function's record without a bug and without candidates.
fn unchanged(function: &Function) -> Bug {
    Bug {
        schema: Bug::SCHEMA.to_owned(),
        function: function.id.clone(),
        repo: function.repo.clone(),
        root: function.root.clone(),
        path: function.path.clone(),
        file: function.file.clone(),
        package: function.package.clone(),
        version: function.version.clone(),
        language: function.language.clone(),
        kind: function.kind.clone(),
        name: function.name.clone(),
        line: function.line,
        text: function.text.clone(),
        globals: function.globals.clone(),
        target: -1,
        extra: function.extra.clone(),
        ..Bug::default()
    }
}

/// What could be rewritten in a changed text; `None` if it does not parse.
fn scanned(bug: &Bug, rules: &Rules) -> Option<Vec<Candidate>> {
    let fragment = Fragment::new(&bug.text);
    let (code, unit) = fragment.code(&bug.kind, &bug.language, bug.line, &bug.globals).ok()?;
    Some(scan(&code, &unit, rules).candidates)
}
