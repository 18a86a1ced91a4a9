//! A GRU over characters, forward and backward by hand, as one operation of candle.
//!
//! The input is a one-hot row at each step, so its product with the input weights is a look-up of one row;
//! a graph of a hundred steps would cost more in bookkeeping than in arithmetic; and texts that begin alike
//! share their steps (`tree.rs`). PyTorch's cell: the reset gate is applied behind the recurrent product,
//! and both products have a bias.

use std::sync::{Mutex, PoisonError};

use candle_core::{
    CpuStorage, CustomOp3, DType, Device, Layout, Result, Shape, Tensor, WithDType as _, bail,
};
use candle_nn::VarBuilder;
use candle_nn::rnn::{GRUConfig, RNN as _};
use learn::kernels::{Arch, PackedMatrix, sigmoid, tanh, vectorized};

use super::tree::{Level, Tree};

/// Runs over texts of `steps` characters and returns the last hidden state, (texts, hidden).
///
/// `input` is (characters, 3 hidden), `hidden` (3 hidden, hidden), `bias` (2, 3 hidden: of the input and
/// of the hidden state); gates in the order reset, update, new.
pub(crate) fn gru(
    input: &Tensor,
    hidden: &Tensor,
    bias: &Tensor,
    texts: &[u8],
    steps: usize,
    reverse: bool,
) -> Result<Tensor> {
    if !input.device().is_cpu() {
        return reference(input, hidden, bias, texts, steps, reverse);
    }
    let tree = Tree::new(texts, steps, reverse);
    input.apply_op3(hidden, bias, Gru { tree, trace: Mutex::default() })
}

/// The same of candle-nn: what runs on a GPU, and what the operation by hand is held against.
fn reference(
    input: &Tensor,
    hidden: &Tensor,
    bias: &Tensor,
    texts: &[u8],
    steps: usize,
    reverse: bool,
) -> Result<Tensor> {
    let (device, n, slots) = (input.device(), texts.len() / steps, input.dim(0)?);
    let weights = [input.t()?, hidden.clone(), bias.get(0)?, bias.get(1)?];
    let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].map(str::to_owned);
    let weights = VarBuilder::from_tensors(names.into_iter().zip(weights).collect(), DType::F32, device);
    let gru = candle_nn::gru(slots, hidden.dim(1)?, GRUConfig::default(), weights)?;
    // One-hot rows, and for "no character" zeros.
    let none = Tensor::zeros((1, slots), DType::F32, device)?;
    let rows = Tensor::cat(&[Tensor::eye(slots, DType::F32, device)?, none], 0)?;
    let mut state = gru.zero_state(n)?;
    for step in 0..steps {
        let at = if reverse { steps - 1 - step } else { step };
        let characters: Vec<u32> =
            texts.iter().skip(at).step_by(steps).map(|&slot| u32::from(slot).min(slots as u32)).collect();
        state = gru.step(&rows.index_select(&Tensor::from_vec(characters, n, device)?, 0)?, &state)?;
    }
    Ok(state.h().clone())
}

struct Gru {
    tree: Tree,
    trace: Mutex<Vec<Step>>,
}

/// What one step leaves for the backward pass.
#[derive(Default)]
struct Step {
    /// (beginnings, hidden)
    state: Vec<f32>,
    /// (beginnings, 4, hidden): reset, update and new gate, and the hidden state's share of the new gate before
    /// the reset gate.
    gates: Vec<f32>,
}

/// Sums of outer products are made for so many rows at a time: enough for a product of matrices to be worth its
/// preparation, few enough to stay in the processor's second cache.
const ROWS_AT_ONCE: usize = 512;

/// Buffers that passes left behind. A pass needs some 25 MB in a hundred pieces; fresh memory each time would
/// cost as much as the activations.
static SPARE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// A buffer of any content.
fn buffer(n: usize) -> Vec<f32> {
    let mut buffer = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    buffer.resize(n, 0.0);
    buffer
}

fn zeros(n: usize) -> Vec<f32> {
    let mut zeros = buffer(n);
    zeros.fill(0.0);
    zeros
}

fn give_back(buffers: impl IntoIterator<Item = Vec<f32>>) {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner).extend(buffers);
}

