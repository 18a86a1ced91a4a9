//! From rows to heads of attention and back, with rotary positions: one pass over memory.
//!
//! Rows lie as (texts × steps, width); candle multiplies matrices fastest as (texts × heads, steps, width / heads).

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, bail};

/// Rotary positions (Su and others 2021): sines and cosines for each step and pair of numbers.
pub(super) struct Rotary {
    /// Of each step the cosines, then the sines.
    values: Vec<f32>,
    pairs: usize,
}

impl Rotary {
    pub(super) fn new(steps: usize, width: usize) -> Self {
        let pairs = width / 2;
        let angle = |step: usize, pair: usize| step as f64 * 10_000_f64.powf(-(pair as f64) / pairs as f64);
        let of_step = |step: usize| {
            let cosines = (0..pairs).map(move |pair| angle(step, pair).cos() as f32);
            cosines.chain((0..pairs).map(move |pair| angle(step, pair).sin() as f32))
        };
        Self { values: (0..steps).flat_map(of_step).collect(), pairs }
    }

    /// Cosines and sines of the first steps, (steps, pairs) each.
    pub(super) fn tables(&self, steps: usize, device: &Device) -> Result<(Tensor, Tensor)> {
        let all =
            Tensor::from_slice(&self.values[..2 * steps * self.pairs], (steps, 2 * self.pairs), device)?;
        Ok((all.narrow(1, 0, self.pairs)?, all.narrow(1, self.pairs, self.pairs)?))
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
    /// Whether each number's pair is rotated by its place, and whether back.
    pub(super) rotary: Option<(Arc<Rotary>, bool)>,
    pub(super) merge: bool,
}

/// Applies it.
pub(super) fn apply(input: &Tensor, how: Heads) -> Result<Tensor> {
    input.apply_op1(how)
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
        let Some((rotary, back)) = &self.rotary else { return to.copy_from_slice(from) };
        let (cosines, sines) = rotary.step(step);
        let (left, right) = from.split_at(rotary.pairs);
        let (to_left, to_right) = to.split_at_mut(rotary.pairs);
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
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("expected numbers in one piece") };
        let input = &storage.as_slice::<f32>()?[start..end];
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
        let rotary = self.rotary.as_ref().map(|(rotary, back)| (rotary.clone(), !back));
        let opposite = Self { rotary, merge: !self.merge, ..self.clone() };
        grad_res.contiguous()?.apply_op1_no_bwd(&opposite).map(Some)
    }
}
