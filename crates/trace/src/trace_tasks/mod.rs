//! `trace-tasks`: questions about what programs do, with the answers that were recorded.

mod ask;
mod divergence;
mod operator;
mod steps;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use evaluation::Shares;
use filter::{Emit, Line, Stage};
use records::{Extra, Random, Record as _, Split, TraceTask};
use serde_json::Value;

pub use ask::ask;
pub use divergence::{Pairs, first_difference};

use crate::program::Program;
use crate::trace_text::tokens_in;

/// Ask about traces: the next state, a value, its type, a hidden operator, the output, what is raised, where two
/// programs part.
///
/// Reads the trace/1 records of `nbexec --trace` and writes trace-task/1 records: a prompt and the one right answer.
/// All that is drawn depends on --seed and the trace alone. A repository is in one split as a whole.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of trace/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// What is asked [default: all but text and divergence]
    #[arg(long, value_enum, value_name = "TASK,…", value_delimiter = ',')]
    pub tasks: Vec<Task>,

    /// Questions of each kind that a program gets at most
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub per_program: usize,

    /// What a prompt holds beside the question
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
    pub form: Form,

    /// Tokens of the trace in a prompt at most; what must be left out is, and it says where
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(32..))]
    pub trace_tokens: u32,

    /// Stop when so many tokens are written, prompts and answers together; the last text is cut to fit, so that two
    /// runs with different forms have the same total
    #[arg(long, value_name = "N")]
    pub total_tokens: Option<u64>,

    /// Share of the repositories for validation
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub valid: f64,

    /// Share of the repositories for the test
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub test: f64,

    /// Compare every trace with the first that has the same value in this field (`repo`, or a field of yours): what
    /// the task `divergence` asks about. The firsts are held in memory
    #[arg(long, value_name = "FIELD")]
    pub pair: Option<String>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: types of variables, once from the code alone and once with its trace, as many tokens each:
  trace-tasks --tasks type --form code --total-tokens 1000000 runs.jsonl > code.jsonl
  trace-tasks --tasks type --form code+trace --total-tokens 1000000 runs.jsonl > traced.jsonl";

/// What is asked.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// What a line changes, from the state before it.
    #[value(alias = "next_state")]
    NextState,
    /// All variables after a line ran for the k-th time.
    #[value(alias = "state_at")]
    StateAt,
    /// What is printed in the end.
    Output,
    /// The value of one variable after a line ran for the k-th time.
    Value,
    /// The type of it.
    Type,
    /// Which operator stands where ▢ is.
    Operator,
    /// Whether a condition holds when its line runs for the k-th time.
    Branch,
    /// Which exception ends the program.
    Raises,
    /// How often the body of a loop runs.
    #[value(alias = "loop_count")]
    LoopCount,
    /// Nothing: the text itself is the answer, to learn a language from.
    Text,
    /// Where a program first does something else than its pair (--pair).
    Divergence,
}

impl Task {
    /// What is asked when nothing is said.
    const USUAL: [Self; 9] = [
        Self::NextState,
        Self::StateAt,
        Self::Output,
        Self::Value,
        Self::Type,
        Self::Operator,
        Self::Branch,
        Self::Raises,
        Self::LoopCount,
    ];

    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NextState => "next_state",
            Self::StateAt => "state_at",
            Self::Output => "output",
            Self::Value => "value",
            Self::Type => "type",
            Self::Operator => "operator",
            Self::Branch => "branch",
            Self::Raises => "raises",
            Self::LoopCount => "loop_count",
            Self::Text => "text",
            Self::Divergence => "divergence",
        }
    }
}

/// What a prompt holds beside the question.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The program.
    #[default]
    Code,
    /// The program, and what it did until the moment that is asked about.
    #[value(name = "code+trace")]
    CodeAndTrace,
}

impl Form {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CodeAndTrace => "code+trace",
        }
    }
}

