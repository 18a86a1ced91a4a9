//! Adam with decoupled weight decay (Loshchilov and Hutter 2019), over dense weights and over the rows of tables that
//! took part.

use anyhow::Result;
use candle_core::{Tensor, Var};
use pulp::Arch;
use rayon::prelude::*;

use crate::gradients::{Gradients, SparseGradient};
use crate::kernels::vectorized;
use crate::parameters::{Dense, Parameters, Table, TableId};

/// Rows that one word of [`TableState::touched`] stands for.
const WORD: usize = u64::BITS as usize;

/// How [`AdamW`] moves weights; the default is that of `torch.optim.AdamW`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWConfig {
    /// How much of the mean of the gradient stays at each step (β₁).
    pub beta_1: f32,
    /// How much of the mean of its square stays (β₂).
    pub beta_2: f32,
    /// Keeps the quotient finite where the gradient is zero.
    pub epsilon: f32,
    /// Share of a weight that decays, per step and rate.
    pub weight_decay: f64,
    /// Bound on the norm of the whole gradient (`clip_grad_norm_`).
    pub clip: Option<f64>,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.01, clip: None }
    }
}

/// The optimiser's state.
pub struct AdamW {
    config: AdamWConfig,
    step: i32,
    /// Running means of the gradient and of its square, of each weight: the one behind the other.
    dense: Vec<Vec<f32>>,
    tables: Vec<TableState>,
}

struct TableState {
    width: usize,
    /// Of each row the running means of its gradient, then those of the square: what is needed together lies
    /// together.
    moments: Vec<f32>,
    /// The gradient of a batch, zero between steps, and a bit for each row where it may not be.
    grad: Vec<f32>,
    touched: Vec<u64>,
}

impl AdamW {
    /// Fresh state for a network.
    pub fn new(parameters: &Parameters, config: AdamWConfig) -> Self {
        let table = |table: &Table| TableState {
            width: table.width,
            moments: vec![0.0; 2 * table.values.len()],
            grad: vec![0.0; table.values.len()],
            touched: vec![0; (table.values.len() / table.width).div_ceil(WORD)],
        };
        Self {
            config,
            step: 0,
            dense: parameters.dense.iter().map(|dense| vec![0.0; 2 * dense.var.elem_count()]).collect(),
            tables: parameters.tables.iter().map(table).collect(),
        }
    }

    /// The moments of the weights at a place in the order of [`Parameters::shapes`].
    pub(crate) fn moments(&self, place: usize) -> &[f32] {
        match place.checked_sub(self.dense.len()) {
            None => &self.dense[place],
            Some(table) => &self.tables[table].moments,
        }
    }

    /// The same, to be replaced.
    pub(crate) fn moments_mut(&mut self, place: usize) -> &mut [f32] {
        match place.checked_sub(self.dense.len()) {
            None => &mut self.dense[place],
            Some(table) => &mut self.tables[table].moments,
        }
    }

    /// Says how many steps have been taken.
    pub(crate) fn set_steps(&mut self, steps: usize) {
        self.step = steps as i32;
    }

