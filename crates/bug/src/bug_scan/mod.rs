//! `bug-scan`: functions, and what could be rewritten in them.

mod distributions;
mod source;

use std::path::PathBuf;

use anyhow::Result;
use filter::{Emit, Stage};
use inputs::{Finder, Unit as Input};
use records::{BugClass, Function, Reason, Record as _, id_of};

use crate::code::Code;
use crate::scouts::{Dropped, Rules, ScoutArgs, scan};
use crate::unit::{Unit, UnitKind, dialect};

use distributions::Distributions;
use source::{Source, Sources};

/// List functions and what could be rewritten in them: another variable, operator or literal, `not`, two arguments in
/// each other's place.
///
/// Reads Python files (`.py`), folders, archives, folders of installed packages (with `NAME-VERSION.dist-info`), and
/// script/1 records of nb2py. Writes a function/1 record for every function or method that stands in no other one. A
/// file that does not parse is rejected with its place.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files, folders, archives, JSONL of script/1 (`-` is stdin). None: script/1 records on stdin
    #[arg(value_name = "INPUT", conflicts_with = "files_from")]
    pub inputs: Vec<PathBuf>,

    /// The folder that paths in records are relative to; paths in lists count from it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,

    /// Read the files named in FILE (`-` is stdin), one a line or separated by NUL bytes
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// The first N folders of a path name its repository
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub repo_depth: usize,

    /// Leave out the files of these installed packages
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub skip_packages: Vec<String>,

    /// The top level of a script is a unit too; in notebooks most code stands there
    #[arg(long)]
    pub cells: bool,

    /// Leave out functions with fewer candidates; the published threshold is 6
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub at_least: usize,

    /// Reject functions with more candidates
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub at_most: usize,

    /// Which candidates are looked for.
    #[command(flatten)]
    pub scouts: ScoutArgs,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: what could be rewritten in a package, and in the cells of notebooks:
  bug-scan --root build/venv/lib/python3.11/site-packages build/venv/lib/python3.11/site-packages > functions.jsonl
  nb2py studies | bug-scan --cells > cells.jsonl";

/// Scans whatever the arguments name.
///
/// # Errors
/// If an input does not exist, if a line is no script/1 record, or if the output cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let finder = Finder::new(&args.root, &["py"], args.common.max_record_bytes);
    let distributions = Distributions::of(&args.inputs)?;
    let sources = Sources::new(args, distributions);
    let rules = args.scouts.rules();
    let input = stage.input(Vec::new());
    let units = finder.units(args.inputs.clone(), args.files_from.as_deref(), input)?;
    let work = |unit: Input, emit: &mut Emit| {
        let Some(source) = sources.read(unit, emit)? else { return Ok(()) };
        scan_source(source, args, &rules, emit)
    };
    stage.map_items(units, work, |(), _| Ok(()))
}

fn scan_source(source: Source, args: &Args, rules: &Rules, emit: &mut Emit) -> Result<()> {
    let Source { text, head } = source;
    let code = match Code::parse(&text, dialect(&head.language), 1, &[]) {
        Ok(code) => code,
        Err(error) => {
            emit.reject("", head.path, Reason::Syntax, error.to_string());
            return Ok(());
        }
    };
    let cells = args.cells.then(|| Unit::cells(&code));
    for unit in cells.into_iter().chain(Unit::functions(&code)) {
        let function = function(&code, &unit, &head, rules, emit);
        if function.candidates.len() > args.at_most {
            let detail = format!("{}: {} candidates", function.name, function.candidates.len());
            emit.reject(function.id, function.path, Reason::TooLarge, detail);
        } else if function.candidates.len() < args.at_least {
            emit.count("too_few_candidates", 1);
        } else {
            for class in BugClass::ALL {
                let of_class = function.candidates.iter().filter(|candidate| candidate.class == class);
                emit.count(class.as_str(), of_class.count() as u64);
            }
            emit.record(&function)?;
        }
    }
    Ok(())
}

/// The record of a unit; `head` has what is the same of all units of a file.
fn function(code: &Code<'_>, unit: &Unit, head: &Function, rules: &Rules, emit: &mut Emit) -> Function {
    let found = scan(code, unit, rules);
    for (rule, n) in Dropped::ALL.iter().zip(found.dropped) {
        emit.count(rule.as_str(), n);
    }
    let line = code.places.line(unit.range.start);
    let name = if unit.kind == UnitKind::Cells { String::new() } else { unit.name(code) };
    Function {
        schema: Function::SCHEMA.to_owned(),
        id: id_of([&*head.repo, &*head.path, &*head.file, &*name, &line.to_string()]),
        kind: unit.kind.as_str().to_owned(),
        name,
        line,
        text: unit.text(code).to_owned(),
        globals: unit.globals(code),
        candidates: found.candidates,
        ..head.clone()
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-scan";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}
