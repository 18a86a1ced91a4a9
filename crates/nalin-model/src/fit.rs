//! The training loop: batches in a drawn order, parts of a batch in parallel, the best epoch kept.

use anyhow::Result;
use candle_core::{DType, Tensor};
use evaluation::Metrics;
use learn::loss::{binary_cross_entropy, sigmoid};
use learn::schedule::linear_decay;
use learn::{AdamWConfig, Gradients, Trainer};
use rayon::prelude::*;
use records::Random;
use serde::{Deserialize, Serialize};

use crate::encoded::{EncodedExample, EncodedExamples};
use crate::network::{Network, Row};
use crate::progress::{Epoch, Past, Progress, RunState, Saved};

/// Rows that one thread takes at a time. Fixed, so that sums are made in the same order, and come out
/// the same to the bit, however many threads there are.
const PART_ROWS: usize = 64;

/// How to train.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct Schedule {
    /// Most epochs.
    pub epochs: usize,
    /// Examples a step.
    pub batch: usize,
    /// Rate of the optimiser, which falls linearly to a tenth when `decay` is set.
    pub rate: f64,
    /// Whether the rate falls.
    pub decay: bool,
    /// Share of a weight that decays, per step and rate.
    pub weight_decay: f64,
    /// Bound on the norm of the gradient.
    pub clip: Option<f64>,
    /// End after so many epochs without a better one.
    pub patience: usize,
    /// How a better epoch is known.
    pub choice: Choice,
    /// Whether a last batch that is not full is left out (never the only one).
    pub drop_last: bool,
    /// How many more negatives are drawn for each pair of the training part that fits, see [`crate::train()`].
    pub more_negatives: usize,
    /// Seed of the order and of dropout.
    pub seed: u64,
}

/// What the best epoch is chosen by, on the validation part.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The area under the curve.
    Auc,
    /// F1 at 0.5, better by its third decimal (paper's code).
    F1,
}

impl Choice {
    /// How good figures are by it: higher is better.
    fn score(self, metrics: &Metrics) -> f64 {
        match self {
            Self::Auc => metrics.auc,
            Self::F1 => (metrics.f1 * 1000.0).round_ties_even(),
        }
    }
}

