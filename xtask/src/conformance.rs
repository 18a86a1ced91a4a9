//! The process tests of a filter, run on a stranger.

use testkit::{CHECKS, Program};

use crate::say;

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The record that the program reads: the name of a file in fixtures/records
    #[arg(long, value_name = "RECORD")]
    input: String,
    /// The program takes the common flags (--jobs, --max-record-bytes, --quiet) and speaks as ours do
    #[arg(long)]
    common_flags: bool,
    /// The program with its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

/// Prints a line a check; whether all hold.
pub(crate) fn run(args: &Args) -> bool {
    let program = Program {
        command: args.command.clone(),
        input: args.input.clone(),
        common_flags: args.common_flags,
        hands_on_fields: true,
    };
    let mut all = true;
    for check in &CHECKS {
        match (check.run)(&program) {
            Ok(()) => say(&format!("ok      {}: {}", check.name, check.demand)),
            Err(trouble) => {
                all = false;
                say(&format!(
                    "FAILED  {}: {}\n        {}",
                    check.name,
                    check.demand,
                    trouble.replace('\n', "\n        ")
                ));
            }
        }
    }
    all
}