impl Drop for Step {
    fn drop(&mut self) {
        give_back([std::mem::take(&mut self.state), std::mem::take(&mut self.gates)]);
    }
}

/// The weights of a forward pass.
struct Weights<'a> {
    /// A row of gates for each character, bias included, and one for "no character" behind them.
    input: Vec<f32>,
    hidden_bias: &'a [f32],
    size: usize,
}

impl Weights<'_> {
    /// The row of a character.
    fn row(&self, character: u8) -> &[f32] {
        let gates = 3 * self.size;
        let place = usize::from(character).min(self.input.len() / gates - 1);
        &self.input[place * gates..(place + 1) * gates]
    }

    /// One step: `products` are the states of the level before times the hidden weights.
    #[inline(always)]
    fn step(&self, level: &Level, before: &[f32], products: &[f32]) -> Step {
        let size = self.size;
        let nodes = level.parents.len();
        let mut step = Step { state: buffer(nodes * size), gates: buffer(nodes * 4 * size) };
        let (reset_bias, rest) = self.hidden_bias.split_at(size);
        let (update_bias, new_bias) = rest.split_at(size);
        for (node, (&parent, &character)) in level.parents.iter().zip(&level.characters).enumerate() {
            let (input, parent) = (self.row(character), parent as usize);
            let product = &products[parent * 3 * size..(parent + 1) * 3 * size];
            let before = &before[parent * size..(parent + 1) * size];
            let (reset, rest) = step.gates[node * 4 * size..(node + 1) * 4 * size].split_at_mut(size);
            let (update, rest) = rest.split_at_mut(size);
            let (new, recurrent) = rest.split_at_mut(size);
            let state = &mut step.state[node * size..(node + 1) * size];
            for at in 0..size {
                reset[at] = sigmoid(input[at] + product[at] + reset_bias[at]);
            }
            for at in 0..size {
                update[at] = sigmoid(input[size + at] + product[size + at] + update_bias[at]);
            }
            for at in 0..size {
                recurrent[at] = product[2 * size + at] + new_bias[at];
                new[at] = tanh(input[2 * size + at] + reset[at] * recurrent[at]);
                state[at] = (1.0 - update[at]) * new[at] + update[at] * before[at];
            }
        }
        step
    }
}