    /// Adds up the gradients of a batch's parts, in their order, and takes a step of `rate`. Runs on the
    /// current rayon pool; how many threads it has makes no difference to the sums.
    ///
    /// # Errors
    /// If the device fails.
    pub fn step(&mut self, parameters: &mut Parameters, parts: &[Gradients], rate: f64) -> Result<()> {
        self.step += 1;
        let AdamWConfig { beta_1, beta_2, epsilon, weight_decay, clip } = self.config;
        let step = self.step;
        let rates = |factor: f32| Rates {
            rate: rate as f32 * factor,
            decay: 1.0 - rate as f32 * factor * weight_decay as f32,
            correct_1: 1.0 - beta_1.powi(step),
            correct_2: 1.0 - beta_2.powi(step),
            betas: [beta_1, beta_2],
            epsilon,
        };
        let dense = parameters.dense.iter().zip(&mut self.dense).enumerate();
        let mut dense: Vec<DenseStep> = dense
            .map(|(place, (Dense { var, rate_factor, .. }, moments))| DenseStep {
                place,
                var,
                moments,
                rates: rates(*rate_factor),
                grad: Vec::new(),
            })
            .collect();
        let tables = parameters.tables.iter_mut().zip(&mut self.tables).enumerate();
        let mut rows: Vec<RowsStep> = tables
            .flat_map(|(place, (table, state))| {
                let rates = rates(table.rate_factor);
                state.shares(table, TableId(place), rates)
            })
            .collect();
        let scale = clip.map(|clip| {
            let (of_dense, of_rows): (Vec<f64>, Vec<Vec<f64>>) = rayon::join(
                || dense.par_iter_mut().map(|dense| dense.gather(parts).square()).collect(),
                || rows.par_iter_mut().map(|rows| rows.gather(parts).squares()).collect(),
            );
            let norm = of_rows.iter().flatten().sum::<f64>() + of_dense.iter().sum::<f64>();
            // PyTorch's rule, epsilon included.
            (clip as f32 / (norm.sqrt() as f32 + 1e-6)).min(1.0)
        });
        // With nothing to clip all is done in one go: to wake a thread takes as long as a small share does.
        let (moved, ()) = rayon::join(
            || {
                let step = |dense: &mut DenseStep| match scale {
                    Some(scale) => dense.step(scale),
                    None => dense.gather(parts).step(1.0),
                };
                dense.par_iter_mut().map(step).collect::<Result<()>>()
            },
            || {
                rows.par_iter_mut().for_each(|rows| match scale {
                    Some(scale) => rows.step(scale),
                    None => rows.gather(parts).step(1.0),
                });
            },
        );
        moved
    }
}

/// A dense weight under way.
struct DenseStep<'a> {
    place: usize,
    var: &'a Var,
    moments: &'a mut [f32],
    rates: Rates,
    grad: Vec<f32>,
}

impl DenseStep<'_> {
    /// Adds up the gradients of the parts.
    fn gather(&mut self, parts: &[Gradients]) -> &mut Self {
        let mut parts = parts.iter().map(|part| &part.dense[self.place]);
        self.grad = parts.next().cloned().unwrap_or_default();
        for part in parts {
            self.grad.iter_mut().zip(part).for_each(|(sum, grad)| *sum += grad);
        }
        self
    }

    fn square(&self) -> f64 {
        square(&self.grad)
    }

    fn step(&mut self, scale: f32) -> Result<()> {
        let mut values: Vec<f32> = self.var.flatten_all()?.to_vec1()?;
        vectorized(
            Arch::new(),
            #[inline(always)]
            || self.rates.apply(&mut values, &self.grad, scale, self.moments),
        );
        Ok(self.var.set(&Tensor::from_vec(values, self.var.shape(), self.var.device())?)?)
    }
}

impl TableState {
    /// The table's rows in shares, one a thread: whole words of `touched`.
    fn shares<'a>(
        &'a mut self,
        table: &'a mut Table,
        id: TableId,
        rates: Rates,
    ) -> impl Iterator<Item = RowsStep<'a>> {
        let width = self.width;
        let share = self.touched.len().div_ceil(rayon::current_num_threads()).max(1) * WORD;
        let every_row = table.every_row;
        let values = table.values.chunks_mut(share * width).zip(self.moments.chunks_mut(2 * share * width));
        let grads = self.grad.chunks_mut(share * width).zip(self.touched.chunks_mut(share / WORD));
        values.zip(grads).enumerate().map(move |(number, ((values, moments), (grad, touched)))| {
            let first = (number * share) as u32;
            RowsStep { id, first, width, every_row, values, moments, grad, touched, rates }
        })
    }
}

/// Some of a table's rows under way.
struct RowsStep<'a> {
    id: TableId,
    first: u32,
    width: usize,
    every_row: bool,
    values: &'a mut [f32],
    moments: &'a mut [f32],
    grad: &'a mut [f32],
    touched: &'a mut [u64],
    rates: Rates,
}

