//! `trace-lm train`: the loop of training.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use filter::Stage;
use rayon::prelude::*;
use records::{Metric, Record as _, id_of};

use crate::adam::Adam;
use crate::batches;
use crate::checkpoint::{self, Check, State};
use crate::cli::{Compute, Sign, TrainArgs};
use crate::data::{self, Sequence};
use crate::model::{self, Config, Model};
use crate::network::{Batch, Decoder, Guess, Sizes, cross_entropy, guesses};
use crate::text::{Format, Style};

/// Symbols that one thread takes at a time. Fixed, so that sums are made in the same order, and come out the same to
/// the bit, however many threads there are.
const PART: usize = 1024;
/// Steps in which the rate rises.
const WARM_UP: f64 = 50.0;
/// The share of a run, at its end, in which the rate falls.
const FALL: f64 = 0.4;
/// Texts that are validated with.
const VALID_TEXTS: usize = 256;

/// Reads, trains, writes.
///
/// # Errors
/// A malformed record, a device that is not there, a folder that cannot be written.
pub(crate) fn run(args: &TrainArgs, stage: &mut Stage) -> Result<()> {
    let seed = stage.common().seed;
    let device = model::device(&args.compute.device)?;
    let threads = threads(&args.compute, stage)?;
    let sizes = sizes(args)?;
    let signs = args.hide.iter().map(|Sign(operator, sign)| (operator.clone(), sign.clone())).collect();
    let style = Style { format: args.format, refresh: args.refresh, signs };
    let all = args.code_loss || args.format == Format::Code;
    let (train, mut valid) = data::sequences(&args.inputs, &style, (sizes.context, seed, all), stage)?;
    if train.is_empty() {
        stage.warn("no traces to learn from, so there is no model");
        return Ok(());
    }
    valid.truncate(VALID_TEXTS);
    stage.count("programs_train", train.len() as u64);
    stage.count("programs_valid", valid.len() as u64);
    let mut decoder = Decoder::new(&sizes, seed, &device)?;
    if let Some(from) = &args.from {
        let other = Model::read(from, &device)?;
        anyhow::ensure!(*other.decoder.sizes() == sizes, "{} is of other sizes", from.display());
        decoder = other.decoder;
    }
    let config = Config::new(style, sizes, seed);
    let run = id_of([
        digest(&train),
        digest(&valid),
        serde_json::to_string(&config).context("cannot describe the run")?,
        format!("{:?} {:?} {:?}", args.steps, args.symbols, args.minutes),
        format!("{} {} {} {} {:?}", args.batch, args.lr, args.check_every, args.patience, args.from),
    ]);
    fs::create_dir_all(&args.model).with_context(|| format!("cannot write to {}", args.model.display()))?;
    let mut fit = Fit::new(args, decoder, run)?;
    fit.report_past(stage)?;
    threads.install(|| fit.run(&train, &valid, seed, stage))?;
    fit.finish(config, stage)
}

/// The threads that are asked for.
///
/// # Errors
/// If they cannot be started.
pub(crate) fn threads(compute: &Compute, stage: &Stage) -> Result<rayon::ThreadPool> {
    let n = if compute.threads > 0 { compute.threads } else { stage.common().workers() };
    rayon::ThreadPoolBuilder::new().num_threads(n).build().context("cannot start the threads")
}

fn sizes(args: &TrainArgs) -> Result<Sizes> {
    let Some(path) = &args.config else { return Ok(Sizes::default()) };
    let trouble = || format!("cannot read {}", path.display());
    serde_json::from_slice(&fs::read(path).with_context(trouble)?).with_context(trouble)
}

fn digest(sequences: &[Sequence]) -> String {
    let bytes = |sequence: &Sequence| -> Vec<u8> {
        let symbols = sequence.symbols.iter().flat_map(|symbol| symbol.to_le_bytes());
        symbols.chain((sequence.from as u64).to_le_bytes()).collect()
    };
    id_of(sequences.iter().map(bytes))
}

