//! Adam with decoupled weight decay, over dense weights and over the rows of tables that took part.

use anyhow::Result;
use candle_core::Tensor;

use crate::parameters::{Gradients, Parameters, Table};

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// The optimiser's state.
pub struct Adam {
    step: i32,
    weight_decay: f32,
    clip: Option<f32>,
    dense: Vec<Moments>,
    tables: Vec<TableState>,
}

/// Running means of the gradient and its square.
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

struct TableState {
    moments: Moments,
    /// The gradient of a batch, zero between steps, and the rows where it is not.
    grad: Vec<f32>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

impl Moments {
    fn zero(n: usize) -> Self {
        Self { first: vec![0.0; n], second: vec![0.0; n] }
    }
}

impl Adam {
    /// Fresh state for a network; `clip` bounds the norm of the whole gradient.
    pub fn new(parameters: &Parameters, weight_decay: f64, clip: Option<f64>) -> Self {
        let table = |table: &Table| TableState {
            moments: Moments::zero(table.values.len()),
            grad: vec![0.0; table.values.len()],
            touched: Vec::new(),
            is_touched: vec![false; table.values.len() / table.width],
        };
        Self {
            step: 0,
            weight_decay: weight_decay as f32,
            clip: clip.map(|clip| clip as f32),
            dense: parameters.dense.iter().map(|(_, var)| Moments::zero(var.elem_count())).collect(),
            tables: parameters.tables.iter().map(table).collect(),
        }
    }

    /// Adds up the gradients of a batch's parts, in their order, and takes a step of `rate`.
    ///
    /// # Errors
    /// If the device fails.
    pub fn step(&mut self, parameters: &mut Parameters, parts: Vec<Gradients>, rate: f64) -> Result<()> {
        self.step += 1;
        let mut dense = self.add_up(parameters, parts);
        self.clip(parameters, &mut dense);
        let rates = |pace: f32| Rates {
            rate: rate as f32 * pace,
            decay: 1.0 - rate as f32 * pace * self.weight_decay,
            correct_1: 1.0 - BETA_1.powi(self.step),
            correct_2: 1.0 - BETA_2.powi(self.step),
        };
        let dense = parameters.dense.iter().zip(&parameters.paces.0).zip(&dense).zip(&mut self.dense);
        for ((((_, var), &pace), grad), moments) in dense {
            let mut values: Vec<f32> = var.flatten_all()?.to_vec1()?;
            rates(pace).apply(&mut values, grad, &mut moments.first, &mut moments.second);
            var.set(&Tensor::from_vec(values, var.shape(), var.device())?)?;
        }
        for ((table, &pace), state) in
            parameters.tables.iter_mut().zip(&parameters.paces.1).zip(&mut self.tables)
        {
            state.step(table, &rates(pace));
        }
        Ok(())
    }

    fn add_up(&mut self, parameters: &Parameters, parts: Vec<Gradients>) -> Vec<Vec<f32>> {
        let mut dense: Vec<Vec<f32>> = Vec::new();
        for part in parts {
            for ((state, table), sparse) in self.tables.iter_mut().zip(&parameters.tables).zip(&part.sparse) {
                for (&row, grad) in sparse.rows.iter().zip(sparse.values.chunks_exact(table.width)) {
                    if !std::mem::replace(&mut state.is_touched[row as usize], true) {
                        state.touched.push(row);
                    }
                    add(&mut state.grad[row as usize * table.width..], grad);
                }
            }
            if dense.is_empty() {
                dense = part.dense;
            } else {
                dense.iter_mut().zip(&part.dense).for_each(|(sum, grad)| add(sum, grad));
            }
        }
        dense
    }

    fn clip(&mut self, parameters: &Parameters, dense: &mut [Vec<f32>]) {
        let Some(clip) = self.clip else { return };
        let square = |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        let mut norm: f64 = dense.iter().map(|grad| square(grad)).sum();
        for (state, table) in self.tables.iter().zip(&parameters.tables) {
            let row = |&row: &u32| square(&state.grad[row as usize * table.width..][..table.width]);
            norm += state.touched.iter().map(row).sum::<f64>();
        }
        // PyTorch's rule, epsilon included.
        let scale = clip / (norm.sqrt() as f32 + 1e-6);
        if scale < 1.0 {
            let shrink = |values: &mut [f32]| values.iter_mut().for_each(|value| *value *= scale);
            dense.iter_mut().for_each(|grad| shrink(grad));
            for (state, table) in self.tables.iter_mut().zip(&parameters.tables) {
                for &row in &state.touched {
                    shrink(&mut state.grad[row as usize * table.width..][..table.width]);
                }
            }
        }
    }
}

impl TableState {
    fn step(&mut self, table: &mut Table, rates: &Rates) {
        let Self { moments, grad, touched, is_touched } = self;
        if table.every_row {
            rates.apply(&mut table.values, grad, &mut moments.first, &mut moments.second);
        } else {
            for &row in touched.iter() {
                let range = row as usize * table.width..(row as usize + 1) * table.width;
                let (first, second) = (&mut moments.first[range.clone()], &mut moments.second[range.clone()]);
                rates.apply(&mut table.values[range.clone()], &grad[range], first, second);
            }
        }
        for row in touched.drain(..) {
            is_touched[row as usize] = false;
            grad[row as usize * table.width..][..table.width].fill(0.0);
        }
    }
}

struct Rates {
    rate: f32,
    decay: f32,
    correct_1: f32,
    correct_2: f32,
}

impl Rates {
    fn apply(&self, values: &mut [f32], grad: &[f32], first: &mut [f32], second: &mut [f32]) {
        let rate = self.rate / self.correct_1;
        let root = self.correct_2.sqrt().recip();
        for (((value, &grad), first), second) in values.iter_mut().zip(grad).zip(first).zip(second) {
            *first = BETA_1 * *first + (1.0 - BETA_1) * grad;
            *second = BETA_2 * *second + (1.0 - BETA_2) * grad * grad;
            *value = *value * self.decay - rate * *first / (second.sqrt() * root + EPSILON);
        }
    }
}

fn add(sum: &mut [f32], grad: &[f32]) {
    sum.iter_mut().zip(grad).for_each(|(sum, grad)| *sum += grad);
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::Adam;
    use crate::parameters::{Gradients, Parameters, SparseGradient};

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
        parameters.add_table("w", 2, 2, 0.0);
        parameters.tables[0].values = vec![9.0, 9.0, 1.0, -2.0];
        let mut adam = Adam::new(&parameters, 0.01, Some(0.5));
        for values in [vec![3.0, 4.0], vec![-0.1, 0.2]] {
            let gradients =
                Gradients { dense: Vec::new(), sparse: vec![SparseGradient { rows: vec![1], values }] };
            adam.step(&mut parameters, vec![gradients], 0.1).unwrap();
        }
        let values = &parameters.tables[0].values;
        assert_eq!(values[..2], [9.0, 9.0], "a row that nobody looked up stays");
        for at in 0..2 {
            assert!((f64::from(values[2 + at]) - expected[at]).abs() < 1e-5, "{values:?} {expected:?}");
        }
    }
}
