//! `crash-norm`: repairs the messages of crashes and brings them into a normal form, so that messages that
//! differ in names, numbers and paths alone become equal. Adds the fields `value` and `normal`.

mod normal;
mod repair;

use std::path::PathBuf;

use anyhow::Result;
use filter::{Emit, Line, Stage};
use records::json_text;

pub use normal::{Quotes, normal};
pub use repair::{denoised, enriched};

use crate::columns::fields;

/// Repair the messages of crashes (a value that was lost is looked for in the traceback, one over several lines
/// is cut to the line that tells) and normalise them: without names, numbers, paths and punctuation.
///
/// Reads crash/1 records and adds `value`, the repaired message, and `normal`, its normal form. Crashes whose
/// value stays empty are left out, as in the study, which loses them on the way through a spreadsheet: so an
/// AssertionError without a message is not counted there.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Keep crashes whose value is empty; their normal form is empty too
    #[arg(long)]
    pub keep_empty: bool,

    /// Keep what follows a second colon of a value found in the traceback; the study loses it
    #[arg(long)]
    pub whole_values: bool,

    /// Which quotes enclose a name: any two, as in the study (`can't convert 'a' to 'b'` becomes `canab`), or
    /// those that do not stand inside words
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub quotes: Quotes,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: the messages that differ in more than names and numbers:
  nbcrashes notebooks | crash-norm | jq -r .normal | sort | uniq -c | sort -rn";

/// Adds `value` and `normal`.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        let fields = fields(&line)?;
        let text = |name| crate::columns::text_of(&line, &fields, name, "nbcrashes");
        let (exception, message) = (text("exception")?, text("message")?);
        let found = if repair::is_lost(&message) {
            let traceback: Vec<String> = fields.get("traceback")?;
            enriched(&traceback, &exception, args.whole_values).unwrap_or_else(|| message.clone())
        } else {
            message.clone()
        };
        emit.count("values_found_in_tracebacks", u64::from(found != message));
        let value = denoised(&found, &exception);
        emit.count("values_denoised", u64::from(value != found));
        if value.is_empty() && !args.keep_empty {
            emit.count("empty_values_left_out", 1);
            return Ok(());
        }
        let normal = normal(&value, args.quotes);
        emit.raw(&fields.with(&[("value", &json_text(&value)), ("normal", &json_text(&normal))]));
        Ok(())
    })
}

filter::filter!(Args, "crash-norm", run);
