//! Training: steps, validations, the best weights.

use anyhow::{Context as _, Result};
use rayon::prelude::*;
use records::id_of;

use crate::adam::Adam;
use crate::batches;
use crate::checkpoint::{self, Check, State};
use crate::config::Config;
use crate::data::Sequence;
use crate::model::{Model, ModelConfig};
use crate::network::{Decoder, Snapshot, cross_entropy};
use crate::predict::{PART, asked, batch, predictions};

/// Steps in which the rate rises.
const WARM_UP: f64 = 50.0;
/// The share of a run, at its end, in which the rate falls.
const FALL: f64 = 0.4;
/// Steps of a run of which nothing else says when it ends.
const STEPS: usize = 2000;

/// What came of some texts: symbols measured, their loss, those predicted.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    symbols: u64,
    loss: f64,
    right: u64,
}

/// A run of training.
pub struct Training<'a> {
    config: &'a Config,
    decoder: Decoder,
    adam: Adam,
    best: Option<Snapshot>,
    state: State,
}

impl<'a> Training<'a> {
    /// Texts that are validated with; more tell hardly more.
    pub const VALID_TEXTS: usize = 256;

    /// A run that begins with the weights of `decoder`; `run` tells it from others, as [`Training::run_id`] does.
    pub fn new(config: &'a Config, decoder: Decoder, run: String) -> Self {
        let adam = Adam::new(decoder.parameters.names().map(|(_, shape)| shape.iter().product()));
        Self { config, decoder, adam, best: None, state: State { run, epoch: 1, ..State::default() } }
    }

    /// A hash of all that decides what a run comes to: its texts, its configuration, and where its first weights are
    /// from, in any words.
    ///
    /// # Errors
    /// If the configuration cannot be written down.
    pub fn run_id(config: &Config, train: &[Sequence], valid: &[Sequence], from: &str) -> Result<String> {
        let Config { steps, symbols, minutes, batch, rate, check_every, patience, .. } = config;
        let model = ModelConfig::new(config.style.clone(), config.sizes.clone(), config.seed);
        Ok(id_of([
            digest(train),
            digest(valid),
            serde_json::to_string(&model).context("cannot describe the run")?,
            format!("{steps:?} {symbols:?} {minutes:?}"),
            format!("{batch} {rate} {check_every} {patience} {from}"),
        ]))
    }

    /// Goes on from the checkpoint of an interrupted run.
    ///
    /// # Errors
    /// If it is damaged, or of another run.
    pub fn resume(&mut self, checkpoint: &[u8]) -> Result<()> {
        let Self { decoder, adam, state, .. } = self;
        let (state, best) = checkpoint::read(checkpoint, &state.run, &decoder.parameters, adam)?;
        (self.state, self.best) = (state, best);
        Ok(())
    }

