//! Adam with decoupled weight decay, over dense weights and over the rows of tables that took part.

use anyhow::Result;
use candle_core::Tensor;
use pulp::Arch;
use rayon::prelude::*;

use crate::parameters::{Gradients, Parameters, Slot, SparseGradient, Table};

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// Rows that one word of [`TableState::touched`] stands for.
const WORD: usize = u64::BITS as usize;

/// The optimiser's state.
pub struct Adam {
    step: i32,
    weight_decay: f32,
    clip: Option<f32>,
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

impl Adam {
    /// Fresh state for a network; `clip` bounds the norm of the whole gradient.
    pub fn new(parameters: &Parameters, weight_decay: f64, clip: Option<f64>) -> Self {
        let table = |table: &Table| TableState {
            width: table.width,
            moments: vec![0.0; 2 * table.values.len()],
            grad: vec![0.0; table.values.len()],
            touched: vec![0; (table.values.len() / table.width).div_ceil(WORD)],
        };
        Self {
            step: 0,
            weight_decay: weight_decay as f32,
            clip: clip.map(|clip| clip as f32),
            dense: parameters.dense.iter().map(|(_, var)| vec![0.0; 2 * var.elem_count()]).collect(),
            tables: parameters.tables.iter().map(table).collect(),
        }
    }

    /// The moments of the weights at a place in the order of [`Parameters::names`].
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
    pub fn step(&mut self, parameters: &mut Parameters, parts: Vec<Gradients>, rate: f64) -> Result<()> {
        self.step += 1;
        let (dense, sparse): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|part| (part.dense, part.sparse)).unzip();
        let sparse: Vec<SparseGradient> = sparse.into_iter().flatten().collect();
        for (place, state) in self.tables.iter_mut().enumerate() {
            state.spread(&sparse, Slot(place));
        }
        let mut dense = dense.into_iter().reduce(add_up).unwrap_or_default();
        self.clip(&mut dense);
        let rates = |pace: f32| Rates {
            rate: rate as f32 * pace,
            decay: 1.0 - rate as f32 * pace * self.weight_decay,
            correct_1: 1.0 - BETA_1.powi(self.step),
            correct_2: 1.0 - BETA_2.powi(self.step),
        };
        let dense = parameters.dense.iter().zip(&parameters.paces.0).zip(&dense).zip(&mut self.dense);
        for ((((_, var), &pace), grad), moments) in dense {
            let mut values: Vec<f32> = var.flatten_all()?.to_vec1()?;
            Arch::new().dispatch(|| rates(pace).apply(&mut values, grad, moments));
            var.set(&Tensor::from_vec(values, var.shape(), var.device())?)?;
        }
        for ((table, &pace), state) in
            parameters.tables.iter_mut().zip(&parameters.paces.1).zip(&mut self.tables)
        {
            state.step(table, &rates(pace));
        }
        Ok(())
    }

    fn clip(&mut self, dense: &mut [Vec<f32>]) {
        let Some(clip) = self.clip else { return };
        let square = |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        // By words of `touched`, so that the sums are made in the same order on any number of threads.
        let tables: f64 = self
            .tables
            .iter()
            .map(|TableState { width, grad, touched, .. }| {
                let words = grad.par_chunks(WORD * width).zip(touched).map(|(grad, word)| {
                    let row = |row: usize| square(&grad[row * width..(row + 1) * width]);
                    rows_of(std::slice::from_ref(word)).map(row).sum::<f64>()
                });
                words.collect::<Vec<f64>>().into_iter().sum::<f64>()
            })
            .sum();
        let norm = tables + dense.iter().map(|grad| square(grad)).sum::<f64>();
        // PyTorch's rule, epsilon included.
        let scale = clip / (norm.sqrt() as f32 + 1e-6);
        if scale < 1.0 {
            let shrink = |values: &mut [f32]| values.iter_mut().for_each(|value| *value *= scale);
            dense.iter_mut().for_each(|grad| shrink(grad));
            for TableState { width, grad, touched, .. } in &mut self.tables {
                rows_of(touched).for_each(|row| shrink(&mut grad[row * *width..(row + 1) * *width]));
            }
        }
    }
}

impl TableState {
    /// Rows that one thread takes: whole words of `touched`.
    fn share(&self) -> usize {
        self.touched.len().div_ceil(rayon::current_num_threads()).max(1) * WORD
    }

    /// Adds the gradients of this table to those of its rows. Each thread reads all, and takes what belongs
    /// to its own rows: so a row's sum is made in the same order, whatever the number of threads.
    fn spread(&mut self, gradients: &[SparseGradient], table: Slot) {
        let (share, width) = (self.share(), self.width);
        let shares = self.grad.par_chunks_mut(share * width).zip(self.touched.par_chunks_mut(share / WORD));
        shares.enumerate().for_each(|(number, (grad, touched))| {
            let first = (number * share) as u32;
            let rows = first..first + (grad.len() / width) as u32;
            for gradient in gradients.iter().filter(|gradient| gradient.table == table) {
                gradient.spread(rows.clone(), grad, |row| touched[row / WORD] |= 1 << (row % WORD));
            }
        });
    }