impl RowsStep<'_> {
    /// Adds what the parts' gradients say of these rows. Each thread reads all, and takes what belongs to its own
    /// rows: so a row's sum is made in the same order, whatever the number of threads.
    fn gather(&mut self, parts: &[Gradients]) -> &mut Self {
        let rows = self.first..self.first + (self.values.len() / self.width) as u32;
        let of_table = |gradient: &&SparseGradient| gradient.table == self.id;
        for gradient in parts.iter().flat_map(|part| &part.sparse).filter(of_table) {
            let touched = &mut *self.touched;
            gradient.spread(rows.clone(), self.grad, |row| touched[row / WORD] |= 1 << (row % WORD));
        }
        self
    }

    /// The squares of the gradient, summed by words of `touched`, which are the same on any number of threads.
    fn squares(&self) -> Vec<f64> {
        let (grad, width) = (&*self.grad, self.width);
        let words = grad.chunks(WORD * width).zip(&*self.touched).map(|(grad, word)| {
            let row = |row: usize| square(&grad[row * width..(row + 1) * width]);
            rows_of(std::slice::from_ref(word)).map(row).sum::<f64>()
        });
        words.collect()
    }

    fn step(&mut self, scale: f32) {
        if self.every_row {
            self.touched.fill(u64::MAX);
        }
        let Self { width, values, moments, grad, touched, rates, .. } = self;
        vectorized(
            Arch::new(),
            #[inline(always)]
            || rates.apply_rows(*width, values, grad, scale, moments, touched),
        );
    }
}

fn square(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}

/// The rows whose bits are set, in their order.
fn rows_of(touched: &[u64]) -> impl Iterator<Item = usize> {
    touched.iter().enumerate().flat_map(|(place, &word)| {
        let mut left = word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < WORD).then_some(place * WORD + bit)
        })
    })
}

#[derive(Clone, Copy)]
struct Rates {
    rate: f32,
    decay: f32,
    /// What the means have of themselves so early in a run: they began at zero.
    correct_1: f32,
    correct_2: f32,
    betas: [f32; 2],
    epsilon: f32,
}

impl Rates {
    /// Moves the rows whose bits are set by their gradient times `scale`, and leaves gradient and bits zero.
    #[inline(always)]
    fn apply_rows(
        &self,
        width: usize,
        values: &mut [f32],
        grad: &mut [f32],
        scale: f32,
        moments: &mut [f32],
        touched: &mut [u64],
    ) {
        if width == 1 {
            let words = values.chunks_mut(WORD).zip(grad.chunks_mut(WORD)).zip(moments.chunks_mut(2 * WORD));
            for (((values, grad), moments), word) in words.zip(touched) {
                if *word != 0 {
                    self.apply_where(std::mem::take(word), values, grad, scale, moments);
                }
            }
            return;
        }
        let n_rows = values.len() / width;
        for (place, word) in touched.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                let row = place * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                if row < n_rows {
                    let place = row * width..(row + 1) * width;
                    let moments = &mut moments[2 * row * width..2 * (row + 1) * width];
                    self.apply(&mut values[place.clone()], &grad[place.clone()], scale, moments);
                    grad[place].fill(0.0);
                }
            }
        }
    }

    /// The same for rows of one number: all of a word are worked out, many at a time, and kept where their bit is set.
    #[inline(always)]
    fn apply_where(&self, word: u64, values: &mut [f32], grad: &mut [f32], scale: f32, moments: &mut [f32]) {
        let bits: [bool; WORD] = std::array::from_fn(|row| word >> row & 1 == 1);
        let rows = values.iter_mut().zip(grad).zip(moments.as_chunks_mut().0).zip(bits);
        for (((value, grad), [first, second]), keep) in rows {
            let moved = self.moved(*value, *grad * scale, *first, *second);
            [*value, *first, *second] = if keep { moved } else { [*value, *first, *second] };
            *grad = 0.0;
        }
    }

    #[inline(always)]
    fn apply(&self, values: &mut [f32], grad: &[f32], scale: f32, moments: &mut [f32]) {
        let (first, second) = moments.split_at_mut(values.len());
        for (((value, &grad), first), second) in values.iter_mut().zip(grad).zip(first).zip(second) {
            [*value, *first, *second] = self.moved(*value, grad * scale, *first, *second);
        }
    }

    /// A weight and its moments after a step.
    #[inline(always)]
    fn moved(&self, value: f32, grad: f32, first: f32, second: f32) -> [f32; 3] {
        let rate = self.rate / self.correct_1;
        let root = self.correct_2.sqrt().recip();
        let [beta_1, beta_2] = self.betas;
        let first = beta_1 * first + (1.0 - beta_1) * grad;
        let second = beta_2 * second + (1.0 - beta_2) * grad * grad;
        [value * self.decay - rate * first / (second.sqrt() * root + self.epsilon), first, second]
    }
}

#[cfg(test)]
mod tests;
