//! `bug-augment`: the same programs in other words.

mod branches;
mod mirror;
mod negation;
mod remove;
mod rename;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use filter::{Emit, Line, Stage};
use pysource::{Dialect, Edits};
use records::{Function, Random, Reason, Record as _, Script, id_of};

use crate::code::Code;
use crate::scouts::{Rules, ScoutArgs, scan};
use crate::unit::{Fragment, dialect};

/// Write functions in other words that mean the same: comparisons mirrored, variables renamed, comments gone, branches
/// in each other's place.
///
/// Reads function/1 records and writes them with another text, candidates of that, and what was done in `augmented`;
/// or plain scripts as script/1. Each place is rewritten with the probability --p. Lines stay where they are, but for
/// strings that do nothing.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of function/1 or script/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// How likely each place is rewritten
    #[arg(long, value_name = "P", default_value_t = 0.1)]
    pub p: f64,

    /// What is done [default: all]
    #[arg(long, value_enum, value_name = "HOW,…", value_delimiter = ',')]
    pub how: Vec<How>,

    /// Docstrings are strings that do nothing
    #[arg(long)]
    pub docstrings: bool,

    /// Which candidates are looked for.
    #[command(flatten)]
    pub scouts: ScoutArgs,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: bug-scan src | bug-augment --p 0.3 | bug-select | bug-rewrite > bugs.jsonl";

/// What is done.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `b > a` for `a < b`.
    Mirror,
    /// One to three variables of a function get names of 8 to 15 letters.
    Rename,
    /// Comments, and strings that are statements, go.
    Remove,
    /// `if not x` with its branches in each other's place; also in expressions.
    Branches,
}

impl How {
    const ALL: [Self; 4] = [Self::Mirror, Self::Rename, Self::Remove, Self::Branches];

    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Branches => "branches",
        }
    }
}

/// What decides which places are rewritten.
pub(crate) struct Draw {
    random: Random,
    p: f64,
    docstrings: bool,
}

impl Draw {
    fn new(args: &Args, id: &str) -> Self {
        let random = Random::keyed(args.common.seed, "bug-augment", id);
        Self { random, p: args.p, docstrings: args.docstrings }
    }

    fn takes(&mut self) -> bool {
        self.random.unit() < self.p
    }
}

/// One kind of edits of a text.
type Pass = fn(&Code<'_>, &mut Draw, &mut Edits);

/// Rewrites a text; what was done, in order. An edit after which the text does not parse is not made.
pub fn augment(text: &str, dialect: Dialect, how: &[How], args: &Args, id: &str) -> (String, Vec<How>) {
    let mut text = text.to_owned();
    let mut done = Vec::new();
    for how in How::ALL.into_iter().filter(|one| how.is_empty() || how.contains(one)) {
        let passes: &[Pass] = match how {
            How::Mirror => &[mirror::edit],
            How::Rename => &[rename::edit],
            How::Remove => &[remove::comments, remove::strings],
            How::Branches => &[branches::edit],
        };
        let mut draw = Draw::new(args, &format!("{id} {}", how.as_str()));
        for pass in passes {
            let Ok(code) = Code::parse(&text, dialect, 1, &[]) else { continue };
            let mut edits = Edits::default();
            pass(&code, &mut draw, &mut edits);
            if edits.is_empty() {
                continue;
            }
            let Ok(edited) = edits.apply(&text) else { continue };
            if pysource::parses(&edited.text, dialect).is_ok() {
                text = edited.text;
                if done.last() != Some(&how) {
                    done.push(how);
                }
            }
        }
    }
    (text, done)
}

/// Rewrites.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let rules = args.scouts.rules();
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        if line.schema().as_deref() == Some(Script::SCHEMA) {
            return write_script(line.parse()?, args, emit);
        }
        write_function(line.parse()?, &rules, args, emit)
    })
}

fn write_function(mut function: Function, rules: &Rules, args: &Args, emit: &mut Emit) -> Result<()> {
    let whole = Fragment::new(&function.text);
    let (text, done) = augment(whole.source(), dialect(&function.language), &args.how, args, &function.id);
    note(&mut function.extra, &function.id, &done, emit);
    if !done.is_empty() {
        function.text = text[whole.prefix()..].to_owned();
        let whole = Fragment::new(&function.text);
        let candidates = match whole.of_function(&function) {
            Ok((code, unit)) => scan(&code, &unit, rules).candidates,
            Err(error) => {
                emit.reject(function.id, function.path, Reason::Syntax, error.to_string());
                return Ok(());
            }
        };
        function.candidates = candidates;
        function.id = id_of([&function.id, &function.text]);
    }
    emit.record(&function)
}

fn write_script(mut script: Script, args: &Args, emit: &mut Emit) -> Result<()> {
    if script.nbformat > 0 {
        let detail = "a notebook: its functions can be rewritten (bug-scan before), its cells cannot";
        emit.reject(script.id, script.path, Reason::Language, detail);
        return Ok(());
    }
    let (code, done) = augment(&script.code, Dialect::Python, &args.how, args, &script.id);
    note(&mut script.extra, &script.id, &done, emit);
    script.code = code;
    // Whatever cells it has are of its old lines.
    script.cells.truncate(1);
    for cell in &mut script.cells {
        let rows = u32::try_from(script.code.lines().count()).unwrap_or(u32::MAX);
        (cell.first_row, cell.last_row) = (1, rows);
        cell.physical_lines = (1..=rows).collect();
    }
    emit.record(&script)
}

/// Says in a record what was done and of which record.
fn note(extra: &mut records::Extra, id: &str, done: &[How], emit: &mut Emit) {
    let words: Vec<&str> = done.iter().map(|how| how.as_str()).collect();
    done.iter().for_each(|how| emit.count(how.as_str(), 1));
    extra.insert("augmented".to_owned(), words.into());
    extra.insert("augmented_from".to_owned(), id.into());
    extra.shift_remove("selected");
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-augment";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}

#[cfg(test)]
mod tests;
