//! Adam with decoupled weight decay, over dense weights and over the rows of tables that took part.

use anyhow::Result;
use candle_core::{Tensor, Var};
use pulp::Arch;
use rayon::prelude::*;

use crate::parameters::{Gradients, Parameters, Slot, SparseGradient, Table};
use crate::processor::vectorized;

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
    pub fn step(&mut self, parameters: &mut Parameters, parts: &[Gradients], rate: f64) -> Result<()> {
        self.step += 1;
        let rates = |&pace: &f32| Rates {
            rate: rate as f32 * pace,
            decay: 1.0 - rate as f32 * pace * self.weight_decay,
            correct_1: 1.0 - BETA_1.powi(self.step),
            correct_2: 1.0 - BETA_2.powi(self.step),
        };
        let (dense_rates, table_rates) =
            (parameters.paces.0.iter().map(rates), parameters.paces.1.iter().map(rates));
        let dense = parameters.dense.iter().zip(&mut self.dense).zip(dense_rates).enumerate();
        let mut dense: Vec<Dense> = dense
            .map(|(place, (((_, var), moments), rates))| Dense {
                place,
                var,
                moments,
                rates,
                grad: Vec::new(),
            })
            .collect();
        let tables = parameters.tables.iter_mut().zip(&mut self.tables).zip(table_rates).enumerate();
        let mut rows: Vec<Rows> = tables
            .flat_map(|(place, ((table, state), rates))| state.shares(table, Slot(place), rates))
            .collect();
        let scale = self.clip.map(|clip| {
            let (of_dense, of_rows): (Vec<f64>, Vec<Vec<f64>>) = rayon::join(
                || dense.par_iter_mut().map(|dense| dense.gather(parts).square()).collect(),
                || rows.par_iter_mut().map(|rows| rows.gather(parts).squares()).collect(),
            );
            let norm = of_rows.iter().flatten().sum::<f64>() + of_dense.iter().sum::<f64>();
            // PyTorch's rule, epsilon included.
            (clip / (norm.sqrt() as f32 + 1e-6)).min(1.0)
        });
        // With nothing to clip all is done in one go: to wake a thread takes as long as a small share does.
        let (moved, ()) = rayon::join(
            || {
                let step = |dense: &mut Dense| match scale {
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
struct Dense<'a> {
    place: usize,
    var: &'a Var,
    moments: &'a mut [f32],
    rates: Rates,
    grad: Vec<f32>,
}

impl Dense<'_> {
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
        slot: Slot,
        rates: Rates,
    ) -> impl Iterator<Item = Rows<'a>> {
        let width = self.width;
        let share = self.touched.len().div_ceil(rayon::current_num_threads()).max(1) * WORD;
        let every_row = table.every_row;
        let values = table.values.chunks_mut(share * width).zip(self.moments.chunks_mut(2 * share * width));
        let grads = self.grad.chunks_mut(share * width).zip(self.touched.chunks_mut(share / WORD));
        values.zip(grads).enumerate().map(move |(number, ((values, moments), (grad, touched)))| {
            let first = (number * share) as u32;
            Rows { slot, first, width, every_row, values, moments, grad, touched, rates }
        })
    }
}

/// Some of a table's rows under way.
struct Rows<'a> {
    slot: Slot,
    first: u32,
    width: usize,
    every_row: bool,
    values: &'a mut [f32],
    moments: &'a mut [f32],
    grad: &'a mut [f32],
    touched: &'a mut [u64],
    rates: Rates,
}

impl Rows<'_> {
    /// Adds what the parts' gradients say of these rows. Each thread reads all, and takes what belongs to its own
    /// rows: so a row's sum is made in the same order, whatever the number of threads.
    fn gather(&mut self, parts: &[Gradients]) -> &mut Self {
        let rows = self.first..self.first + (self.values.len() / self.width) as u32;
        let of_table = |gradient: &&SparseGradient| gradient.table == self.slot;
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
    correct_1: f32,
    correct_2: f32,
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
        let first = BETA_1 * first + (1.0 - BETA_1) * grad;
        let second = BETA_2 * second + (1.0 - BETA_2) * grad * grad;
        [value * self.decay - rate * first / (second.sqrt() * root + EPSILON), first, second]
    }
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
            adam.step(&mut parameters, &[gradients], 0.1).unwrap();
        }
        let values = &parameters.tables[0].values;
        assert_eq!(values[..2], [9.0, 9.0], "a row that nobody looked up stays");
        for at in 0..2 {
            assert!((f64::from(values[2 + at]) - expected[at]).abs() < 1e-5, "{values:?} {expected:?}");
        }
    }

    #[test]
    fn rows_of_one_number_move_as_wider_ones_do() {
        // Three words of rows, the last one not full.
        const ROWS: usize = 130;
        let touched = [0, 5, 63, 64, 129];
        for clip in [None, Some(0.1)] {
            let moved = [1, 3].map(|width| {
                let mut parameters = Parameters::new(&Device::Cpu, 0);
                let table = parameters.add_table("w", ROWS, width, 0.0);
                parameters.tables[0].values =
                    (0..ROWS).flat_map(|row| vec![row as f32 / 7.0; width]).collect();
                let mut adam =
                    Adam::new(&parameters, 0.01, clip.map(|clip: f64| clip * (width as f64).sqrt()));
                for step in 1..=3 {
                    let mut bags = Bags::default();
                    touched.iter().take(2 + step).for_each(|&row| bags.push([row], |_| 0.5));
                    let number = |bag: usize| (bag as f32 - 1.5) / step as f32;
                    let sums = (0..bags.len()).flat_map(|bag| vec![number(bag); width]).collect();
                    let gradients =
                        Gradients { dense: Vec::new(), sparse: vec![SparseGradient { table, bags, sums }] };
                    adam.step(&mut parameters, &[gradients], 0.1).unwrap();
                }
                parameters.tables[0].values.iter().copied().step_by(width).collect::<Vec<f32>>()
            });
            for (row, (one, wide)) in moved[0].iter().zip(&moved[1]).enumerate() {
                assert!((one - wide).abs() < 1e-4, "row {row}: {one} {wide}");
                assert_eq!(*one != row as f32 / 7.0, touched.contains(&(row as u32)), "row {row}: {one}");
            }
        }
    }
}