impl CustomOp3 for Gru {
    fn name(&self) -> &'static str {
        "gru"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        hidden: &CpuStorage,
        hidden_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (input, bias) = (contiguous(input, input_layout)?, contiguous(bias, bias_layout)?);
        let (gates, size) = hidden_layout.shape().dims2()?;
        let transposed = PackedMatrix::transposed(contiguous(hidden, hidden_layout)?, gates);
        let (input_bias, hidden_bias) = bias.split_at(gates);
        let none = vec![0.0; gates];
        let rows = input.chunks_exact(gates).chain([&none[..]]);
        let input =
            rows.flat_map(|row| row.iter().zip(input_bias).map(|(weight, bias)| weight + bias)).collect();
        let weights = Weights { input, hidden_bias, size };
        let arch = Arch::new();
        let mut trace = vec![Step { state: vec![0.0; size], gates: Vec::new() }];
        for level in &self.tree.levels {
            let before = &trace[trace.len() - 1].state;
            let mut products = zeros(before.len() * 3);
            transposed.add_product(arch, before, &mut products);
            let step = vectorized(
                arch,
                #[inline(always)]
                || weights.step(level, before, &products),
            );
            give_back([products]);
            trace.push(step);
        }
        let last = &trace[trace.len() - 1].state;
        let rows = self.tree.leaves.iter().map(|&leaf| leaf as usize * size);
        let out: Vec<f32> = rows.flat_map(|start| last[start..start + size].iter().copied()).collect();
        *self.trace.lock().unwrap_or_else(PoisonError::into_inner) = trace;
        Ok((f32::to_cpu_storage_owned(out), Shape::from((self.tree.leaves.len(), size))))
    }

    fn bwd(
        &self,
        input: &Tensor,
        hidden: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (gates, size) = hidden.dims2()?;
        let trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        let weights = PackedMatrix::new(&hidden.flatten_all()?.to_vec1::<f32>()?, gates);
        let arch = Arch::new();
        let grad: Vec<f32> = grad.flatten_all()?.to_vec1()?;
        let mut slopes = vec![0.0; trace[trace.len() - 1].state.len()];
        for (&leaf, grad) in self.tree.leaves.iter().zip(grad.chunks_exact(size)) {
            add(&mut slopes[leaf as usize * size..], grad);
        }
        // A row more than there are characters, for "no character".
        let mut input_grad = vec![0.0_f32; input.elem_count() + gates];
        let mut hidden_bias_grad = vec![0.0_f32; gates];
        let mut hidden_grad = Tensor::zeros((gates, size), DType::F32, &Device::Cpu)?;
        let (mut states, mut state_slopes) = (Vec::new(), Vec::new());
        for (step, level) in self.tree.levels.iter().enumerate().rev() {
            let before = &trace[step].state;
            let mut back = Back {
                slopes: zeros(before.len()),
                gates: zeros(before.len() * 3),
                input_grad: &mut input_grad,
            };
            vectorized(
                arch,
                #[inline(always)]
                || back.step(level, &trace[step + 1], before, &slopes),
            );
            let Back { slopes: mut through, gates: gate_slopes, .. } = back;
            weights.add_product(arch, &gate_slopes, &mut through);
            states.extend_from_slice(before);
            state_slopes.extend_from_slice(&gate_slopes);
            give_back([std::mem::replace(&mut slopes, through), gate_slopes]);
            let rows = states.len() / size;
            if rows >= ROWS_AT_ONCE || step == 0 {
                state_slopes.chunks_exact(gates).for_each(|row| add(&mut hidden_bias_grad, row));
                let states = Tensor::from_vec(std::mem::take(&mut states), (rows, size), &Device::Cpu)?;
                let slopes =
                    Tensor::from_vec(std::mem::take(&mut state_slopes), (rows, gates), &Device::Cpu)?;
                hidden_grad = (hidden_grad + slopes.t()?.matmul(&states)?)?;
            }
        }
        give_back([slopes]);
        let mut bias_grad = vec![0.0_f32; gates];
        input_grad.chunks_exact(gates).for_each(|row| add(&mut bias_grad, row));
        bias_grad.extend(hidden_bias_grad);
        input_grad.truncate(input.elem_count());
        let input_grad = Tensor::from_vec(input_grad, input.shape(), &Device::Cpu)?;
        let bias_grad = Tensor::from_vec(bias_grad, bias.shape(), &Device::Cpu)?;
        Ok((Some(input_grad), Some(hidden_grad), Some(bias_grad)))
    }
}

/// What a step back leaves for the level before it.
struct Back<'a> {
    /// Of its states, but for what went through the hidden weights.
    slopes: Vec<f32>,
    /// Of its states' products with the hidden weights.
    gates: Vec<f32>,
    input_grad: &'a mut [f32],
}

impl Back<'_> {
    #[inline(always)]
    fn step(&mut self, level: &Level, kept: &Step, before: &[f32], slopes: &[f32]) {
        let size = kept.state.len() / level.parents.len();
        let characters = self.input_grad.len() / (3 * size);
        for (node, (&parent, &character)) in level.parents.iter().zip(&level.characters).enumerate() {
            let place = node * size..(node + 1) * size;
            let (reset, rest) = kept.gates[node * 4 * size..(node + 1) * 4 * size].split_at(size);
            let (update, rest) = rest.split_at(size);
            let (new, recurrent) = rest.split_at(size);
            let slope = &slopes[place];
            let parent = parent as usize;
            let before = &before[parent * size..(parent + 1) * size];
            let through = &mut self.slopes[parent * size..(parent + 1) * size];
            let row = usize::from(character).min(characters - 1) * 3 * size;
            let (input_reset, rest) = self.input_grad[row..row + 3 * size].split_at_mut(size);
            let (input_update, input_new) = rest.split_at_mut(size);
            let (reset_out, rest) = self.gates[parent * 3 * size..(parent + 1) * 3 * size].split_at_mut(size);
            let (update_out, new_out) = rest.split_at_mut(size);
            for at in 0..size {
                let new_slope = slope[at] * (1.0 - update[at]) * (1.0 - new[at] * new[at]);
                let update_slope = slope[at] * (before[at] - new[at]) * update[at] * (1.0 - update[at]);
                let reset_slope = new_slope * recurrent[at] * reset[at] * (1.0 - reset[at]);
                through[at] += slope[at] * update[at];
                reset_out[at] += reset_slope;
                update_out[at] += update_slope;
                new_out[at] += new_slope * reset[at];
                input_reset[at] += reset_slope;
                input_update[at] += update_slope;
                input_new[at] += new_slope;
            }
        }
    }
}

