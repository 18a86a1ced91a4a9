//! `bug-select`: which rewrites of a function are tried.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use filter::{Emit, Input, Line, Stage};
use records::{BugClass, Fields, Function, Random, Record as _, Selected};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// Choose which rewrites of a function are tried: some of its candidates, and to leave it as it is.
///
/// Reads function/1 records of bug-scan and writes them with a list `selected`. What is drawn depends on --seed and the
/// function alone. Without more said every candidate is as likely.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of function/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Candidates of a function that are chosen
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub count: usize,

    /// Draw the class first and then a candidate of it, so that misused variables are not half of all
    #[arg(long, conflicts_with = "scores")]
    pub balanced: bool,

    /// Draw as likely as a selector finds them: lines `{"id": …, "logprobs": […]}`, a number for every candidate of the
    /// function and one for none of them, `null` for what is impossible
    #[arg(long, value_name = "FILE")]
    pub scores: Option<PathBuf>,

    /// With --scores: logarithms are divided by this, so that 0.5 sharpens and 2 flattens
    #[arg(long, value_name = "T", default_value_t = 1.0, requires = "scores")]
    pub temperature: f64,

    /// With --scores: the share of the functions whose candidates are all as likely
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, requires = "scores")]
    pub uniform: f64,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: bug-scan src | bug-select --balanced | bug-rewrite > bugs.jsonl";

/// Chooses.
///
/// # Errors
/// A malformed record, or scores that do not fit their function.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if !(args.temperature > 0.0 && (0.0..=1.0).contains(&args.uniform)) {
        bail!("--temperature is above 0, and --uniform between 0 and 1");
    }
    let scores = args.scores.as_ref().map(|path| scores(path, args)).transpose()?;
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        let fault = |error: serde_json::Error| line.expected(Function::SCHEMA, error);
        if line.schema().as_deref() != Some(Function::SCHEMA) {
            line.parse::<Function>()?;
        }
        let text =
            std::str::from_utf8(&line.bytes).map_err(|error| line.expected(Function::SCHEMA, error))?;
        let fields = Fields::parse(text).map_err(fault)?;
        let id = fields.text("id").map_err(fault)?;
        let candidates: Vec<Head> = fields.get("candidates").map_err(fault)?;
        let mut random = Random::keyed(args.common.seed, "bug-select", &id);
        let weights = match &scores {
            None if args.balanced => balanced(&candidates, |_| true),
            None => vec![1.0; candidates.len() + 1],
            Some(scores) => match scores.get(&*id) {
                None => {
                    emit.count("without_scores", 1);
                    vec![1.0; candidates.len() + 1]
                }
                Some(found) if found.len() != candidates.len() + 1 => {
                    let expected = candidates.len() + 1;
                    return Err(line.expected(
                        Function::SCHEMA,
                        format!("one that has {} scores in --scores instead of {expected}", found.len()),
                    ));
                }
                Some(_) if random.unit() < args.uniform => vec![1.0; candidates.len() + 1],
                Some(found) => softened(found, args.temperature),
            },
        };
        let balanced = args.balanced.then_some(&candidates[..]);
        let selected = select(weights, balanced, args.count, &mut random);
        let selected = serde_json::to_string(&selected).context("cannot write what was chosen")?;
        emit.count("selected", 1);
        emit.raw(&fields.with(&[("selected", &selected)]));
        Ok(())
    })
}

/// What is asked of a candidate.
#[derive(Deserialize)]
struct Head {
    class: BugClass,
}

/// Draws so many candidates without replacement by their weights, the last of which is that of no candidate; that is
/// always chosen, as the last. With candidates given, all their classes that are left are as likely each time.
fn select(
    weights: Vec<f64>,
    candidates: Option<&[Head]>,
    count: usize,
    random: &mut Random,
) -> Vec<Selected> {
    let total: f64 = weights.iter().sum();
    let probability = |at: usize| if total > 0.0 { weights[at] / total } else { 0.0 };
    let none = weights.len() - 1;
    let mut left = weights.clone();
    left.pop();
    let mut selected = Vec::new();
    while selected.len() < count {
        let sum: f64 = left.iter().sum();
        // What is impossible is not chosen.
        let Some(last) = left.iter().rposition(|weight| *weight > 0.0) else { break };
        let mut rest = random.unit() * sum;
        let drawn = left.iter().position(|weight| {
            rest -= weight;
            rest < 0.0
        });
        let drawn = drawn.unwrap_or(last);
        left[drawn] = 0.0;
        if let Some(candidates) = candidates {
            let again = balanced(candidates, |at| left[at] > 0.0);
            left.iter_mut().zip(again).filter(|(old, _)| **old > 0.0).for_each(|(old, new)| *old = new);
        }
        selected.push(Selected { candidate: drawn as i64, probability: probability(drawn) });
    }
    selected.push(Selected { candidate: -1, probability: probability(none) });
    selected
}

/// Weights by which every class of the candidates that are left, and no bug, is as likely.
fn balanced(candidates: &[Head], is_left: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut of_class = [0_u32; BugClass::ALL.len()];
    for (_, candidate) in candidates.iter().enumerate().filter(|(at, _)| is_left(*at)) {
        of_class[candidate.class as usize] += 1;
    }
    let weight = |candidate: &Head| 1.0 / f64::from(of_class[candidate.class as usize].max(1));
    candidates.iter().map(weight).chain([1.0]).collect()
}

/// Logarithms of probabilities as weights.
fn softened(logarithms: &[f32], temperature: f64) -> Vec<f64> {
    let most = logarithms.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return vec![1.0; logarithms.len()];
    }
    logarithms.iter().map(|&value| (f64::from(value - most) / temperature).exp()).collect()
}

/// A selector's scores by the function's `id`.
fn scores(path: &std::path::Path, args: &Args) -> Result<FxHashMap<String, Vec<f32>>> {
    #[derive(Deserialize)]
    struct Scores {
        id: String,
        logprobs: Vec<Option<f32>>,
    }
    let mut input = Input::new(vec![path.to_owned()], args.common.max_record_bytes, None);
    let mut scores = FxHashMap::default();
    while let Some(line) = input.next_line()? {
        let found: Scores = serde_json::from_slice(&line.bytes)
            .with_context(|| format!("{}: expected scores with `id` and `logprobs`", line.place))?;
        let logarithm =
            |value: Option<f32>| value.filter(|value| !value.is_nan()).unwrap_or(f32::NEG_INFINITY);
        scores.insert(found.id, found.logprobs.into_iter().map(logarithm).collect());
    }
    Ok(scores)
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-select";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}
