//! `crash-filter`: keeps the crashes that the study is about, and says at which step how many were left.
//!
//! Steps: the notebook is in Python, imports an ML library, parses as a whole, and the exception is no
//! interruption by hand. What is kept leaves as it came. The funnel counts every step among the Python
//! crashes, as the study does, and all of them together.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use filter::{Line, Stage};
use foretell::imported_by_lines;
use pysource::Dialect;
use records::{Crash, CrashCell};
use rustc_hash::FxHashSet;

use crate::libraries::counted_as;

/// Keep the crashes that a study of ML notebooks is about: in Python, with an ML import, code that parses, and
/// an exception that nobody caused by hand. Reads and writes crash/1 records.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// The steps to take; the funnel counts all of them whatever is chosen
    #[arg(long, value_enum, value_name = "STEP", value_delimiter = ',', default_values_t = Step::ALL)]
    pub steps: Vec<Step>,

    /// How imports are found: line by line as in the study, or by a parser
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub imports: Imports,

    /// Keep equal errors of one cell; the study keeps the last
    #[arg(long)]
    pub repeats: bool,

    /// Write how many notebooks and crashes each step left to FILE, a table
    #[arg(long, value_name = "FILE")]
    pub funnel: Option<PathBuf>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: all Python crashes, ML or not, with the funnel:
  nbcrashes notebooks | crash-filter --steps language,relevant --funnel funnel.csv > crashes.jsonl";

/// A step of the filter.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The notebook is in Python.
    Language,
    /// It imports one of the 24 ML libraries.
    Ml,
    /// The exception is no KeyboardInterrupt.
    Relevant,
    /// Its whole code parses as Python 3.
    Syntax,
}

impl Step {
    const ALL: [Self; 4] = [Self::Language, Self::Ml, Self::Relevant, Self::Syntax];
}

/// How imports are found.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Imports {
    /// Line by line: also in code that does not parse.
    #[default]
    Lines,
    /// By a parser, cell by cell: not in strings, and over several lines.
    Parsed,
}

/// Rows of the funnel.
const ROWS: [&str; 6] = ["all", "python", "ml", "relevant", "ast_valid", "all_three"];

/// Which steps a crash passes.
struct Passed {
    line: Line,
    path: u64,
    eid: String,
    steps: [bool; 4],
}

/// Filters.
///
/// # Errors
/// A malformed record, or an output that cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let mut funnel = Funnel::default();
    let mut waiting: Option<Passed> = None;
    let look = |line: Line| {
        let crash: Crash = line.parse()?;
        let steps = Step::ALL.map(|step| passes(step, &crash, args.imports));
        let path = rustc_hash::FxBuildHasher;
        let path = std::hash::BuildHasher::hash_one(&path, (&crash.notebook, &crash.path));
        Ok(Passed { line, path, eid: crash.eid, steps })
    };
    let kept = |passed: &Passed| {
        args.steps
            .iter()
            .all(|step| Step::ALL.iter().position(|one| one == step).is_some_and(|at| passed.steps[at]))
    };
    let input = stage.input(args.inputs.clone());
    stage.fold_owned_lines(input, look, |passed, emit| {
        let is_repeat =
            waiting.as_ref().is_some_and(|before| before.eid == passed.eid && before.path == passed.path);
        if let Some(before) = waiting.replace(passed) {
            if is_repeat && !args.repeats {
                emit.count("repeats", 1);
            } else {
                funnel.add(&before);
                if kept(&before) {
                    emit.raw(&before.line.bytes);
                }
            }
        }
        Ok(())
    })?;
    if let Some(last) = waiting {
        funnel.add(&last);
        if kept(&last) {
            let mut emit = filter::Emit::default();
            emit.raw(&last.line.bytes);
            stage.absorb(emit)?;
        }
    }
    for (row, (notebooks, crashes)) in ROWS.iter().zip(funnel.rows()) {
        stage.count(&format!("{row}_notebooks"), notebooks);
        stage.count(&format!("{row}_crashes"), crashes);
    }
    match &args.funnel {
        Some(path) => funnel.write(path),
        None => Ok(()),
    }
}

fn passes(step: Step, crash: &Crash, imports: Imports) -> bool {
    match step {
        Step::Language => language(crash) == "python",
        Step::Ml => imports_ml(&crash.cells, imports),
        Step::Relevant => !crash.exception.eq_ignore_ascii_case("keyboardinterrupt"),
        Step::Syntax => is_valid(&crash.cells),
    }
}

