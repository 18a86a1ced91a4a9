//! Training: steps, validations, the best weights.

use anyhow::{Context as _, Result, ensure};
use learn::loss::cross_entropy;
use learn::schedule::warmup_stable_decay;
use learn::{AdamWConfig, Checkpoint, Gradients, Trainer};
use rayon::prelude::*;
use records::id_of;

use crate::batches;
use crate::config::Config;
use crate::data::Sequence;
use crate::model::{Model, ModelConfig};
use crate::network::Decoder;
use crate::predict::{PART, asked, batch, predictions};
use crate::progress::{Check, Progress};

/// Steps in which the rate rises, the share of a run, at its end, in which it falls, and to which share of itself.
const SCHEDULE: (f64, f64, f64) = (50.0, 0.4, 0.02);
/// The gradient's square is forgotten ten times sooner than is usual, as fits runs of a few thousand steps.
const OPTIMIZER: AdamWConfig =
    AdamWConfig { beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8, weight_decay: 0.01, clip: Some(1.0) };
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
    trainer: Trainer,
    run: String,
    progress: Progress,
}

impl<'a> Training<'a> {
    /// Texts that are validated with; more tell hardly more.
    pub const VALID_TEXTS: usize = 256;

    /// A run that begins with the weights of `decoder`; `run` tells it from others, as [`Training::run_id`] does.
    pub fn new(config: &'a Config, decoder: Decoder, run: String) -> Self {
        let trainer = Trainer::new(&decoder.parameters, OPTIMIZER);
        Self { config, decoder, trainer, run, progress: Progress { epoch: 1, ..Progress::default() } }
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
    pub fn resume(&mut self, checkpoint: Vec<u8>) -> Result<()> {
        let checkpoint: Checkpoint<Progress> = Checkpoint::read(checkpoint)?;
        ensure!(
            checkpoint.run() == self.run,
            "it is of a run with other input or flags; without --resume it is replaced"
        );
        let progress = checkpoint.progress().clone();
        let scores = progress.checks.iter().filter_map(Check::score);
        self.trainer.resume(&mut self.decoder.parameters, &checkpoint, progress.step, scores)?;
        self.progress = progress;
        Ok(())
    }

    /// Where the run stood at its last check, for [`Training::resume`].
    ///
    /// # Errors
    /// If the device fails.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        self.trainer.to_checkpoint(&self.decoder.parameters, &self.run, &self.progress)
    }

    /// All checks so far.
    pub fn checks(&self) -> &[Check] {
        &self.progress.checks
    }

    /// Steps so far.
    pub fn step(&self) -> usize {
        self.progress.step
    }

    /// Symbols read so far.
    pub fn symbols(&self) -> u64 {
        self.progress.symbols
    }

    /// How much of the run was done at its last check, from 0 to 1: by the end that is nearest.
    pub fn done(&self) -> f64 {
        self.share_done(self.progress.seconds)
    }

    fn share_done(&self, seconds: f64) -> f64 {
        let Config { steps, symbols, minutes, .. } = self.config;
        let steps = steps.or(if symbols.is_none() && minutes.is_none() { Some(STEPS) } else { None });
        let of =
            |done: f64, whole: Option<f64>| whole.map_or(0.0, |whole| done / whole.max(f64::MIN_POSITIVE));
        of(self.progress.step as f64, steps.map(|n| n as f64))
            .max(of(self.progress.symbols as f64, symbols.map(|n| n as f64)))
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
        let before = self.progress.seconds;
        let seconds = || before + seconds();
        let mut since = (0, Sum::default());
        let part = PART.min(self.config.batch.max(1));
        let parts_a_step = self.config.batch.div_ceil(part).max(1);
        loop {
            let parts = batches::parts(train, part, self.config.seed, self.progress.epoch);
            for batch in parts[self.progress.parts.min(parts.len())..].chunks(parts_a_step) {
                let done = self.share_done(seconds());
                if done >= 1.0 || self.is_patience_exhausted() {
                    if since.0 > 0 {
                        self.check(since, valid, self.rate(done), seconds())?;
                        watch(self)?;
                    }
                    return Ok(());
                }
                let rate = self.rate(done);
                let sum = self.learn(train, batch, rate)?;
                since.0 += batch.iter().map(|part| part.len() as u64).sum::<u64>();
                since.1 =
                    Sum { symbols: since.1.symbols + sum.symbols, loss: since.1.loss + sum.loss, right: 0 };
                self.progress.parts += batch.len();
                if self.progress.step.is_multiple_of(self.config.check_every) {
                    self.check(std::mem::take(&mut since), valid, rate, seconds())?;
                    watch(self)?;
                }
            }
            self.progress.epoch += 1;
            self.progress.parts = 0;
        }
    }

    /// The rate rises, stays, and falls at the end.
    fn rate(&self, done: f64) -> f64 {
        self.config.rate * warmup_stable_decay(self.progress.step, done, SCHEDULE)
    }

