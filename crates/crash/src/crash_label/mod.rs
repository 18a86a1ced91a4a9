//! `crash-label`: says why a crash happened, by rules, each with its evidence and how far it is to be trusted.
//!
//! Adds the field `label`. A rule that does not fit says nothing, and where none fits the cause is `unknown`:
//! that is an answer. What each rule looks at is told in `docs/crashes.md`.

mod intent;
mod items;
mod kinds;
mod messages;
mod names;
mod order;
mod stage;
mod subject;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use filter::{Emit, Line, Stage};
use foretell::Code;
use records::{Crash, CrashLabel, Fields};

use crate::columns::fields;
use crate::traceback::{Frame, frames};

/// Say why crashes happened: the root cause, the type of the exception, whether it is a matter of ML or of
/// Python, and the stage of the pipeline; each by a rule, with its evidence and a confidence.
///
/// Reads crash/1 records with their cells and adds `label`. Rules look at the saved execution counts, at what
/// each cell defines and uses, at the message and at the traceback.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Whose categories: those of the study's first text, or of its journal version
    #[arg(long, value_enum, value_name = "VERSION", default_value_t)]
    pub categories: Categories,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: how often each cause occurs:
  nbcrashes notebooks | crash-label | jq -r .label.cause | sort | uniq -c | sort -rn";

/// Whose categories the causes are put into; the two sets are never mixed.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Categories {
    /// DATA, API, NB, IMPL, LIB, ENV, INTENT, RSC, UNK.
    V1,
    /// API, NB, IMPL, ENV, DATA, MODEL, RSC, LIB, UNK; what was meant to fail is EXCLUDED, because that sample
    /// has none.
    #[default]
    V2,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
struct Verdict {
    cause: &'static str,
    rule: &'static str,
    evidence: String,
    confidence: f64,
}

impl Verdict {
    fn new(cause: &'static str, rule: &'static str, confidence: f64, evidence: impl Into<String>) -> Self {
        Self { cause, rule, evidence: evidence.into(), confidence }
    }
}

/// A crash with all that rules look at.
struct Case<'a> {
    crash: &'a Crash,
    /// The repaired message, the one that was saved if it was not repaired.
    message: &'a str,
    code: &'a [Code<'a>],
    /// Place of the crashed cell in `code`.
    here: Option<usize>,
    frames: &'a [Frame],
}

/// Labels.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        let crash: Crash = line.parse()?;
        let fields: Fields = fields(&line)?;
        let label = serde_json::to_string(&label(&crash, args.categories)).context("a label is JSON")?;
        emit.raw(&fields.with(&[("label", &label)]));
        Ok(())
    })
}

/// Labels one crash.
pub fn label(crash: &Crash, categories: Categories) -> CrashLabel {
    let code = foretell::read(&crash.cells);
    let frames = frames(&crash.traceback);
    let repaired = crash.extra.get("value").and_then(serde_json::Value::as_str);
    let message = repaired.filter(|text| !text.is_empty()).unwrap_or(&crash.message);
    let here = code.iter().position(|one| one.cell.cell == crash.cell);
    let case = Case { crash, message, code: &code, here, frames: &frames };
    let verdict = intent::meant(&case)
        .or_else(|| names::cause(&case))
        .or_else(|| items::cause(&case))
        .or_else(|| messages::cause(&case))
        .or_else(|| intent::announced(&case))
        .unwrap_or_else(|| Verdict::new("unknown", "none", 0.0, ""));
    let subject = subject::of(&case);
    CrashLabel {
        cause: verdict.cause.to_owned(),
        category: kinds::category(verdict.cause, categories).to_owned(),
        exception_type: kinds::exception_type(&case, verdict.cause).to_owned(),
        rule: verdict.rule.to_owned(),
        evidence: verdict.evidence.chars().take(300).collect(),
        confidence: verdict.confidence,
        subject: if subject.is_ml { "ml" } else { "python" }.to_owned(),
        library: subject.library,
        stage: stage::of(&case).to_owned(),
        order_inversions: order::inversions(&code),
    }
}

filter::filter!(Args, "crash-label", run);
