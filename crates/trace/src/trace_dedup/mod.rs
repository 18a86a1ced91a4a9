//! `trace-dedup`: traces that repeat an earlier one.

mod near;
mod renamed;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use filter::{Line, Stage};
use records::{Fields, id_of, json_text};
use rustc_hash::FxHashMap;
use similarity::{Firsts, Sketch};

use near::sketch;
pub use renamed::renamed;

use crate::program::{Program, opaque_share};

/// Find traces that repeat an earlier one: the same source, the same but for names, the same run of the same
/// problem, or nearly the same tokens.
///
/// Reads trace/1 records and adds `duplicate_of` (the `id` of the first, `""` of firsts) and `duplicate_level`
/// (`source`, `renamed`, `trace`, `near`, `""`); with --drop only firsts are written. A repetition is compared with
/// firsts only, so there are no chains. run/1 records go through. Holds hashes of the firsts, for `near` about 4 bytes
/// a different token and 1 kB a program.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of trace/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// What makes a repetition; looked for in this order
    #[arg(long, value_enum, value_name = "LEVEL,…", value_delimiter = ',', default_values_t = Level::ALL)]
    pub levels: Vec<Level>,

    /// Leave repetitions out instead of marking them
    #[arg(long)]
    pub drop: bool,

    /// The share of common tokens from which on programs are nearly the same
    #[arg(long, value_name = "SHARE", default_value_t = 0.85, value_parser = share)]
    pub near: f64,

    /// Programs with fewer different tokens are never nearly the same
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub min_tokens: usize,

    /// Leave out programs when more than this share of their changes tells no more of a value than its type: those
    /// of much numpy and little of their own
    #[arg(long, value_name = "SHARE")]
    pub max_opaque: Option<f64>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: each way to solve a problem once:
  trace-dedup --drop --max-opaque 0.5 runs.jsonl | trace-pack -o firsts.ntrace";

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.5..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("`{text}` is no share from 0.5 to 1")),
    }
}

/// What makes a repetition.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The same source.
    Source,
    /// The same tokens, when every name that the program binds is called by its number.
    Renamed,
    /// The same `repo`, and the same events with the same names, values, input and output.
    Trace,
    /// Tokens of which a share is common.
    Near,
}

impl Level {
    const ALL: [Self; 4] = [Self::Source, Self::Renamed, Self::Trace, Self::Near];

    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Renamed => "renamed",
            Self::Trace => "trace",
            Self::Near => "near",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What is known of one trace.
struct Fingerprint {
    id: String,
    /// A hash for each level that is looked for but `near`.
    hashes: Vec<(Level, String)>,
    sketch: Option<Sketch>,
}

impl Fingerprint {
    fn of(program: &Program, args: &Args) -> Self {
        let trace = &program.trace;
        let hash = |level: Level| match level {
            Level::Source => id_of([&trace.code]),
            Level::Renamed => id_of([renamed(&trace.code)]),
            _ => {
                let numbers =
                    |all: &[u32]| all.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
                let initial: Vec<u32> =
                    trace.initial.iter().flat_map(|&(name, value)| [name, value]).collect();
                let texts = [&trace.names, &trace.values, &trace.argv];
                let lists = texts.map(|list| id_of(list).into_bytes());
                let parts = [
                    trace.repo.clone().into_bytes(),
                    trace.stdin.clone().into_bytes(),
                    trace.stdout.clone().into_bytes(),
                    numbers(&initial),
                    numbers(&trace.events),
                ];
                id_of(parts.iter().chain(&lists))
            }
        };
        let exact =
            Level::ALL.into_iter().filter(|level| *level != Level::Near && args.levels.contains(level));
        let sketch = args.levels.contains(&Level::Near).then(|| sketch(&trace.code, args.min_tokens));
        Self { id: trace.id.clone(), hashes: exact.map(|level| (level, hash(level))).collect(), sketch }
    }
}

/// What a line holds.
enum Found {
    Run,
    Opaque,
    Trace(Fingerprint),
}

/// The traces that repeat none.
struct Seen {
    hashes: FxHashMap<(Level, String), u32>,
    near: Firsts,
    ids: Vec<String>,
}

impl Seen {
    /// The first that this repeats, and how; otherwise it is a first itself from now on.
    fn first_of(&mut self, fingerprint: Fingerprint) -> Option<(Level, &str)> {
        let exact =
            fingerprint.hashes.iter().find_map(|key| self.hashes.get(key).map(|first| (key.0, *first)));
        let near = || {
            fingerprint.sketch.as_ref().and_then(|sketch| self.near.like(sketch)).map(|it| (Level::Near, it))
        };
        if let Some((level, first)) = exact.or_else(near) {
            return Some((level, &self.ids[first as usize]));
        }
        let place = self.ids.len() as u32;
        self.hashes.extend(fingerprint.hashes.into_iter().map(|key| (key, place)));
        if let Some(sketch) = fingerprint.sketch {
            self.near.add(sketch, place);
        }
        self.ids.push(fingerprint.id);
        None
    }
}

/// Marks or drops.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    let mut seen = Seen { hashes: FxHashMap::default(), near: Firsts::new(args.near), ids: Vec::new() };
    let look = |line: Line| {
        let program = Program::read(&line)?;
        if program.as_ref().is_some_and(|it| it.trace.extra.contains_key("duplicate_of")) {
            bail!("{}: this trace has `duplicate_of` already", line.place);
        }
        let is_opaque = |program: &Program| args.max_opaque.is_some_and(|most| opaque_share(program) > most);
        let found = match &program {
            None => Found::Run,
            Some(program) if is_opaque(program) => Found::Opaque,
            Some(program) => Found::Trace(Fingerprint::of(program, args)),
        };
        Ok((found, line.bytes))
    };
    stage.fold_owned_lines(input, look, |(found, line), emit| {
        let fingerprint = match found {
            Found::Trace(fingerprint) => fingerprint,
            Found::Run => {
                emit.raw(&line);
                return Ok(());
            }
            Found::Opaque => {
                emit.count("opaque", 1);
                return Ok(());
            }
        };
        let (level, first) = match seen.first_of(fingerprint) {
            Some((level, first)) => (level.as_str(), first),
            None => ("", ""),
        };
        emit.count(if level.is_empty() { "firsts" } else { level }, 1);
        if args.drop {
            if level.is_empty() {
                emit.raw(&line);
            }
            return Ok(());
        }
        let fields = Fields::parse(std::str::from_utf8(&line)?)?;
        emit.raw(
            &fields.with(&[("duplicate_of", &json_text(first)), ("duplicate_level", &json_text(level))]),
        );
        Ok(())
    })
}

