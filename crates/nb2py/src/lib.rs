//! Notebooks in, script records out.
//!
//! Input: files, folders, archives, a list of files, or `source/1` records; output: `script/1` records in
//! the order of the input. What a notebook is, and how it becomes Python, is the crate `notebook`'s affair;
//! files are found by `inputs`; here they are read and named, and repetitions are noticed. A file that gives no script is a
//! reject, never an error.

mod choices;
pub mod cli;
mod convert;
mod duplicates;
mod plain;

use anyhow::Result;
use filter::{Emit, Stage};
use inputs::{Finder, Unit};
use records::Script;
use similarity::Sketch;

use crate::cli::Args;
use crate::convert::Converter;
use crate::duplicates::{Dedup, Seen, sketch};
use crate::plain::Folder;

/// Converts whatever the arguments name.
///
/// # Errors
/// If a file or folder among the arguments or the list does not exist or cannot be opened, if a line on
/// stdin is no `source/1` record, or if the output cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let finder = Finder::new(&args.root, &["ipynb", "py"], args.common.max_record_bytes);
    let converter = Converter::new(args, finder.clone());
    let units = finder.units(args.inputs.clone(), args.files_from.as_deref(), stage.input(Vec::new()))?;
    let folder = args.folder();
    // What does not depend on the scripts before is done by the workers, up to the line that is written.
    let is_alone = args.dedup == Dedup::Off && folder.is_none();
    let work = |unit: Unit, emit: &mut Emit| -> Result<Option<Converted>> {
        let Some(script) = converter.convert(unit, emit)? else { return Ok(None) };
        if is_alone {
            emit.record(&script)?;
            return Ok(None);
        }
        let sketch = (args.dedup == Dedup::Near).then(|| sketch(&script));
        Ok(Some(Converted { script, sketch }))
    };
    let mut seen = Seen::default();
    let mut folder = folder.map(Folder::new);
    let finish = |converted: Option<Converted>, emit: &mut Emit| -> Result<()> {
        let Some(Converted { mut script, sketch }) = converted else { return Ok(()) };
        if args.dedup != Dedup::Off
            && let Some(original) = seen.original_of(&script, sketch)
        {
            script.duplicate_of = original;
            emit.count("duplicates", 1);
        }
        match &mut folder {
            None => emit.record(&script),
            Some(folder) => {
                emit.count("scripts", 1);
                folder.write(&script)
            }
        }
    };
    stage.map_items(units, work, finish)
}

/// A script on its way from a worker to the thread that knows the ones before.
struct Converted {
    script: Script,
    sketch: Option<Sketch>,
}
