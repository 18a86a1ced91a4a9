//! From rows to heads of attention and back, with rotary positions: one pass over memory.
//!
//! Rows lie as (texts × steps, width); candle multiplies matrices fastest as (texts × heads, steps, width / heads).

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::rows::numbers;

/// Sines and cosines for each step and pair of numbers.
pub(super) struct Turns {
    /// Of each step the cosines, then the sines.
    values: Vec<f32>,
    pairs: usize,
}

impl Turns {
    pub(super) fn new(steps: usize, width: usize) -> Self {
        let pairs = width / 2;
        let angle = |step: usize, pair: usize| step as f64 * 10_000_f64.powf(-(pair as f64) / pairs as f64);
        let of_step = |step: usize| {
            let cosines = (0..pairs).map(move |pair| angle(step, pair).cos() as f32);
            cosines.chain((0..pairs).map(move |pair| angle(step, pair).sin() as f32))
        };
        Self { values: (0..steps).flat_map(of_step).collect(), pairs }
    }

    fn step(&self, step: usize) -> (&[f32], &[f32]) {
        self.values[2 * step * self.pairs..2 * (step + 1) * self.pairs].split_at(self.pairs)
    }
}

/// Rows to heads, or heads to rows.
#[derive(Clone)]
pub(super) struct Heads {
    pub(super) n: usize,
    pub(super) steps: usize,
    pub(super) heads: usize,
    /// Whether each number's pair is turned by its place, and whether back.
    pub(super) turns: Option<(Arc<Turns>, bool)>,
    pub(super) merge: bool,
}

/// Applies it.
pub(super) fn apply(input: &Tensor, how: Heads) -> Result<Tensor> {
    if input.device().is_cpu() { input.apply_op1(how) } else { graph(input, &how) }
}

fn graph(input: &Tensor, how: &Heads) -> Result<Tensor> {
    let Heads { n, steps, heads, .. } = *how;
    let width = how.width(input.elem_count());
    if how.merge {
        let rows = input.reshape((n, heads, steps, width / heads))?.transpose(1, 2)?;
        return rows.contiguous()?.reshape((n * steps, width));
    }
    let rows = input.reshape((n, steps, heads, width / heads))?.transpose(1, 2)?.contiguous()?;
    let rows = rows.reshape((n * heads, steps, width / heads))?;
    let Some((turns, _)) = &how.turns else { return Ok(rows) };
    let table = |sines: bool| {
        let of_step =
            |step: usize| if sines { turns.step(step).1.to_vec() } else { turns.step(step).0.to_vec() };
        let values: Vec<f32> = (0..steps).flat_map(of_step).collect();
        Tensor::from_vec(values, (1, steps, turns.pairs), input.device())
    };
    let (cosines, sines) = (table(false)?, table(true)?);
    let (first, second) = (rows.narrow(2, 0, turns.pairs)?, rows.narrow(2, turns.pairs, turns.pairs)?);
    let left = (first.broadcast_mul(&cosines)? - second.broadcast_mul(&sines)?)?;
    let right = (first.broadcast_mul(&sines)? + second.broadcast_mul(&cosines)?)?;
    Tensor::cat(&[left, right], 2)
}

impl Heads {
    fn width(&self, elements: usize) -> usize {
        elements / (self.n * self.steps).max(1)
    }

    fn shape(&self, width: usize) -> Shape {
        if self.merge {
            (self.n * self.steps, width).into()
        } else {
            (self.n * self.heads, self.steps, width / self.heads).into()
        }
    }

    fn copy(&self, step: usize, from: &[f32], to: &mut [f32]) {
        let Some((turns, back)) = &self.turns else { return to.copy_from_slice(from) };
        let (cosines, sines) = turns.step(step);
        let (left, right) = from.split_at(turns.pairs);
        let (to_left, to_right) = to.split_at_mut(turns.pairs);
        let sign = if *back { -1.0 } else { 1.0 };
        let pairs = left.iter().zip(right).zip(cosines.iter().zip(sines));
        for (((left, right), (cosine, sine)), (to_left, to_right)) in
            pairs.zip(to_left.iter_mut().zip(to_right))
        {
            let sine = sine * sign;
            *to_left = left * cosine - right * sine;
            *to_right = left * sine + right * cosine;
        }
    }
}

impl CustomOp1 for Heads {
    fn name(&self) -> &'static str {
        "heads"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let input = numbers(storage, layout)?;
        let width = self.width(input.len());
        let size = width / self.heads;
        let mut result = vec![0.0_f32; input.len()];
        for text in 0..self.n {
            for head in 0..self.heads {
                for step in 0..self.steps {
                    let of_rows = (text * self.steps + step) * width + head * size;
                    let of_heads = ((text * self.heads + head) * self.steps + step) * size;
                    let (from, to) = if self.merge { (of_heads, of_rows) } else { (of_rows, of_heads) };
                    self.copy(step, &input[from..from + size], &mut result[to..to + size]);
                }
            }
        }
        Ok((CpuStorage::F32(result), self.shape(width)))
    }

    fn bwd(&self, _arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        let turns = self.turns.as_ref().map(|(turns, back)| (turns.clone(), !back));
        let opposite = Self { turns, merge: !self.merge, ..self.clone() };
        grad_res.contiguous()?.apply_op1_no_bwd(&opposite).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::rows::some_numbers;
    use super::{Heads, Turns, apply, graph};

    #[test]
    fn heads_are_those_of_a_graph_and_come_back() {
        let turns = Arc::new(Turns::new(9, 8));
        for turns in [None, Some((turns, false))] {
            let how = Heads { n: 2, steps: 5, heads: 3, turns, merge: false };
            let input = some_numbers((10, 24), "input");
            let weights = some_numbers((6, 5, 8), "weights");
            let run = |result: candle_core::Tensor| -> [Vec<f32>; 2] {
                let store = (&result * weights.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap();
                let gradient = store.get(input.as_tensor()).unwrap();
                [&result, gradient].map(|tensor| tensor.flatten_all().unwrap().to_vec1().unwrap())
            };
            let ours = apply(input.as_tensor(), how.clone()).unwrap();
            let (by_hand, by_graph) = (run(ours.clone()), run(graph(input.as_tensor(), &how).unwrap()));
            for (one, other) in by_hand.iter().flatten().zip(by_graph.iter().flatten()) {
                assert!((one - other).abs() < 1e-6);
            }
            let back = Heads {
                merge: true,
                turns: how.turns.as_ref().map(|(turns, _)| (turns.clone(), true)),
                ..how
            };
            let again: Vec<Vec<f32>> = apply(&ours, back).unwrap().to_vec2().unwrap();
            let before: Vec<Vec<f32>> = input.to_vec2().unwrap();
            for (one, other) in again.iter().flatten().zip(before.iter().flatten()) {
                assert!((one - other).abs() < 1e-6);
            }
        }
    }
}
