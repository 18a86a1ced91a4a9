//! Notebooks in, script records out.
//!
//! Input: files, folders, a list of files, or `source/1` records; output: `script/1` records in the order
//! of the input. What a notebook is, and how it becomes Python, is the crate `notebook`'s affair; here
//! files are found, read and named. A file that gives no script is a reject, never an error.

pub mod cli;
mod convert;
mod inputs;
mod source;

use anyhow::Result;
use filter::Stage;

use crate::cli::Args;
use crate::convert::Converter;
use crate::inputs::Unit;

/// Converts whatever the arguments name.
///
/// # Errors
/// If a file or folder among the arguments or the list does not exist or cannot be opened, if a line on
/// stdin is no `source/1` record, or if the output cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let converter = Converter::new(args);
    let convert = |unit, emit: &mut filter::Emit| converter.convert(unit, emit);
    let done = |(), _: &mut filter::Emit| Ok(());
    if let Some(list) = &args.files_from {
        return stage.map_items(inputs::listed(list, &args.root)?, convert, done);
    }
    if !args.inputs.is_empty() {
        return stage.map_items(inputs::named(args.inputs.clone(), &args.root)?, convert, done);
    }
    let mut input = stage.input(Vec::new());
    // One record is work enough for a thread, unlike in the other stages: no batches.
    let lines = std::iter::from_fn(|| input.next_line().transpose());
    stage.map_items(lines.map(|line| line.map(Unit::Line)), convert, done)
}