/// A question before it is a record.
pub struct Question {
    /// What is asked.
    pub task: Task,
    /// With all that may be known.
    pub prompt: String,
    /// The right answer.
    pub target: String,
    /// Of what it is.
    pub meta: Vec<(&'static str, Value)>,
}

impl Question {
    fn record(self, program: &Program, args: &Args) -> TraceTask {
        let trace = &program.trace;
        let meta: Extra = self.meta.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let asked = serde_json::to_string(&meta).expect("JSON can be written");
        TraceTask {
            schema: TraceTask::SCHEMA.to_owned(),
            id: records::id_of([trace.id.as_str(), self.task.as_str(), args.form.as_str(), &asked]),
            trace: trace.id.clone(),
            path: trace.path.clone(),
            repo: trace.repo.clone(),
            split: split_of(program, args),
            task: self.task.as_str().to_owned(),
            form: args.form.as_str().to_owned(),
            tokens: (tokens_in(&self.prompt) + tokens_in(&self.target)) as u64,
            prompt: self.prompt,
            target: self.target,
            meta,
            extra: trace.extra.clone(),
        }
    }
}

/// The part of a program's repository; without one the program stands alone.
fn split_of(program: &Program, args: &Args) -> Split {
    let unit = match program.trace.repo.as_str() {
        "" => &program.trace.notebook,
        repo => repo,
    };
    let shares = Shares { valid: args.valid, test: args.test };
    shares.of_draw(Random::keyed(args.common.seed, "trace-tasks split", unit).unit())
}

/// Writes tasks until the tokens are used up.
struct TokenBudget {
    left: Option<u64>,
}

impl TokenBudget {
    fn write(&mut self, mut task: TraceTask, emit: &mut Emit) -> Result<()> {
        if let Some(left) = &mut self.left {
            if task.tokens > *left {
                let room = std::mem::take(left);
                if task.task != Task::Text.as_str() || room == 0 {
                    return Ok(());
                }
                task.target = beginning(&task.target, room as usize).to_owned();
                task.tokens = tokens_in(&task.target) as u64;
            } else {
                *left -= task.tokens;
            }
        }
        emit.count("tokens", task.tokens);
        emit.record(&task)
    }
}

/// The longest beginning of a text with no more than so many tokens.
fn beginning(text: &str, most: usize) -> &str {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let fits = ends.partition_point(|&end| tokens_in(&text[..end]) <= most);
    &text[..ends[fits.max(1) - 1]]
}

/// Asks.
///
/// # Errors
/// A malformed record, or `divergence` without --pair.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if args.pair.is_none() && args.tasks.contains(&Task::Divergence) {
        anyhow::bail!("the task divergence needs --pair FIELD");
    }
    let mut tasks = args.tasks.clone();
    if tasks.is_empty() {
        tasks.extend(Task::USUAL);
        tasks.extend(args.pair.as_ref().map(|_| Task::Divergence));
    }
    let mut pairs = args.pair.clone().filter(|_| tasks.contains(&Task::Divergence)).map(Pairs::by);
    let mut budget = TokenBudget { left: args.total_tokens };
    let look = |line: &Line| {
        let Some(program) = Program::read(line)? else { return Ok(None) };
        let questions = ask(&program, &tasks, args);
        let asked: Vec<TraceTask> =
            questions.into_iter().map(|question| question.record(&program, args)).collect();
        Ok(Some((asked, program)))
    };
    let input = stage.input(args.inputs.clone());
    stage.fold_lines(input, look, |found, emit| {
        let Some((asked, program)) = found else {
            emit.count("runs", 1);
            return Ok(());
        };
        asked.into_iter().try_for_each(|task| budget.write(task, emit))?;
        if let Some((question, program)) = pairs.as_mut().and_then(|pairs| pairs.compare(program)) {
            budget.write(question.record(&program, args), emit)?;
        }
        Ok(())
    })
}

filter::filter!(Args, "trace-tasks", run);

#[cfg(test)]
mod tests;
