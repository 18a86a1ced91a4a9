//! `bug-rewrite`: functions with a bug, and the way back; as records or as patches.

mod file;
mod patch;
mod record;
mod verify;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use filter::{Emit, Line, Stage};
use records::{Bug, Candidate, Function, Reason, Record as _, Selected};

use crate::code::Code;
use crate::published::Published;
use crate::rewrite::{Rewritten, apply, edits};
use crate::scouts::ScoutArgs;
use crate::unit::Fragment;

/// Put bugs into functions, one a record, with the candidate that repairs each.
///
/// Reads function/1 records, with what bug-select chose, and writes bug/1: the changed text, what takes the change
/// back, and what could be rewritten in the text now. A rewrite that none of its candidates takes back is left out and
/// counted. Give the flags that bug-scan had. With --patch it writes unified diffs: of a function its rewrite, of a
/// bug/1 record its repair.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of function/1 records (with --patch also bug/1); none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Try every candidate of a function, not those that bug-select chose
    #[arg(long, conflicts_with_all = ["candidate", "rewrite"])]
    pub all: bool,

    /// Try these candidates, from 0
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub candidate: Vec<u32>,

    /// Try the candidate that PyPIBugs writes so: `ReplaceText(target='x' @(3,4)->(3,5))`, or `ArgSwap(idxs=0<->1 …)`
    #[arg(long, value_name = "TEXT", conflicts_with = "candidate")]
    pub rewrite: Option<String>,

    /// Do not look what could be rewritten in the changed text
    #[arg(long)]
    pub no_candidates: bool,

    /// Write unified diffs of the files instead of records; a function that is not in its file as the record has it is
    /// rejected
    #[arg(long)]
    pub patch: bool,

    /// Write nothing: make every candidate, take it back, and parse it; of a hundredth, drawn by the seed, parse the
    /// whole file. Status 1 if one fails
    #[arg(long, conflicts_with = "patch")]
    pub verify: bool,

    /// The folder that paths count from, instead of the one that a record names
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// Which candidates are looked for.
    #[command(flatten)]
    pub scouts: ScoutArgs,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects or --verify has failed, 2 not done.

Example: four bugs for every function, and each function as it is:
  bug-scan src | bug-select | bug-rewrite > bugs.jsonl";

/// Rewrites.
///
/// # Errors
/// A malformed record, or a function of which nothing was chosen.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let rules = args.scouts.rules();
    let input = stage.input(args.inputs.clone());
    let sound = AtomicBool::new(true);
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        if args.patch && line.schema().as_deref() == Some(Bug::SCHEMA) {
            return patch::of_bug(&line.parse()?, args, emit);
        }
        let mut function: Function = line.parse()?;
        let selected = selected(&mut function, args, &line)?;
        if args.verify {
            if !verify::verify(&function, args, emit) {
                sound.store(false, Ordering::Relaxed);
            }
            return Ok(());
        }
        if args.patch {
            return patch::of_function(&function, &selected, args, emit);
        }
        record::write(function, &selected, &rules, !args.no_candidates, emit)
    })?;
    if !sound.into_inner() {
        stage.answer_no();
    }
    Ok(())
}

/// What is tried of a function: what the arguments name, or what bug-select has put there.
fn selected(function: &mut Function, args: &Args, line: &Line) -> Result<Vec<Selected>> {
    let chosen = function.extra.shift_remove("selected");
    if let Some(text) = &args.rewrite {
        let rewrite =
            Published::parse(text).with_context(|| format!("`{text}` is no rewrite of PyPIBugs"))?;
        let is_it = |(_, candidate): &(i64, &Candidate)| rewrite.is(candidate);
        let found = (0..).zip(&function.candidates).filter(is_it);
        return Ok(found.map(|(candidate, _)| Selected { candidate, probability: -1.0 }).take(1).collect());
    }
    let number = |candidate: i64| Selected { candidate, probability: -1.0 };
    if args.all {
        return Ok((0..function.candidates.len() as i64).map(number).collect());
    }
    if !args.candidate.is_empty() {
        return Ok(args.candidate.iter().map(|at| number(i64::from(*at))).collect());
    }
    match chosen {
        Some(chosen) => serde_json::from_value(chosen).map_err(|error| {
            line.expected(Function::SCHEMA, format!("`selected` that is no choice: {error}"))
        }),
        None if args.verify => Ok(Vec::new()),
        None => {
            let found = "one of which nothing was chosen: put bug-select before, or use --all";
            Err(line.expected(Function::SCHEMA, found))
        }
    }
}

/// Makes one candidate of a function; rejects one that is not there.
fn rewritten(
    function: &Function,
    fragment: &Fragment,
    code: &Code<'_>,
    at: i64,
    emit: &mut Emit,
) -> Option<Rewritten> {
    let candidate = usize::try_from(at).ok().and_then(|at| function.candidates.get(at));
    let rewritten = candidate.and_then(|candidate| {
        let edits = edits(candidate, code, fragment.prefix())?;
        apply(&function.text, function.line, &edits)
    });
    if rewritten.is_none() {
        let [line, column, ..] = candidate.map_or([function.line, 0, 0, 0], |candidate| candidate.at);
        let detail =
            format!("line {line}, column {column}: expected the place of candidate {at}, found none");
        emit.reject(&*function.id, &*function.path, Reason::Changed, detail);
    }
    rewritten
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-rewrite";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}