filter::filter!(Args, "trace-dedup", run);

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use rustc_hash::FxHashMap;
    use similarity::Firsts;

    use super::{Args, Fingerprint, Level, Seen};
    use crate::samples::program;

    fn levels(programs: &[(&str, &str)], arguments: &[&str]) -> Vec<Option<Level>> {
        let args = Args::try_parse_from([&["trace-dedup"], arguments].concat()).unwrap();
        let mut seen = Seen { hashes: FxHashMap::default(), near: Firsts::new(args.near), ids: Vec::new() };
        let level = |(at, (code, stdout)): (usize, &(&str, &str))| {
            let mut program = program(code, &["x"], &["1"], &[]);
            program.trace.id = format!("{at}");
            program.trace.stdout = (*stdout).to_owned();
            let fingerprint = Fingerprint::of(&program, &args);
            seen.first_of(fingerprint).map(|(level, first)| {
                assert_eq!(first, "0");
                level
            })
        };
        programs.iter().enumerate().map(level).collect()
    }

    #[test]
    fn each_level_finds_its_own() {
        let programs = [
            ("x = 1\nprint(x)\n", "1"),
            ("x = 1\nprint(x)\n", "2"),
            ("y=1 # why\nprint(y)", "3"),
            ("z = 2", "1"),
        ];
        let (source, renamed, trace) = (Some(Level::Source), Some(Level::Renamed), Some(Level::Trace));
        assert_eq!(levels(&programs, &[]), [None, source, renamed, trace]);
        assert_eq!(levels(&programs, &["--levels", "renamed"]), [None, renamed, renamed, None]);
        assert_eq!(levels(&programs[..3], &["--levels", "trace"]), [None, None, None]);
    }

    #[test]
    fn nearly_the_same_is_a_share_of_tokens() {
        let long: String = (0..40).map(|n| format!("name_{n} = {n}\n")).collect();
        let near = format!("{long}one_more = 1000\n");
        let far: String = (20..60).map(|n| format!("name_{n} = {n}\n")).collect();
        let programs = [(long.as_str(), "1"), (near.as_str(), "2"), (far.as_str(), "3")];
        assert_eq!(levels(&programs, &["--levels", "near"]), [None, Some(Level::Near), None]);
        assert_eq!(levels(&programs, &["--levels", "near", "--min-tokens", "100"]), [None; 3]);
        assert_eq!(levels(&programs, &["--levels", "near", "--near", "1"]), [None; 3]);
    }
}