fn add(sum: &mut [f32], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values: &[f32] = storage.as_slice()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => bail!("the weights of a GRU must be contiguous and {:?}", DType::F32),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor, Var};
    use records::Random;

    use super::super::tree::NO_CHARACTER;
    use super::{gru, reference};

    /// What runs on a GPU, held against what runs on the processor, value and gradients.
    #[test]
    fn the_gru_by_hand_is_that_of_candle() {
        let (size, slots, steps) = (5, 7, 6);
        let mut random = Random::keyed(8, "test", "");
        let mut draw = |shape: (usize, usize)| {
            let values: Vec<f32> = (0..shape.0 * shape.1).map(|_| random.normal() as f32 / 2.0).collect();
            Var::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        let weights = [draw((slots, 3 * size)), draw((3 * size, size)), draw((2, 3 * size))];
        let [input, hidden, bias] = weights.each_ref().map(|weight| weight.as_tensor());
        let texts = [[0, 1, 2, 3, 6, NO_CHARACTER], [5, 1, 3, 3, NO_CHARACTER, NO_CHARACTER]].concat();
        let flat = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for reverse in [false, true] {
            let by_hand = gru(input, hidden, bias, &texts, steps, reverse).unwrap();
            let by_candle = reference(input, hidden, bias, &texts, steps, reverse).unwrap();
            let gradients =
                [&by_hand, &by_candle].map(|out| out.sqr().unwrap().sum_all().unwrap().backward().unwrap());
            let found =
                |weight: &Var| gradients.each_ref().map(|grads| flat(grads.get(weight.as_tensor()).unwrap()));
            let all = weights.iter().map(found).chain([[flat(&by_hand), flat(&by_candle)]]);
            for [one, other] in all {
                for (one, other) in one.iter().zip(&other) {
                    assert!((one - other).abs() < 1e-5, "{one} {other}");
                }
            }
        }
    }

    /// The backward pass against differences of the forward pass.
    #[test]
    fn gradients_are_those_of_the_forward_pass() {
        let (size, slots, steps) = (3, 4, 5);
        let mut random = Random::keyed(7, "test", "");
        let mut draw = |shape: (usize, usize)| {
            let values: Vec<f32> = (0..shape.0 * shape.1).map(|_| random.normal() as f32).collect();
            Var::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        let weights = [draw((slots, 3 * size)), draw((3 * size, size)), draw((2, 3 * size))];
        // Three texts, of which two begin alike and two end alike.
        let texts = [[0, 1, 2, 3, NO_CHARACTER], [0, 1, 3, 3, 3], [NO_CHARACTER, 0, 3, 3, 3]].concat();
        let wanted =
            Tensor::new(&[[0.3_f32, -1.0, 0.7], [1.1, 0.2, -0.4], [-0.6, 0.5, 0.9]], &Device::Cpu).unwrap();
        for reverse in [false, true] {
            let loss = || {
                let [input, hidden, bias] = weights.each_ref().map(|weight| weight.as_tensor());
                let out = gru(input, hidden, bias, &texts, steps, reverse).unwrap();
                (out * &wanted).unwrap().sum_all().unwrap()
            };
            let grads = loss().backward().unwrap();
            for weight in &weights {
                let grad: Vec<f32> =
                    grads.get(weight.as_tensor()).unwrap().flatten_all().unwrap().to_vec1().unwrap();
                let before: Vec<f32> = weight.flatten_all().unwrap().to_vec1().unwrap();
                for at in 0..before.len() {
                    let moved = |by: f32| {
                        let mut values = before.clone();
                        values[at] += by;
                        weight.set(&Tensor::from_vec(values, weight.shape(), &Device::Cpu).unwrap()).unwrap();
                        f64::from(loss().to_scalar::<f32>().unwrap())
                    };
                    let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                    moved(0.0);
                    assert!((slope - f64::from(grad[at])).abs() < 2e-3, "{at}: {slope} {}", grad[at]);
                }
            }
        }
    }
}
