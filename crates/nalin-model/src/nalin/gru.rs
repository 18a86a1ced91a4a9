//! A GRU over characters, forward and backward by hand, as one operation of candle.
//!
//! The input is a one-hot row at each step, so its product with the input weights is a look-up of one row;
//! and a graph of a hundred steps would cost more in bookkeeping than in arithmetic.
//! PyTorch's cell: the reset gate is applied behind the recurrent product, and both products have a bias.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{
    CpuStorage, CustomOp3, DType, Device, Layout, Result, Shape, Tensor, WithDType as _, bail,
};

/// Stands for "no character": a row of zeros.
pub(crate) const NO_CHARACTER: u8 = u8::MAX;

/// Runs over `characters` and returns the last hidden state, (examples, hidden).
///
/// `input` is (characters, 3 hidden), `hidden` (3 hidden, hidden), `bias` (2, 3 hidden: of the input and
/// of the hidden state); gates in the order reset, update, new. `characters` holds `steps` slots an example.
pub(crate) fn gru(
    input: &Tensor,
    hidden: &Tensor,
    bias: &Tensor,
    characters: Arc<Vec<u8>>,
    steps: usize,
    reverse: bool,
) -> Result<Tensor> {
    input.apply_op3(hidden, bias, Gru { characters, steps, reverse, trace: Mutex::default() })
}

struct Gru {
    /// `steps` slots an example.
    characters: Arc<Vec<u8>>,
    steps: usize,
    reverse: bool,
    trace: Mutex<Vec<Step>>,
}

/// What one step leaves for the backward pass, each (examples, hidden).
struct Step {
    before: Vec<f32>,
    reset: Vec<f32>,
    update: Vec<f32>,
    new: Vec<f32>,
    /// The hidden state's share of the new gate before the reset gate.
    recurrent: Vec<f32>,
}

impl Gru {
    fn examples(&self) -> usize {
        self.characters.len() / self.steps
    }

    /// The position in the text that is read at a step.
    fn position(&self, step: usize) -> usize {
        if self.reverse { self.steps - 1 - step } else { step }
    }

    fn character(&self, example: usize, step: usize) -> Option<usize> {
        let slot = self.characters[example * self.steps + self.position(step)];
        (slot != NO_CHARACTER).then_some(usize::from(slot))
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
        let weights =
            Tensor::from_slice(contiguous(hidden, hidden_layout)?, (gates, size), &Device::Cpu)?.t()?;
        let examples = self.examples();
        let (input_bias, hidden_bias) = bias.split_at(gates);
        let mut state = vec![0.0_f32; examples * size];
        let mut trace = Vec::with_capacity(self.steps);
        for step in 0..self.steps {
            let before = state.clone();
            let products: Vec<f32> = Tensor::from_vec(state, (examples, size), &Device::Cpu)?
                .matmul(&weights)?
                .flatten_all()?
                .to_vec1()?;
            state = vec![0.0; examples * size];
            let empty = || vec![0.0_f32; examples * size];
            let mut kept = Step { before, reset: empty(), update: empty(), new: empty(), recurrent: empty() };
            for example in 0..examples {
                let row = self.character(example, step).map(|slot| &input[slot * gates..(slot + 1) * gates]);
                let product = &products[example * gates..(example + 1) * gates];
                for unit in 0..size {
                    let read = |gate: usize| {
                        row.map_or(0.0, |row| row[gate * size + unit]) + input_bias[gate * size + unit]
                    };
                    let remember =
                        |gate: usize| product[gate * size + unit] + hidden_bias[gate * size + unit];
                    let reset = sigmoid(read(0) + remember(0));
                    let update = sigmoid(read(1) + remember(1));
                    let recurrent = remember(2);
                    let new = (read(2) + reset * recurrent).tanh();
                    let at = example * size + unit;
                    state[at] = (1.0 - update) * new + update * kept.before[at];
                    (kept.reset[at], kept.update[at], kept.new[at], kept.recurrent[at]) =
                        (reset, update, new, recurrent);
                }
            }
            trace.push(kept);
        }
        *self.trace.lock().unwrap_or_else(PoisonError::into_inner) = trace;
        Ok((f32::to_cpu_storage_owned(state), Shape::from((examples, size))))
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
        let (examples, trace) = (self.examples(), self.trace.lock().unwrap_or_else(PoisonError::into_inner));
        let mut slope: Vec<f32> = grad.flatten_all()?.to_vec1()?;
        let mut input_grad = vec![0.0_f32; input.elem_count()];
        let mut bias_grad = vec![0.0_f32; 2 * gates];
        let mut hidden_grad = hidden.zeros_like()?;
        for (step, kept) in trace.iter().enumerate().rev() {
            let mut gate_slopes = vec![0.0_f32; examples * gates];
            for example in 0..examples {
                let row = self.character(example, step).map(|slot| slot * gates);
                for unit in 0..size {
                    let at = example * size + unit;
                    let (reset, update, new) = (kept.reset[at], kept.update[at], kept.new[at]);
                    let new_slope = slope[at] * (1.0 - update) * (1.0 - new * new);
                    let update_slope = slope[at] * (kept.before[at] - new) * update * (1.0 - update);
                    let reset_slope = new_slope * kept.recurrent[at] * reset * (1.0 - reset);
                    slope[at] *= update;
                    let slopes = [
                        (reset_slope, reset_slope),
                        (update_slope, update_slope),
                        (new_slope, new_slope * reset),
                    ];
                    for (gate, (of_input, of_hidden)) in slopes.into_iter().enumerate() {
                        let place = gate * size + unit;
                        gate_slopes[example * gates + place] = of_hidden;
                        bias_grad[place] += of_input;
                        bias_grad[gates + place] += of_hidden;
                        if let Some(row) = row {
                            input_grad[row + place] += of_input;
                        }
                    }
                }
            }
            let gate_slopes = Tensor::from_vec(gate_slopes, (examples, gates), &Device::Cpu)?;
            let before = Tensor::from_slice(&kept.before, (examples, size), &Device::Cpu)?;
            hidden_grad = (hidden_grad + gate_slopes.t()?.matmul(&before)?)?;
            let through: Vec<f32> = gate_slopes.matmul(hidden)?.flatten_all()?.to_vec1()?;
            slope.iter_mut().zip(through).for_each(|(slope, through)| *slope += through);
        }
        let input_grad = Tensor::from_vec(input_grad, input.shape(), &Device::Cpu)?;
        let bias_grad = Tensor::from_vec(bias_grad, bias.shape(), &Device::Cpu)?;
        Ok((Some(input_grad), Some(hidden_grad), Some(bias_grad)))
    }
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values: &[f32] = storage.as_slice()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => bail!("the weights of a GRU must be contiguous and {:?}", DType::F32),
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use candle_core::{Device, Tensor, Var};
    use records::Random;

    use super::{NO_CHARACTER, gru};

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
        let characters = Arc::new(vec![0, 1, 2, 3, NO_CHARACTER, 3, 3, 0, NO_CHARACTER, NO_CHARACTER]);
        let wanted = Tensor::new(&[[0.3_f32, -1.0, 0.7], [1.1, 0.2, -0.4]], &Device::Cpu).unwrap();
        for reverse in [false, true] {
            let loss = || {
                let out = gru(
                    weights[0].as_tensor(),
                    weights[1].as_tensor(),
                    weights[2].as_tensor(),
                    Arc::clone(&characters),
                    steps,
                    reverse,
                );
                (out.unwrap() * &wanted).unwrap().sum_all().unwrap()
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
