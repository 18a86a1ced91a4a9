//! `trace-text`: traces as texts, for language models and for people.

mod budget;
mod codeexecutor;
mod dots;
mod glyphs;
mod inline;
mod snoop;
mod spelling;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use filter::Stage;
use records::{Record as _, TraceText, escape};

pub use budget::{fit, tokens_in};
pub use dots::dots;
pub use glyphs::Glyphs;
pub use spelling::Spelling;

use crate::loops::{Plan, loops};
use crate::program::Program;
use crate::statements::Statements;

/// Tell traces as texts, in one of several styles, whole or within a budget of tokens.
///
/// Reads the trace/1 records of `nbexec --trace` and writes texts, each under a line `=== ID PATH`, or trace-text/1
/// records. run/1 records say nothing. A token of a budget is up to four letters, up to three digits, a row of
/// white space, or another character: about what a byte-pair vocabulary of 50,000 makes of code, and the same for ever.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of trace/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// How a trace is told
    #[arg(long, value_enum, value_name = "STYLE", default_value_t)]
    pub style: Style,

    /// Of every loop only the first N iterations and the last
    #[arg(long, value_name = "N")]
    pub elide: Option<usize>,

    /// No calls that are deeper than N
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,

    /// Leave out what is needed to get along with N tokens a program, and say where; the state at the end stays
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..))]
    pub max_tokens: Option<u32>,

    /// Tell what functions return (dots, inline)
    #[arg(long)]
    pub ret: bool,

    /// Tell what is raised (dots, inline)
    #[arg(long)]
    pub exc: bool,

    /// Tell what is printed (dots, inline)
    #[arg(long)]
    pub out: bool,

    /// Put a character that means nothing in the place of every name, value and operator, and tell the key;
    /// operators have the same characters in all programs
    #[arg(long, value_name = "SEED")]
    pub glyphs: Option<u64>,

    /// Leave operators out of the key of --glyphs: they are to be found out
    #[arg(long, requires = "glyphs")]
    pub hide_operators: bool,

    /// Write trace-text/1 records
    #[arg(long)]
    pub jsonl: bool,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: what programs do, in at most 500 tokens each, for a language model:
  trace-cat runs.ntrace | trace-text --max-tokens 500 --jsonl > texts.jsonl";

/// How a trace is record.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[value(rename_all = "lower")]
pub enum Style {
    /// Each line as it ran, then `.. name = value` for what it changed.
    #[default]
    Dots,
    /// As snoop's own log, without times.
    Snoop,
    /// The source once; behind each line a comment with numbered states.
    Inline,
    /// A tag for each line with the whole state behind it.
    CodeExecutor,
}

impl Style {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dots => "dots",
            Self::Snoop => "snoop",
            Self::Inline => "inline",
            Self::CodeExecutor => "codeexecutor",
        }
    }
}

/// What is told beside lines and changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Include {
    /// Returned and yielded values.
    pub returned: bool,
    /// What is raised.
    pub raised: bool,
    /// What is printed.
    pub printed: bool,
}

/// A trace as a text, and what came of it.
pub fn text_of(program: &Program, args: &Args) -> TraceText {
    let statements = Statements::of(&program.trace.code);
    let glyphs = args.glyphs.map(|seed| Glyphs::of(program, &statements, seed));
    let spelling = Spelling { program, statements: &statements, glyphs: glyphs.as_ref() };
    let include = Include { returned: args.ret, raised: args.exc, printed: args.out };
    let render = |plan: &Plan| match args.style {
        Style::Dots => dots(&spelling, plan, include),
        Style::Snoop => snoop::snoop(&spelling, plan),
        Style::Inline => inline::inline(&spelling, plan, include),
        Style::CodeExecutor => codeexecutor::codeexecutor(&spelling, plan),
    };
    let mut plan = Plan::all(program);
    if let Some(first) = args.elide {
        plan.elide(&loops(program, &statements), first);
    }
    if let Some(most) = args.depth {
        plan.bound_depth(program, most);
    }
    let (text, plan) = match args.max_tokens {
        Some(most) => fit(program, &statements, plan, most as usize, render),
        None => (render(&plan), plan),
    };
    let trace = &program.trace;
    TraceText {
        schema: TraceText::SCHEMA.to_owned(),
        id: trace.id.clone(),
        path: trace.path.clone(),
        repo: trace.repo.clone(),
        style: args.style.as_str().to_owned(),
        tokens: tokens_in(&text) as u64,
        text,
        events: program.events.len() as u64,
        left_out: plan.shown.iter().filter(|shown| !**shown).count() as u64,
        key: glyphs.map_or_else(Vec::new, |glyphs| glyphs.key(args.hide_operators)),
        extra: trace.extra.clone(),
    }
}

/// Tells.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line, emit| {
        let Some(program) = Program::read(&line)? else {
            emit.count("runs", 1);
            return Ok(());
        };
        let record = text_of(&program, args);
        emit.count("tokens", record.tokens);
        emit.count("left_out", record.left_out);
        if args.jsonl {
            return emit.record(&record);
        }
        let mut text = format!("=== {} {}\n{}", escape(&record.id), escape(&record.path), record.text);
        if !record.key.is_empty() {
            text.push_str("=== key\n");
            for it in &record.key {
                text.push_str(&format!("{} {} {}\n", it.glyph, it.kind, escape(&it.text)));
            }
        }
        emit.raw(text.strip_suffix('\n').unwrap_or(&text).as_bytes());
        Ok(())
    })
}

filter::filter!(Args, "trace-text", run);

#[cfg(test)]
mod tests;