/// What came of some texts: symbols measured, their loss, those guessed.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    symbols: u64,
    loss: f64,
    right: u64,
}

struct Fit<'a> {
    args: &'a TrainArgs,
    decoder: Decoder,
    adam: Adam,
    best: Option<crate::network::Snapshot>,
    state: State,
}

impl<'a> Fit<'a> {
    fn new(args: &'a TrainArgs, decoder: Decoder, run: String) -> Result<Self> {
        let counts = decoder.parameters.names().map(|(_, shape)| shape.iter().product());
        let mut adam = Adam::new(counts);
        let saved =
            if args.resume { checkpoint::load(&args.model, &run, &decoder, &mut adam)? } else { None };
        let fresh = || (State { run, epoch: 1, ..State::default() }, None);
        let (state, best) = saved.unwrap_or_else(fresh);
        Ok(Self { args, decoder, adam, best, state })
    }

    /// How much of the run is done, from 0 to 1: by the end that is nearest.
    fn progress(&self, seconds: f64) -> f64 {
        let TrainArgs { steps, symbols, minutes, .. } = self.args;
        let steps = steps.or(if symbols.is_none() && minutes.is_none() { Some(2000) } else { None });
        let of =
            |done: f64, whole: Option<f64>| whole.map_or(0.0, |whole| done / whole.max(f64::MIN_POSITIVE));
        of(self.state.step as f64, steps.map(|n| n as f64))
            .max(of(self.state.symbols as f64, symbols.map(|n| n as f64)))
            .max(of(seconds / 60.0, *minutes))
    }

    fn run(&mut self, train: &[Sequence], valid: &[Sequence], seed: u64, stage: &mut Stage) -> Result<()> {
        let (start, before) = (Instant::now(), self.state.seconds);
        let seconds = || before + start.elapsed().as_secs_f64();
        let mut since = (0, Sum::default());
        let part = PART.min(self.args.batch.max(1));
        let parts_a_step = self.args.batch.div_ceil(part).max(1);
        loop {
            let parts = batches::parts(train, part, seed, self.state.epoch);
            for batch in parts[self.state.parts.min(parts.len())..].chunks(parts_a_step) {
                let progress = self.progress(seconds());
                if progress >= 1.0 || self.is_worn_out() {
                    if since.0 > 0 {
                        self.check(since, valid, self.rate(progress), seconds(), stage)?;
                    }
                    return Ok(());
                }
                let rate = self.rate(progress);
                let sum = self.step(train, batch, rate)?;
                since.0 += batch.iter().map(|part| part.len() as u64).sum::<u64>();
                since.1 =
                    Sum { symbols: since.1.symbols + sum.symbols, loss: since.1.loss + sum.loss, right: 0 };
                self.state.parts += batch.len();
                if self.state.step.is_multiple_of(self.args.check_every as usize) {
                    self.check(std::mem::take(&mut since), valid, rate, seconds(), stage)?;
                }
            }
            self.state.epoch += 1;
            self.state.parts = 0;
        }
    }

    /// The rate rises, stays, and falls at the end.
    fn rate(&self, progress: f64) -> f64 {
        let rise = ((self.state.step as f64 + 1.0) / WARM_UP).min(1.0);
        self.args.lr * rise * ((1.0 - progress) / FALL).clamp(0.02, 1.0)
    }

    fn is_worn_out(&self) -> bool {
        let since = |step| self.state.checks.iter().filter(|check| check.step > step).count();
        self.state.best.is_some_and(|(_, step)| since(step) >= self.args.patience)
    }

