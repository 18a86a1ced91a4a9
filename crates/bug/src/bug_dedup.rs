//! `bug-dedup`: files and functions that are nearly those of before.

use std::path::PathBuf;

use anyhow::Result;
use filter::{Emit, Line, Stage};
use pysource::{Dialect, TokenKind, tokens};
use records::{Fields, json_text};
use rustc_hash::FxHashMap;
use similarity::{Bands, Firsts, Sketch, hash, scatter};

/// Find functions, or files, that nearly repeat an earlier one: of all their names and strings a share is common.
///
/// Reads records with a `text` (function/1, bug/1) or a `code` (script/1) and adds `duplicate_of`: the `id` of the
/// first (with --files its path), `""` of firsts; with --drop only firsts are written. Candidates come from MinHash (256
/// values), their share is counted exactly. Holds about 4 bytes a different token and 1 kB a first.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Compare files: functions that follow one another with the same path and content hash of the file count as one
    #[arg(long)]
    pub files: bool,

    /// The share of common names and strings from which on two are nearly the same
    #[arg(long, value_name = "SHARE", default_value_t = 0.85, value_parser = share)]
    pub near: f64,

    /// With fewer different names and strings nothing is a repetition
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub min_tokens: usize,

    /// Leave repetitions out instead of marking them
    #[arg(long)]
    pub drop: bool,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: bug-scan --root packages packages | bug-dedup --files --drop > functions.jsonl";

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.5..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("`{text}` is no share from 0.5 to 1")),
    }
}

/// 256 MinHash values, as published; of two sets that share 0.85 one pair in 25,000 is missed.
const BANDS: Bands = Bands { count: 32, rows: 8 };

/// What is known of one record.
struct Seen {
    line: Line,
    id: String,
    /// Path and content hash of the file.
    file: [String; 2],
    /// Hashes of its names and strings, sorted, each once.
    tokens: Vec<u32>,
}

/// Records that are compared as one.
#[derive(Default)]
struct Group {
    lines: Vec<Line>,
    id: String,
    file: [String; 2],
    tokens: Vec<u32>,
}

impl Seen {
    fn read(line: Line) -> Result<Self> {
        const EXPECTED: &str = "function/1";
        let fault = |error: &dyn std::fmt::Display| line.expected(EXPECTED, error);
        let text = std::str::from_utf8(&line.bytes).map_err(|error| fault(&error))?;
        let fields = Fields::parse(text).map_err(|error| fault(&error))?;
        let id = fields.text("id").map_err(|error| fault(&error))?.into_owned();
        let code = fields.text("text").or_else(|_| fields.text("code")).map_err(|error| fault(&error))?;
        let file = ["path", "file"].map(|name| fields.text(name).unwrap_or_default().into_owned());
        let tokens = names_and_strings(&code);
        Ok(Self { id, file, tokens, line })
    }
}

/// Hashes of the names and strings of a text.
fn names_and_strings(text: &str) -> Vec<u32> {
    let says = |kind| matches!(kind, TokenKind::Name | TokenKind::String | TokenKind::FStringMiddle);
    let found = tokens(text, Dialect::Ipython).into_iter().filter(|token| says(token.kind));
    let mut hashes: Vec<u32> =
        found.map(|token| (scatter(hash(token.text(text).as_bytes())) >> 32) as u32).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// The groups of before that repeat nothing.
struct Known {
    firsts: Firsts,
    names: Vec<String>,
    by_name: FxHashMap<String, u32>,
}

impl Known {
    /// The name of the first that a group repeats, and whether it does.
    fn original_of(&mut self, group: &mut Group, name: &str, min_tokens: usize) -> Option<String> {
        // The same name a second time is the same again, whatever is in it.
        if let Some(first) = self.by_name.get(name) {
            return Some(self.names[*first as usize].clone());
        }
        let hashes = std::mem::take(&mut group.tokens);
        let sketch = if hashes.len() < min_tokens { Sketch::default() } else { Sketch::of(hashes, BANDS) };
        if let Some(first) = self.firsts.like(&sketch) {
            self.by_name.insert(name.to_owned(), first);
            return Some(self.names[first as usize].clone());
        }
        let number = self.names.len() as u32;
        self.firsts.add(sketch, number);
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), number);
        None
    }
}

/// Finds repetitions.
///
/// # Errors
/// A line that is no record with an `id` and a text.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let mut firsts =
        Known { firsts: Firsts::new(args.near), names: Vec::new(), by_name: FxHashMap::default() };
    let mut group = Group::default();
    let mut last = Emit::default();
    let input = stage.input(args.inputs.clone());
    stage.fold_owned_lines(input, Seen::read, |seen, emit| {
        let belongs = args.files && !group.lines.is_empty() && group.file == seen.file;
        if !belongs {
            write(std::mem::take(&mut group), &mut firsts, args, emit)?;
            (group.id, group.file) = (seen.id, seen.file);
        }
        group.tokens.extend(seen.tokens);
        group.lines.push(seen.line);
        Ok(())
    })?;
    write(group, &mut firsts, args, &mut last)?;
    stage.absorb(last)
}

fn write(mut group: Group, firsts: &mut Known, args: &Args, emit: &mut Emit) -> Result<()> {
    if group.lines.is_empty() {
        return Ok(());
    }
    group.tokens.sort_unstable();
    group.tokens.dedup();
    let name = if args.files { group.file[0].clone() } else { group.id.clone() };
    let original = firsts.original_of(&mut group, &name, args.min_tokens);
    emit.count(if original.is_some() { "duplicates" } else { "firsts" }, 1);
    if original.is_some() && args.drop {
        return Ok(());
    }
    let original = json_text(&original.unwrap_or_default());
    for line in group.lines {
        let text = std::str::from_utf8(&line.bytes)?;
        emit.raw(&Fields::parse(text)?.with(&[("duplicate_of", &original)]));
    }
    Ok(())
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-dedup";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}