/// The language of a notebook by its metadata, as the study reads them; where they say nothing, Python if all
/// of its code parses, and else `unknown`.
pub fn language(crash: &Crash) -> String {
    let said = [&crash.kernelspec_language, &crash.kernel, &crash.language_info];
    let said = said.into_iter().find(|text| !text.is_empty()).map(|text| text.to_lowercase());
    const CONTAINED: [(&str, &str); 7] = [
        ("python", "python"),
        ("julia", "julia"),
        ("scala", "scala"),
        ("csharp", "c#"),
        ("c++", "c++"),
        ("sql", "sql"),
        ("bash", "shell"),
    ];
    // The study has 54 names here; these are the languages of the kernels that are about.
    const NAMES: [&str; 22] = [
        "javascript",
        "typescript",
        "java",
        "kotlin",
        "groovy",
        "clojure",
        "haskell",
        "ocaml",
        "f#",
        "c#",
        "rust",
        "ruby",
        "perl",
        "php",
        "lua",
        "matlab",
        "octave",
        "sagemath",
        "stata",
        "go",
        "c",
        "r",
    ];
    let Some(said) = said else {
        return if is_valid(&crash.cells) { "python" } else { "unknown" }.to_owned();
    };
    let contained = CONTAINED.iter().find(|(part, _)| said.contains(part)).map(|(_, language)| *language);
    let named = contained.or_else(|| NAMES.into_iter().find(|name| said.contains(name)));
    named.unwrap_or("unknown").to_owned()
}

fn imports_ml(cells: &[CrashCell], imports: Imports) -> bool {
    cells.iter().any(|cell| match imports {
        Imports::Lines => imported_by_lines(&cell.source).iter().any(|(root, _)| counted_as(root).is_some()),
        Imports::Parsed => {
            let found = pysource::imports(&cell.source, Dialect::Ipython).unwrap_or_default();
            found.iter().any(|root| counted_as(root).is_some())
        }
    })
}

/// Whether the whole code of a notebook parses, its magics made plain Python first.
fn is_valid(cells: &[CrashCell]) -> bool {
    let plain = cells.iter().map(|cell| pysource::ipython::neutralise(&cell.source).0);
    !cells.is_empty() && pysource::parses(&plain.collect::<Vec<_>>().join("\n"), Dialect::Python).is_ok()
}

#[derive(Default)]
struct Funnel {
    notebooks: [FxHashSet<u64>; ROWS.len()],
    crashes: [u64; ROWS.len()],
}

impl Funnel {
    fn add(&mut self, crash: &Passed) {
        let [python, ml, relevant, valid] = crash.steps;
        let rows = [
            true,
            python,
            python && ml,
            python && relevant,
            python && valid,
            python && ml && relevant && valid,
        ];
        for (at, counts) in rows.into_iter().enumerate() {
            if counts {
                self.notebooks[at].insert(crash.path);
                self.crashes[at] += 1;
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = (u64, u64)> {
        self.notebooks.iter().map(|set| set.len() as u64).zip(self.crashes)
    }

    fn write(&self, path: &std::path::Path) -> Result<()> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["step", "notebooks", "crashes"])?;
        for (row, (notebooks, crashes)) in ROWS.iter().zip(self.rows()) {
            table.write_record([*row, &notebooks.to_string(), &crashes.to_string()])?;
        }
        filter::write_whole(path, &table.into_inner()?)
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "crash-filter";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(mut self, stage: &mut Stage) -> Result<()> {
        let once: BTreeSet<usize> = self.steps.iter().map(|step| *step as usize).collect();
        self.steps = once.into_iter().map(|at| Step::ALL[at]).collect();
        run(&self, stage)
    }
}

#[cfg(test)]
mod tests {
    use records::{Crash, CrashCell};

    use super::{Imports, Step, language, passes};

    fn crash(source: &str, kernel: &str) -> Crash {
        let cell = CrashCell { source: source.to_owned(), ..CrashCell::default() };
        Crash { kernel: kernel.to_owned(), cells: vec![cell], ..Crash::default() }
    }

    #[test]
    fn languages_as_the_metadata_name_them() {
        let named = ["python3", "ir", "julia-1.6", "conda-env-Python-x", ".net-csharp", "xyz", "bash"]
            .map(|kernel| language(&crash("print 1", kernel)));
        assert_eq!(named, ["python", "r", "julia", "python", "c#", "unknown", "shell"]);
        assert_eq!(
            (language(&crash("x = 1", "")), language(&crash("x <-", ""))),
            ("python".into(), "unknown".into())
        );
    }

    #[test]
    fn steps() {
        let steps = |source, imports| {
            [Step::Ml, Step::Syntax].map(|step| passes(step, &crash(source, "python3"), imports))
        };
        assert_eq!(steps("import pandas\nprint 1", Imports::Lines), [true, false]);
        assert_eq!(steps("import pandas\nprint 1", Imports::Parsed), [false, false]);
        assert_eq!(steps("'''\nimport pandas\n'''", Imports::Lines), [true, true]);
        assert_eq!(steps("'''\nimport pandas\n'''", Imports::Parsed), [false, true]);
        assert_eq!(steps("!ls\n%time import os", Imports::Parsed), [false, true]);
        let by_hand = Crash { exception: "KeyboardInterrupt".into(), ..Crash::default() };
        assert!(!passes(Step::Relevant, &by_hand, Imports::Lines));
    }
}
