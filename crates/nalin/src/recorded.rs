//! Values recorded earlier, instead of a run: those of notebooks that are as they were then.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use records::{Fields, Script};

use crate::cli::Check;
use crate::pipeline::{Source, run};
use crate::plan::Plan;

/// The notebooks that were asked for, by the id of what they are now; whether anything is recorded of it.
/// `None`: all that is recorded.
pub(crate) type Known = Option<Arc<BTreeMap<String, (String, AtomicBool)>>>;

/// Reads the notebooks, without running them.
pub(crate) fn known(plan: &Plan, check: &Check) -> Result<Known> {
    if plan.files.is_empty() {
        return Ok(None);
    }
    run(&[plan.converting()], Source::Nothing, check.verbose)?;
    let scripts = fs::read_to_string(plan.scratch("scripts.jsonl")).context("cannot read the scripts")?;
    let mut known = BTreeMap::new();
    for line in scripts.lines() {
        let script: Script = serde_json::from_str(line).context("nb2py wrote something else")?;
        known.insert(script.id, (script.path, AtomicBool::new(false)));
    }
    Ok(Some(Arc::new(known)))
}

/// The records of these notebooks.
pub(crate) fn lines(file: &Path, known: Known) -> Result<Source> {
    let (name, reader) = filter::open(file)?;
    Ok(Source::Written(Box::new(move |out: &mut dyn Write| {
        let mut out = io::BufWriter::new(out);
        for line in reader.lines() {
            let line = line?;
            let is_wanted = match &known {
                None => true,
                // What is no record goes on, so that its reader says what is wrong with it.
                Some(known) => Fields::parse(&line)
                    .and_then(|fields| fields.text("notebook").map(|id| id.into_owned()))
                    .map_or(true, |id| {
                        known.get(&id).inspect(|(_, seen)| seen.store(true, Ordering::Relaxed)).is_some()
                    }),
            };
            if is_wanted {
                writeln!(out, "{line}")?;
            }
        }
        drop(name);
        out.flush()
    })))
}

/// Names the notebooks of which nothing is recorded as they are.
pub(crate) fn tell_unknown(known: &Known, quiet: bool) {
    for (path, seen) in known.iter().flat_map(|known| known.values()) {
        if !quiet && !seen.load(Ordering::Relaxed) {
            filter::say("nalin", &format!("{path}: not checked: nothing is recorded of it as it is now"));
        }
    }
}