/// Trains, and leaves the network as it was after its best epoch, or the last when there is nothing to
/// validate with. Returns that epoch. With `saved` it goes on where that run was, of the same examples and schedule,
/// and the epochs of before are shown to `watch` again.
///
/// Runs on the current rayon pool.
///
/// # Errors
/// If the device fails, or `watch` does.
pub fn fit<N: Network>(
    network: &mut N,
    train: &EncodedExamples<N::Encoded>,
    valid: &EncodedExamples<N::Encoded>,
    schedule: &Schedule,
    saved: Option<&Saved>,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<usize> {
    let Schedule { weight_decay, clip, choice, .. } = *schedule;
    let config = AdamWConfig { weight_decay, clip, ..AdamWConfig::default() };
    let mut trainer = Trainer::new(network.parameters(), config);
    let mut order: Vec<u32> = (0..train.all.len() as u32).collect();
    let steps_an_epoch = train.all.len().div_ceil(schedule.batch).max(1);
    let mut progress = Progress::default();
    if let Some(saved) = saved {
        progress = saved.progress().clone();
        let scores = progress.past.iter().filter_map(|past| Some(choice.score(past.valid.as_ref()?)));
        trainer.resume(network.parameters_mut(), saved, progress.steps(), scores)?;
    }
    for past in &progress.past {
        watch(Epoch { past, run: None })?;
    }
    let mut step = progress.steps();
    for epoch in 1..=schedule.epochs {
        Random::keyed(schedule.seed, "nalin-model/order", &epoch.to_string()).shuffle(&mut order);
        if epoch <= progress.past.len() {
            continue;
        }
        if trainer.early_stopping().is_patience_exhausted(schedule.patience) {
            break;
        }
        let (mut loss, mut weight, mut rate) = (0.0, 0.0, schedule.rate);
        for batch in order.chunks(schedule.batch) {
            if schedule.drop_last && batch.len() < schedule.batch && train.all.len() > schedule.batch {
                continue;
            }
            let done = step as f64 / (steps_an_epoch * schedule.epochs) as f64;
            rate = schedule.rate * if schedule.decay { linear_decay(done, 0.1) } else { 1.0 };
            step += 1;
            // A user may give weight 0 to every example of a batch.
            let batch_weight =
                batch.iter().map(|&at| train.all[at as usize].weight).sum::<f32>().max(f32::MIN_POSITIVE);
            let (gradients, losses): (Vec<Gradients>, Vec<f64>) = batch
                .par_chunks(PART_ROWS)
                .enumerate()
                .map(|(part, rows)| {
                    let key = format!("{step}/{part}");
                    let noise = Random::keyed(schedule.seed, "nalin-model/noise", &key);
                    let encoded: Vec<EncodedExample> =
                        rows.iter().map(|&at| train.all[at as usize]).collect();
                    let rows: Vec<_> = encoded.iter().map(|example| train.row(example)).collect();
                    gradients_of(network, &rows, &encoded, batch_weight, noise)
                })
                .collect::<Result<Vec<_>>>()?
                .into_iter()
                .unzip();
            loss += losses.iter().sum::<f64>();
            weight += f64::from(batch_weight);
            trainer.step(network.parameters_mut(), &gradients, rate)?;
        }
        let valid = if valid.all.is_empty() { None } else { Some(measure(network, valid)?) };
        let train_loss = if weight > 0.0 { loss / weight } else { 0.0 };
        progress.past.push(Past { epoch, step, rate, train_loss, valid });
        if let Some(metrics) = &valid {
            trainer.observe(network.parameters(), choice.score(metrics))?;
        }
        let run = RunState { parameters: network.parameters(), trainer: &trainer, progress: &progress };
        watch(Epoch { past: &progress.past[epoch - 1], run: Some(run) })?;
    }
    let best = trainer.early_stopping().best();
    trainer.finish(network.parameters_mut())?;
    Ok(best.unwrap_or(progress.past.len()))
}

/// Gradient and summed loss (weighted binary cross entropy) of one part of a batch.
pub(crate) fn gradients_of<N: Network>(
    network: &N,
    rows: &[Row<N::Encoded>],
    encoded: &[EncodedExample],
    batch_weight: f32,
    mut noise: Random,
) -> Result<(Gradients, f64)> {
    let pass = network.forward(rows, Some(&mut noise))?;
    let loss = |(logit, example): (f32, &EncodedExample)| {
        binary_cross_entropy(logit, example.label) * f64::from(example.weight)
    };
    let loss = pass.logits()?.into_iter().zip(encoded).map(loss).sum();
    // The loss's derivative is known in closed form and exact where logarithms of sigmoids are not, so
    // the backward pass starts from it: a sum of logits times constants has just that gradient.
    let mut total = Tensor::zeros((), DType::F32, network.parameters().device())?;
    for head in &pass.heads {
        let logits: Vec<f32> = head.to_vec1()?;
        let slope = |(logit, example): (f32, &EncodedExample)| {
            (sigmoid(logit) - example.label) * example.weight / batch_weight
        };
        let slopes: Vec<f32> = logits.into_iter().zip(encoded).map(slope).collect();
        total = (total + (head * Tensor::from_vec(slopes, head.shape(), head.device())?)?.sum_all()?)?;
    }
    let grads = total.backward()?;
    Ok((Gradients::collect(network.parameters(), &grads, pass.lookups)?, loss))
}

/// Metrics at a threshold of one half.
fn measure<N: Network>(network: &N, encoded: &EncodedExamples<N::Encoded>) -> Result<Metrics> {
    let rows: Vec<_> = encoded.all.iter().map(|example| encoded.row(example)).collect();
    let parts: Vec<Vec<f32>> =
        rows.par_chunks(PART_ROWS).map(|part| logits(network, part)).collect::<Result<_>>()?;
    let scores: Vec<f64> = parts.concat().into_iter().map(|logit| f64::from(sigmoid(logit))).collect();
    let labels: Vec<bool> = encoded.all.iter().map(|example| example.label > 0.5).collect();
    Ok(Metrics::of(&scores, &labels, 0.5))
}

/// Logits of any number of rows, a few at a time, the same whatever stands beside a row.
///
/// # Errors
/// If the device fails.
pub fn logits<N: Network>(network: &N, rows: &[Row<N::Encoded>]) -> Result<Vec<f32>> {
    let mut logits = Vec::with_capacity(rows.len());
    for part in rows.chunks(PART_ROWS) {
        // A product of matrices adds up in another order when it has few rows, and the last bits of a
        // score would depend on how many rows there are: so there are always as many.
        let filled: Vec<Row<N::Encoded>> =
            part.iter().chain(std::iter::repeat(&part[0])).take(PART_ROWS).copied().collect();
        let pass: Vec<f32> = network.forward(&filled, None)?.logits()?;
        logits.extend_from_slice(&pass[..part.len()]);
    }
    Ok(logits)
}