    /// One step, of some parts.
    fn step(&mut self, train: &[Sequence], batch: &[Vec<u32>], rate: f64) -> Result<Sum> {
        let texts = |part: &Vec<u32>| part.iter().map(|&place| &train[place as usize]).collect::<Vec<_>>();
        let asked: usize = batch
            .iter()
            .flatten()
            .map(|&place| &train[place as usize])
            .map(|text| text.symbols.len() - text.from)
            .sum();
        let learned: Vec<(Vec<Vec<f32>>, Sum)> = batch
            .par_iter()
            .map(|part| learn(&self.decoder, &texts(part), 1.0 / asked.max(1) as f32))
            .collect::<Result<_>>()?;
        let mut sum = Sum::default();
        let mut gradients: Option<Vec<Vec<f32>>> = None;
        for (part, of_part) in learned {
            sum.symbols += of_part.symbols;
            sum.loss += of_part.loss;
            match &mut gradients {
                None => gradients = Some(part),
                Some(all) => {
                    for (all, part) in all.iter_mut().zip(part) {
                        all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
                    }
                }
            }
        }
        let mut weights = self.decoder.parameters.snapshot()?;
        self.adam.step(&mut weights.0, &gradients.unwrap_or_default(), rate);
        self.decoder.parameters.restore(&weights)?;
        self.state.step += 1;
        let symbols = |part: &Vec<u32>| texts(part).iter().map(|text| text.symbols.len() as u64).sum::<u64>();
        self.state.symbols += batch.iter().map(symbols).sum::<u64>();
        Ok(sum)
    }

    /// Validates, keeps what is best, writes it all down.
    fn check(
        &mut self,
        (texts, train): (u64, Sum),
        valid: &[Sequence],
        rate: f64,
        seconds: f64,
        stage: &mut Stage,
    ) -> Result<()> {
        let sum = measure(&self.decoder, valid)?;
        let loss = sum.loss / sum.symbols.max(1) as f64;
        self.state.seconds = seconds;
        self.state.checks.push(Check {
            epoch: self.state.epoch,
            step: self.state.step,
            rate,
            train: (texts, train.loss / train.symbols.max(1) as f64),
            valid: (valid.len() as u64, loss, sum.right as f64 / sum.symbols.max(1) as f64),
        });
        if !valid.is_empty() && self.state.best.is_none_or(|(best, _)| loss < best) {
            self.state.best = Some((loss, self.state.step));
            self.best = Some(self.decoder.parameters.snapshot()?);
        }
        checkpoint::save(&self.args.model, &self.decoder, &self.adam, self.best.as_ref(), &self.state)?;
        let check = self.state.checks.last().cloned();
        check.map_or(Ok(()), |check| self.report(&check, stage))
    }

    fn report_past(&self, stage: &mut Stage) -> Result<()> {
        if self.args.resume {
            let done = self.state.step;
            stage.warn(&format!(
                "{done} steps were done{}",
                if done > 0 { "; going on from there" } else { "" }
            ));
        }
        self.state.checks.iter().try_for_each(|check| self.report(check, stage))
    }

    fn report(&self, check: &Check, stage: &mut Stage) -> Result<()> {
        let name = |format: Format| {
            clap::ValueEnum::to_possible_value(&format).map(|value| value.get_name().to_owned())
        };
        let unknown = Metric {
            schema: Metric::SCHEMA.to_owned(),
            model: format!("trace-lm/{}", name(self.args.format).unwrap_or_default()),
            phase: "epoch".to_owned(),
            epoch: check.epoch as u64,
            step: check.step as i64,
            lr: check.rate,
            threshold: -1.0,
            precision: -1.0,
            recall: -1.0,
            f1: -1.0,
            auc: -1.0,
            accuracy: -1.0,
            ..Metric::default()
        };
        let (examples, loss) = check.train;
        stage.write(&Metric { split: "train".to_owned(), examples, loss, ..unknown.clone() })?;
        let (examples, valid_loss, accuracy) = check.valid;
        if examples > 0 {
            stage.write(&Metric {
                split: "valid".to_owned(),
                examples,
                loss: valid_loss,
                accuracy,
                ..unknown
            })?;
        }
        let done = (self.progress(self.state.seconds) * 100.0) as usize;
        let line = format!(
            "step {}, loss {loss:.4}, validation loss {valid_loss:.4}, symbols guessed {:.1} %",
            check.step,
            accuracy * 100.0
        );
        stage.tell(done.min(100), 100, &line);
        stage.flush()
    }