    fn step(&mut self, table: &mut Table, rates: &Rates) {
        let (share, width) = (self.share(), self.width);
        let every_row = table.every_row;
        table
            .values
            .par_chunks_mut(share * width)
            .zip(self.moments.par_chunks_mut(2 * share * width))
            .zip(self.grad.par_chunks_mut(share * width))
            .zip(self.touched.par_chunks_mut(share / WORD))
            .for_each(|(((values, moments), grad), touched)| {
                if every_row {
                    touched.fill(u64::MAX);
                }
                Arch::new().dispatch(|| rates.apply_rows(width, values, grad, moments, touched));
            });
    }
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

struct Rates {
    rate: f32,
    decay: f32,
    correct_1: f32,
    correct_2: f32,
}

impl Rates {
    /// Moves the rows whose bits are set, and leaves gradient and bits zero.
    #[inline(always)]
    fn apply_rows(
        &self,
        width: usize,
        values: &mut [f32],
        grad: &mut [f32],
        moments: &mut [f32],
        touched: &mut [u64],
    ) {
        let n_rows = values.len() / width;
        for (place, word) in touched.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                let row = place * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                if row < n_rows {
                    let place = row * width..(row + 1) * width;
                    let moments = &mut moments[2 * row * width..2 * (row + 1) * width];
                    self.apply(&mut values[place.clone()], &grad[place.clone()], moments);
                    grad[place].fill(0.0);
                }
            }
        }
    }

    #[inline(always)]
    fn apply(&self, values: &mut [f32], grad: &[f32], moments: &mut [f32]) {
        let rate = self.rate / self.correct_1;
        let root = self.correct_2.sqrt().recip();
        let (first, second) = moments.split_at_mut(values.len());
        for (((value, &grad), first), second) in values.iter_mut().zip(grad).zip(first).zip(second) {
            *first = BETA_1 * *first + (1.0 - BETA_1) * grad;
            *second = BETA_2 * *second + (1.0 - BETA_2) * grad * grad;
            *value = *value * self.decay - rate * *first / (second.sqrt() * root + EPSILON);
        }
    }
}

fn add_up(mut sums: Vec<Vec<f32>>, part: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    for (sum, part) in sums.iter_mut().zip(part) {
        sum.iter_mut().zip(part).for_each(|(sum, grad)| *sum += grad);
    }
    sums
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::Adam;
    use crate::parameters::{Bags, Gradients, Parameters, SparseGradient};

    /// Expected by `torch.optim.AdamW([w], lr=0.1, weight_decay=0.01)` after
    /// `clip_grad_norm_([w], 0.5)`, w = [1, -2], gradients [3, 4] and [-0.1, 0.2], worked out by hand too.
    #[test]
    fn two_steps_by_hand() {
        let expected = {
            let (mut value, mut first, mut second) = ([1.0_f64, -2.0], [0.0; 2], [0.0; 2]);
            for (step, grad) in [(1, [0.3_f64, 0.4]), (2, [-0.1, 0.2])] {
                for at in 0..2 {
                    first[at] = 0.9 * first[at] + 0.1 * grad[at];
                    second[at] = 0.999 * second[at] + 0.001 * grad[at] * grad[at];
                    let corrected: f64 = first[at] / (1.0 - 0.9_f64.powi(step));
                    let root = (second[at] / (1.0 - 0.999_f64.powi(step))).sqrt();
                    value[at] = value[at] * (1.0 - 0.1 * 0.01) - 0.1 * corrected / (root + 1e-8);
                }
            }
            value
        };
        let mut parameters = Parameters::new(&Device::Cpu, 0);
        let table = parameters.add_table("w", 2, 2, 0.0);
        parameters.tables[0].values = vec![9.0, 9.0, 1.0, -2.0];
        let mut adam = Adam::new(&parameters, 0.01, Some(0.5));
        for values in [vec![3.0, 4.0], vec![-0.1, 0.2]] {
            let mut bags = Bags::default();
            bags.push([1], |_| 1.0);
            let gradients =
                Gradients { dense: Vec::new(), sparse: vec![SparseGradient { table, bags, sums: values }] };
            adam.step(&mut parameters, vec![gradients], 0.1).unwrap();
        }
        let values = &parameters.tables[0].values;
        assert_eq!(values[..2], [9.0, 9.0], "a row that nobody looked up stays");
        for at in 0..2 {
            assert!((f64::from(values[2 + at]) - expected[at]).abs() < 1e-5, "{values:?} {expected:?}");
        }
    }
}
