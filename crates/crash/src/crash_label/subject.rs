//! Whether a crash is a matter of ML: the code that failed uses an ML library or something derived from one, or
//! the traceback leads through one.

use std::collections::BTreeMap;

use foretell::{Code, LIBRARIES, binds};
use pysource::Act;

use super::Case;
use crate::libraries::counted_as;
use crate::traceback::Owner;

/// What a crash is about.
pub struct Subject {
    /// Whether it is a matter of ML.
    pub is_ml: bool,
    /// The library to blame: the innermost that the traceback leads through, or the one used on the line.
    pub library: String,
}

pub fn of(case: &Case) -> Subject {
    let in_traceback = case.frames.iter().rev().find_map(|frame| match &frame.owner {
        Owner::Package(package) => library(package),
        _ => None,
    });
    let derived = derived(case.code);
    let on_line = case
        .here
        .and_then(|here| names_on_line(case, here).iter().find_map(|name| derived.get(name.as_str())));
    // A name that is not there cannot be used: whatever else stands on its line is not to blame.
    let is_name = case.crash.exception == "NameError";
    let blamed =
        in_traceback.or(on_line.filter(|(_, direct)| *direct && !is_name).map(|(library, _)| *library));
    Subject {
        is_ml: in_traceback.is_some() || on_line.is_some(),
        library: blamed.unwrap_or_default().to_owned(),
    }
}

/// The library of a package; here `torchvision` and `keras` are libraries of their own.
fn library(root: &str) -> Option<&'static str> {
    LIBRARIES.into_iter().find(|library| *library == root).or_else(|| counted_as(root))
}

/// Names that stand for an ML library or for something derived from one; whether directly.
fn derived(code: &[Code]) -> BTreeMap<String, (&'static str, bool)> {
    let mut found: BTreeMap<String, (&'static str, bool)> = BTreeMap::new();
    let events = || code.iter().flat_map(|one| &one.events);
    for event in events() {
        if let Act::Import(module) = &event.act
            && let Some(library) = library(module.split('.').next().unwrap_or_default())
        {
            found.insert(event.name.clone(), (library, true));
        }
    }
    // A chain of assignments longer than this is rare, and costs a pass each.
    for _ in 0..6 {
        let before = found.len();
        for event in events() {
            let from = match &event.act {
                Act::BindFrom(names) => names.iter().find_map(|name| found.get(name)),
                Act::Read | Act::ReadToCall if !event.within.is_empty() => {
                    // A function that uses a library is derived from it.
                    let library = found.get(&event.name).map(|(library, _)| *library);
                    if let Some(library) = library {
                        found.entry(event.within.clone()).or_insert((library, false));
                    }
                    None
                }
                _ => None,
            };
            if let Some((library, _)) = from.copied()
                && binds(event)
                && event.within.is_empty()
            {
                found.entry(event.name.clone()).or_insert((library, false));
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// The names that the statement reads which failed; of the whole cell when the line is not known.
fn names_on_line(case: &Case, here: usize) -> Vec<String> {
    let line = case.crash.line;
    let is_read = |act: &Act| matches!(act, Act::Read | Act::ReadToCall);
    let events = case.code[here].events.iter().filter(|event| is_read(&event.act));
    let on_line = events.filter(|event| line == 0 || (event.line..=event.last_line).contains(&line));
    on_line.map(|event| event.name.clone()).collect()
}
