//! `trace-check`: replays the straight-line steps of traces, and says where what was recorded cannot be.

mod arithmetic;
mod expression;
mod glyphs;
mod known;
mod replay;
mod value;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use filter::{Emit, Line, Stage};
use records::{HiddenOperator, Record as _, TraceCheck, TraceText, escape};

pub use arithmetic::binary;
pub use expression::evaluate;
pub use glyphs::induce;
pub use replay::replay;
pub use value::Value;

use crate::program::Program;

/// Check traces: compute every line of arithmetic, comparison and truth anew from the recorded state, and report
/// what was recorded otherwise.
///
/// Reads trace/1 records and computes assignments, conditions and returns of numbers, texts and truth values; calls,
/// items and attributes are passed over. Reads trace-text/1 records of `trace-text --glyphs` too (dots, straight
/// lines), and says for every character between two values which operators fit all that it did. Writes one
/// trace-check/1 record each; run/1 records say nothing.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of trace/1 or trace-text/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// End with status 1 when there is a contradiction
    #[arg(long)]
    pub check: bool,

    /// What is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 a contradiction (--check) or more rejects than --max-rejects, 2 not done.

Example: whether a recorder tells the truth:
  nbexec --trace monitor scripts.jsonl | trace-check --check --format text";

/// What is written.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// trace-check/1 records.
    #[default]
    Jsonl,
    /// A line a contradiction, for people; of characters a line each.
    Text,
}

/// Whether something cannot be: a step, or an operator that nothing fits or that is not what the key says.
pub fn has_contradiction(found: &TraceCheck) -> bool {
    let is_wrong = |it: &HiddenOperator| match it.key.as_str() {
        "" => it.fits.is_empty() && it.fits_swapped.is_empty(),
        key => it.contradicted.iter().any(|against| against.operator == key),
    };
    !found.contradictions.is_empty() || found.operators.iter().any(is_wrong)
}

/// Checks what a line holds; `None` when it says nothing of a trace.
///
/// # Errors
/// A malformed record.
fn check(line: &Line) -> Result<Option<TraceCheck>> {
    if line.schema().is_some_and(|schema| schema == TraceText::SCHEMA) {
        return Ok(Some(induce(&line.parse()?)));
    }
    Ok(Program::read(line)?.map(|program| replay(&program)))
}

/// Checks.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    let mut is_sound = true;
    let take = |found: Option<TraceCheck>, emit: &mut Emit| {
        let Some(found) = found else {
            emit.count("runs", 1);
            return Ok(());
        };
        emit.count("checked", found.checked);
        emit.count("contradictions", found.contradictions.len() as u64);
        is_sound &= !has_contradiction(&found);
        match args.format {
            Format::Jsonl => emit.record(&found)?,
            Format::Text => text(&found).iter().for_each(|line| emit.raw(line.as_bytes())),
        }
        Ok(())
    };
    stage.fold_lines(input, check, take)?;
    if args.check && !is_sound {
        stage.answer_no();
    }
    Ok(())
}

fn text(found: &TraceCheck) -> Vec<String> {
    let mut lines = Vec::new();
    for it in &found.contradictions {
        lines.push(format!(
            "{}:{}: event {}: `{}`: {} is {}, computed {}",
            escape(&found.path),
            it.line,
            it.event,
            escape(&it.source),
            escape(&it.name),
            escape(&it.recorded),
            escape(&it.computed)
        ));
    }
    let list = |all: &[String]| if all.is_empty() { "nothing".to_owned() } else { all.join(" ") };
    for it in &found.operators {
        let against: Vec<&str> = it.contradicted.iter().map(|against| against.operator.as_str()).collect();
        lines.push(format!(
            "{}: {} is {} by the key; fits {}; with True and False swapped {}; {} {} it",
            escape(&found.path),
            escape(&it.glyph),
            if it.key.is_empty() { "hidden" } else { &it.key },
            list(&it.fits),
            list(&it.fits_swapped),
            against.join(" "),
            if against.len() == 1 { "contradicts" } else { "contradict" },
        ));
    }
    lines
}

filter::filter!(Args, "trace-check", run);