    /// Where the run stood at its last check, for [`Training::resume`].
    ///
    /// # Errors
    /// If the device fails.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        checkpoint::to_bytes(&self.decoder.parameters, &self.adam, self.best.as_ref(), &self.state)
    }

    /// All checks so far.
    pub fn checks(&self) -> &[Check] {
        &self.state.checks
    }

    /// Steps so far.
    pub fn step(&self) -> usize {
        self.state.step
    }

    /// Symbols read so far.
    pub fn symbols(&self) -> u64 {
        self.state.symbols
    }

    /// How much of the run was done at its last check, from 0 to 1: by the end that is nearest.
    pub fn progress(&self) -> f64 {
        self.progress_after(self.state.seconds)
    }

    fn progress_after(&self, seconds: f64) -> f64 {
        let Config { steps, symbols, minutes, .. } = self.config;
        let steps = steps.or(if symbols.is_none() && minutes.is_none() { Some(STEPS) } else { None });
        let of =
            |done: f64, whole: Option<f64>| whole.map_or(0.0, |whole| done / whole.max(f64::MIN_POSITIVE));
        of(self.state.step as f64, steps.map(|n| n as f64))
            .max(of(self.state.symbols as f64, symbols.map(|n| n as f64)))
            .max(of(seconds / 60.0, *minutes))
    }

    /// Trains to the end, on the current rayon pool. `seconds` gives the time since this call; `watch` is called
    /// after each check, when a [`Training::checkpoint`] can be taken.
    ///
    /// # Errors
    /// If the device fails, or `watch` does.
    pub fn run(
        &mut self,
        train: &[Sequence],
        valid: &[Sequence],
        seconds: &dyn Fn() -> f64,
        watch: &mut dyn FnMut(&Self) -> Result<()>,
    ) -> Result<()> {
        let before = self.state.seconds;
        let seconds = || before + seconds();
        let mut since = (0, Sum::default());
        let part = PART.min(self.config.batch.max(1));
        let parts_a_step = self.config.batch.div_ceil(part).max(1);
        loop {
            let parts = batches::parts(train, part, self.config.seed, self.state.epoch);
            for batch in parts[self.state.parts.min(parts.len())..].chunks(parts_a_step) {
                let progress = self.progress_after(seconds());
                if progress >= 1.0 || self.is_patience_exhausted() {
                    if since.0 > 0 {
                        self.check(since, valid, self.rate(progress), seconds())?;
                        watch(self)?;
                    }
                    return Ok(());
                }
                let rate = self.rate(progress);
                let sum = self.learn(train, batch, rate)?;
                since.0 += batch.iter().map(|part| part.len() as u64).sum::<u64>();
                since.1 =
                    Sum { symbols: since.1.symbols + sum.symbols, loss: since.1.loss + sum.loss, right: 0 };
                self.state.parts += batch.len();
                if self.state.step.is_multiple_of(self.config.check_every) {
                    self.check(std::mem::take(&mut since), valid, rate, seconds())?;
                    watch(self)?;
                }
            }
            self.state.epoch += 1;
            self.state.parts = 0;
        }
    }

    /// The rate rises, stays, and falls at the end.
    fn rate(&self, progress: f64) -> f64 {
        let rise = ((self.state.step as f64 + 1.0) / WARM_UP).min(1.0);
        self.config.rate * rise * ((1.0 - progress) / FALL).clamp(0.02, 1.0)
    }

    fn is_patience_exhausted(&self) -> bool {
        let since = |step| self.state.checks.iter().filter(|check| check.step > step).count();
        self.state.best.is_some_and(|(_, step)| since(step) >= self.config.patience)
    }

    /// One step, of some parts.
    fn learn(&mut self, train: &[Sequence], batch: &[Vec<u32>], rate: f64) -> Result<Sum> {
        let texts = |part: &Vec<u32>| part.iter().map(|&place| &train[place as usize]).collect::<Vec<_>>();
        let asked: usize = batch
            .iter()
            .flatten()
            .map(|&place| &train[place as usize])
            .map(|text| text.symbols.len() - text.from)
            .sum();
        let learned: Vec<(Vec<Vec<f32>>, Sum)> = batch
            .par_iter()
            .map(|part| gradients(&self.decoder, &texts(part), 1.0 / asked.max(1) as f32))
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

    /// Validates, and keeps what is best.
    fn check(
        &mut self,
        (texts, train): (u64, Sum),
        valid: &[Sequence],
        rate: f64,
        seconds: f64,
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
        Ok(())
    }

    /// The model, with its best weights.
    ///
    /// # Errors
    /// If the device fails.
    pub fn finish(self) -> Result<Model> {
        let step = self.state.best.map_or(self.state.step, |(_, step)| step);
        if let Some(best) = &self.best {
            self.decoder.parameters.restore(best)?;
        }
        let Config { style, sizes, seed, .. } = self.config.clone();
        let config =
            ModelConfig { step, symbols: self.state.symbols, ..ModelConfig::new(style, sizes, seed) };
        Ok(Model { config, decoder: self.decoder })
    }
}

fn digest(sequences: &[Sequence]) -> String {
    let bytes = |sequence: &Sequence| -> Vec<u8> {
        let symbols = sequence.symbols.iter().flat_map(|symbol| symbol.to_le_bytes());
        symbols.chain((sequence.from as u64).to_le_bytes()).collect()
    };
    id_of(sequences.iter().map(bytes))
}

/// Gradient and loss of one part of a step.
fn gradients(decoder: &Decoder, texts: &[&Sequence], factor: f32) -> Result<(Vec<Vec<f32>>, Sum)> {
    let batch = batch(texts);
    let (places, truths) = asked(texts, batch.steps());
    let symbols = truths.len() as u64;
    let loss = cross_entropy(&decoder.forward(&batch, &places)?, truths, factor)?;
    let store = loss.backward()?;
    let loss = f64::from(loss.to_scalar::<f32>()? / factor);
    Ok((decoder.parameters.gradients(&store)?, Sum { symbols, loss, right: 0 }))
}

fn measure(decoder: &Decoder, texts: &[Sequence]) -> Result<Sum> {
    let mut sum = Sum::default();
    for (text, predictions) in texts.iter().zip(predictions(decoder, texts)?) {
        for (truth, prediction) in text.symbols[text.from.max(1)..].iter().zip(predictions) {
            sum.symbols += 1;
            sum.loss -= f64::from(prediction.log_probability);
            sum.right += u64::from(prediction.best == u32::from(*truth));
        }
    }
    Ok(sum)
}