    /// Writes the model with its best weights, and takes the checkpoint away.
    fn finish(self, config: Config, stage: &mut Stage) -> Result<()> {
        let step = self.state.best.map_or(self.state.step, |(_, step)| step);
        if let Some(best) = &self.best {
            self.decoder.parameters.restore(best)?;
        }
        stage.count("weights", self.decoder.parameters.count() as u64);
        stage.count("steps", self.state.step as u64);
        stage.count("symbols", self.state.symbols);
        let config = Config { step, symbols: self.state.symbols, ..config };
        Model { config, decoder: self.decoder }.write(&self.args.model)?;
        match fs::remove_file(checkpoint::path(&self.args.model)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                bail!("cannot remove the checkpoint: {error}")
            }
            _ => Ok(()),
        }
    }
}

/// Places of a batch's rows at which something is asked, and the truths.
fn asked(texts: &[&Sequence], steps: usize) -> (Vec<u32>, Vec<u32>) {
    let mut all = (Vec::new(), Vec::new());
    for (row, text) in texts.iter().enumerate() {
        for at in text.from.max(1)..text.symbols.len() {
            all.0.push((row * steps + at - 1) as u32);
            all.1.push(u32::from(text.symbols[at]));
        }
    }
    all
}

fn batch<'a>(texts: &[&'a Sequence]) -> Batch<'a> {
    // What stands last predicts nothing.
    Batch { texts: texts.iter().map(|text| &text.symbols[..text.symbols.len() - 1]).collect() }
}

/// Gradient and loss of one part of a step.
fn learn(decoder: &Decoder, texts: &[&Sequence], factor: f32) -> Result<(Vec<Vec<f32>>, Sum)> {
    let batch = batch(texts);
    let (places, truths) = asked(texts, batch.steps());
    let symbols = truths.len() as u64;
    let loss = cross_entropy(&decoder.forward(&batch, &places)?, truths, factor)?;
    let store = loss.backward()?;
    let loss = f64::from(loss.to_scalar::<f32>()? / factor);
    Ok((decoder.parameters.gradients(&store)?, Sum { symbols, loss, right: 0 }))
}

/// What the decoder expects at each place of each text where something is asked, given what is true before.
///
/// # Errors
/// If the device fails.
pub(crate) fn expectations(decoder: &Decoder, texts: &[Sequence]) -> Result<Vec<Vec<Guess>>> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by_key(|&place| texts[place as usize].symbols.len());
    let parts = batches::cut(&order, texts, PART);
    let found: Vec<Vec<Guess>> = parts
        .par_iter()
        .map(|part| {
            let texts: Vec<&Sequence> = part.iter().map(|&place| &texts[place as usize]).collect();
            let batch = batch(&texts);
            let (places, truths) = asked(&texts, batch.steps());
            guesses(&decoder.forward(&batch, &places)?.detach(), &truths).map_err(Into::into)
        })
        .collect::<Result<_>>()?;
    let mut all = vec![Vec::new(); texts.len()];
    for (part, found) in parts.iter().zip(found) {
        let mut found = found.into_iter();
        for &place in part {
            let text = &texts[place as usize];
            all[place as usize] = found.by_ref().take(text.symbols.len() - text.from.max(1)).collect();
        }
    }
    Ok(all)
}

fn measure(decoder: &Decoder, texts: &[Sequence]) -> Result<Sum> {
    let mut sum = Sum::default();
    for (text, guesses) in texts.iter().zip(expectations(decoder, texts)?) {
        for (truth, guess) in text.symbols[text.from.max(1)..].iter().zip(guesses) {
            sum.symbols += 1;
            sum.loss -= f64::from(guess.log_probability);
            sum.right += u64::from(guess.best == u32::from(*truth));
        }
    }
    Ok(sum)
}
