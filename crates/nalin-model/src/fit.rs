//! The training loop: batches in a drawn order, parts of a batch in parallel, the best epoch kept.

use anyhow::Result;
use candle_core::{DType, Tensor};
use rayon::prelude::*;
use records::Random;
use serde::{Deserialize, Serialize};

use crate::adam::Adam;
use crate::checkpoint::{Checkpoint, Past, Saved, State};
use crate::lessons::{Lesson, Lessons};
use crate::metrics::Metrics;
use crate::network::{Network, Row};
use crate::parameters::Gradients;

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
    /// How many more misfits are drawn for each pair of the training part that fits, see [`crate::train()`].
    pub more_misfits: usize,
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

/// An epoch, for whoever watches.
pub struct Epoch<'a> {
    /// What came of it.
    pub past: &'a Past,
    /// What a run could go on from; of an epoch before the checkpoint that this run goes on from there is none.
    pub checkpoint: Option<Checkpoint<'a>>,
}

/// Trains, and leaves the network as it was after its best epoch, or the last when there is nothing to
/// validate with. Returns that epoch. With `saved` it goes on where that run was, of the same lessons and schedule,
/// and the epochs of before are shown to `watch` again.
///
/// Runs on the current rayon pool.
///
/// # Errors
/// If the device fails, or `watch` does.
pub fn fit<N: Network>(
    network: &mut N,
    train: &Lessons<N::Side>,
    valid: &Lessons<N::Side>,
    schedule: &Schedule,
    saved: Option<&Saved>,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<usize> {
    let mut adam = Adam::new(network.parameters(), schedule.weight_decay, schedule.clip);
    let mut order: Vec<u32> = (0..train.all.len() as u32).collect();
    let steps_an_epoch = train.all.len().div_ceil(schedule.batch).max(1);
    let mut state = saved.map_or_else(State::default, |saved| saved.state.clone());
    let mut best = match saved {
        Some(saved) => saved.restore(network.parameters_mut(), &mut adam)?,
        None => None,
    };
    for past in &state.past {
        watch(Epoch { past, checkpoint: None })?;
    }
    let mut step = state.past.last().map_or(0, |past| past.step);
    for epoch in 1..=schedule.epochs {
        Random::keyed(schedule.seed, "nalin-model/order", &epoch.to_string()).shuffle(&mut order);
        if epoch <= state.past.len() {
            continue;
        }
        if state.best.is_some_and(|(_, best)| epoch - best > schedule.patience) {
            break;
        }
        let (mut loss, mut weight, mut rate) = (0.0, 0.0, schedule.rate);
        for batch in order.chunks(schedule.batch) {
            if schedule.drop_last && batch.len() < schedule.batch && train.all.len() > schedule.batch {
                continue;
            }
            let done = step as f64 / (steps_an_epoch * schedule.epochs) as f64;
            rate = schedule.rate * if schedule.decay { 1.0 - 0.9 * done } else { 1.0 };
            step += 1;
            // A user may give weight 0 to every example of a batch.
            let batch_weight =
                batch.iter().map(|&at| train.all[at as usize].weight).sum::<f32>().max(f32::MIN_POSITIVE);
            let (grads, losses): (Vec<Gradients>, Vec<f64>) = batch
                .par_chunks(PART_ROWS)
                .enumerate()
                .map(|(part, rows)| {
                    let key = format!("{step}/{part}");
                    let noise = Random::keyed(schedule.seed, "nalin-model/noise", &key);
                    let lessons: Vec<Lesson> = rows.iter().map(|&at| train.all[at as usize]).collect();
                    let rows: Vec<_> = lessons.iter().map(|lesson| train.row(lesson)).collect();
                    learn(network, &rows, &lessons, batch_weight, noise)
                })
                .collect::<Result<Vec<_>>>()?
                .into_iter()
                .unzip();
            loss += losses.iter().sum::<f64>();
            weight += f64::from(batch_weight);
            adam.step(network.parameters_mut(), &grads, rate)?;
        }
        let valid = if valid.all.is_empty() { None } else { Some(measure(network, valid)?) };
        let train_loss = if weight > 0.0 { loss / weight } else { 0.0 };
        state.past.push(Past { epoch, step, rate, train_loss, valid });
        let merit = valid.map(|metrics| match schedule.choice {
            Choice::Auc => metrics.auc,
            Choice::F1 => (metrics.f1 * 1000.0).round_ties_even(),
        });
        if let Some(merit) = merit.filter(|merit| state.best.is_none_or(|(best, _)| *merit > best)) {
            state.best = Some((merit, epoch));
            best = Some(network.parameters().snapshot()?);
        }
        let (parameters, best) = (network.parameters(), best.as_ref());
        let checkpoint = Some(Checkpoint { parameters, adam: &adam, best, state: &state });
        watch(Epoch { past: &state.past[epoch - 1], checkpoint })?;
    }
    if let Some(best) = best {
        network.parameters_mut().restore(&best)?;
    }
    Ok(state.best.map_or(state.past.len(), |(_, epoch)| epoch))
}

/// Gradient and summed loss (weighted binary cross entropy) of one part of a batch.
pub(crate) fn learn<N: Network>(
    network: &N,
    rows: &[Row<N::Side>],
    lessons: &[Lesson],
    batch_weight: f32,
    mut noise: Random,
) -> Result<(Gradients, f64)> {
    let pass = network.forward(rows, Some(&mut noise))?;
    let loss = pass.logits()?.into_iter().zip(lessons).map(|(logit, lesson)| loss_of(logit, lesson)).sum();
    // The loss's derivative is known in closed form and exact where logarithms of sigmoids are not, so
    // the backward pass starts from it: a sum of logits times constants has just that gradient.
    let mut total = Tensor::zeros((), DType::F32, network.parameters().device())?;
    for head in &pass.heads {
        let logits: Vec<f32> = head.to_vec1()?;
        let slope =
            |(logit, lesson): (f32, &Lesson)| (sigmoid(logit) - lesson.label) * lesson.weight / batch_weight;
        let slopes: Vec<f32> = logits.into_iter().zip(lessons).map(slope).collect();
        total = (total + (head * Tensor::from_vec(slopes, head.shape(), head.device())?)?.sum_all()?)?;
    }
    let grads = total.backward()?;
    Ok((Gradients::gather(network.parameters(), &grads, pass.lookups)?, loss))
}

/// Metrics at a threshold of one half.
fn measure<N: Network>(network: &N, lessons: &Lessons<N::Side>) -> Result<Metrics> {
    let rows: Vec<_> = lessons.all.iter().map(|lesson| lessons.row(lesson)).collect();
    let parts: Vec<Vec<f32>> =
        rows.par_chunks(PART_ROWS).map(|part| logits(network, part)).collect::<Result<_>>()?;
    let scores: Vec<f64> = parts.concat().into_iter().map(|logit| f64::from(sigmoid(logit))).collect();
    let labels: Vec<bool> = lessons.all.iter().map(|lesson| lesson.label > 0.5).collect();
    Ok(Metrics::of(&scores, &labels, 0.5))
}

/// Logits of any number of rows, a few at a time, the same whatever stands beside a row.
///
/// # Errors
/// If the device fails.
pub fn logits<N: Network>(network: &N, rows: &[Row<N::Side>]) -> Result<Vec<f32>> {
    let mut logits = Vec::with_capacity(rows.len());
    for part in rows.chunks(PART_ROWS) {
        // A product of matrices adds up in another order when it has few rows, and the last bits of a
        // score would depend on how many rows there are: so there are always as many.
        let filled: Vec<Row<N::Side>> =
            part.iter().chain(std::iter::repeat(&part[0])).take(PART_ROWS).copied().collect();
        let pass: Vec<f32> = network.forward(&filled, None)?.logits()?;
        logits.extend_from_slice(&pass[..part.len()]);
    }
    Ok(logits)
}

fn loss_of(logit: f32, lesson: &Lesson) -> f64 {
    let (logit, label) = (f64::from(logit), f64::from(lesson.label));
    (logit.max(0.0) - logit * label + (-logit.abs()).exp().ln_1p()) * f64::from(lesson.weight)
}

/// The probability that belongs to a logit.
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