    fn is_patience_exhausted(&self) -> bool {
        self.trainer.early_stopping().is_patience_exhausted(self.config.patience)
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
        let learned: Vec<(Gradients, Sum)> = batch
            .par_iter()
            .map(|part| gradients(&self.decoder, &texts(part), 1.0 / asked.max(1) as f32))
            .collect::<Result<_>>()?;
        let (parts, sums): (Vec<Gradients>, Vec<Sum>) = learned.into_iter().unzip();
        self.trainer.step(&mut self.decoder.parameters, &parts, rate)?;
        let sum = sums.into_iter().fold(Sum::default(), |sum, part| Sum {
            symbols: sum.symbols + part.symbols,
            loss: sum.loss + part.loss,
            right: 0,
        });
        self.progress.step += 1;
        let symbols = |part: &Vec<u32>| texts(part).iter().map(|text| text.symbols.len() as u64).sum::<u64>();
        self.progress.symbols += batch.iter().map(symbols).sum::<u64>();
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
        self.progress.seconds = seconds;
        self.progress.checks.push(Check {
            epoch: self.progress.epoch,
            step: self.progress.step,
            rate,
            train: (texts, train.loss / train.symbols.max(1) as f64),
            valid: (valid.len() as u64, loss, sum.right as f64 / sum.symbols.max(1) as f64),
        });
        if let Some(score) = self.progress.checks.last().and_then(Check::score) {
            self.trainer.observe(&self.decoder.parameters, score)?;
        }
        Ok(())
    }

    /// The model, with its best weights.
    ///
    /// # Errors
    /// If the device fails.
    pub fn finish(mut self) -> Result<Model> {
        let best = self.trainer.early_stopping().best().map(|best| self.progress.checks[best - 1].step);
        let step = best.unwrap_or(self.progress.step);
        self.trainer.finish(&mut self.decoder.parameters)?;
        let Config { style, sizes, seed, .. } = self.config.clone();
        let config =
            ModelConfig { step, symbols: self.progress.symbols, ..ModelConfig::new(style, sizes, seed) };
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
fn gradients(decoder: &Decoder, texts: &[&Sequence], factor: f32) -> Result<(Gradients, Sum)> {
    let batch = batch(texts);
    let (places, truths) = asked(texts, batch.steps());
    let symbols = truths.len() as u64;
    let loss = cross_entropy(&decoder.forward(&batch, &places)?, truths, factor)?;
    let store = loss.backward()?;
    let loss = f64::from(loss.to_scalar::<f32>()? / factor);
    Ok((Gradients::collect(&decoder.parameters, &store, Vec::new())?, Sum { symbols, loss, right: 0 }))
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

#[cfg(test)]
mod tests {
    use learn::Device;

    use super::Training;
    use crate::config::Config;
    use crate::data::Sequence;
    use crate::network::{Decoder, Sizes};
    use crate::text::Style;

    fn decoder(config: &Config) -> Decoder {
        Decoder::new(&config.sizes, config.seed, &Device::Cpu).unwrap()
    }

    #[test]
    fn an_interrupted_run_ends_with_the_same_bytes() {
        let sizes = Sizes { layers: 1, width: 8, heads: 2, hidden: 16, context: 16 };
        let of = |steps| Config {
            steps: Some(steps),
            batch: 64,
            check_every: 4,
            ..Config::new(Style::default(), sizes.clone(), 3)
        };
        let text = |n: u16| Sequence { symbols: (n..n + 9).collect(), from: 2 };
        let (train, valid): (Vec<_>, Vec<_>) = ((40..80).map(text).collect(), (90..95).map(text).collect());
        let whole = of(12);
        let run = Training::run_id(&whole, &train, &valid, "").unwrap();
        let mut checkpoints = Vec::new();
        let mut training = Training::new(&whole, decoder(&whole), run.clone());
        let mut keep = |training: &Training| {
            checkpoints.push(training.checkpoint()?);
            Ok(())
        };
        training.run(&train, &valid, &|| 0.0, &mut keep).unwrap();
        let expected = training.finish().unwrap().files().unwrap();
        let mut resumed = Training::new(&whole, decoder(&whole), run);
        resumed.resume(checkpoints[0].clone()).unwrap();
        assert_eq!(resumed.step(), 4);
        resumed.run(&train, &valid, &|| 0.0, &mut |_| Ok(())).unwrap();
        assert!(resumed.finish().unwrap().files().unwrap() == expected);
        let refusal = Training::new(&whole, decoder(&whole), "another".to_owned())
            .resume(checkpoints[0].clone())
            .unwrap_err();
        assert!(refusal.to_string().contains("other input or flags"), "{refusal}");
    }

    /// As `trace-lm` wrote them before checkpoints had a version.
    #[test]
    fn a_checkpoint_without_a_version_is_refused_with_what_to_do() {
        let sizes = Sizes { layers: 1, width: 2, heads: 1, hidden: 2, context: 256 };
        let config = Config::new(Style::default(), sizes, 42);
        let mut training = Training::new(&config, decoder(&config), "f894ad925e24f3197875".to_owned());
        let checkpoint = include_bytes!("../tests/checkpoint-0.safetensors").to_vec();
        let refusal = format!("{:#}", training.resume(checkpoint).unwrap_err());
        assert!(refusal.contains("format 0") && refusal.contains("train anew"), "{refusal}");
    }
}
