//! Gradients of the weights, as the backward pass of one part of a batch finds them.

use std::ops::Range;

use anyhow::{Context as _, Result};
use candle_core::backprop::GradStore;

use crate::lookup::{Bags, Lookup};
use crate::parameters::{Parameters, TableId};

/// The gradient of one part of a batch.
pub struct Gradients {
    /// Of the dense weights, in their order.
    pub(crate) dense: Vec<Vec<f32>>,
    /// Of what was looked up.
    pub(crate) sparse: Vec<SparseGradient>,
}

/// The gradient of a look-up's sums, to be spread over the rows that they were made of.
pub(crate) struct SparseGradient {
    pub(crate) table: TableId,
    pub(crate) bags: Bags,
    /// (bags, width)
    pub(crate) sums: Vec<f32>,
}

impl Gradients {
    /// Collects from the backward pass what belongs to the weights; a dense weight that took no part has zeros.
    ///
    /// # Errors
    /// If the device fails, or a look-up never entered the loss.
    pub fn collect(parameters: &Parameters, store: &GradStore, lookups: Vec<Lookup>) -> Result<Self> {
        let dense = parameters.dense.iter().map(|dense| match store.get(dense.var.as_tensor()) {
            Some(gradient) => Ok(gradient.flatten_all()?.to_vec1()?),
            None => Ok(vec![0.0; dense.var.elem_count()]),
        });
        let sparse = lookups.into_iter().map(|Lookup { table, bags, leaf }| {
            let gradient = store.get(&leaf).context("a look-up that the network never used")?;
            Ok(SparseGradient { table, bags, sums: gradient.flatten_all()?.to_vec1()? })
        });
        Ok(Self { dense: dense.collect::<Result<_>>()?, sparse: sparse.collect::<Result<_>>()? })
    }

    /// The gradient of a weight as a whole, by its place in the order of [`Parameters::shapes`]: to look at, not to
    /// learn by.
    pub fn of(&self, parameters: &Parameters, place: usize) -> Vec<f32> {
        let Some(table) = place.checked_sub(self.dense.len()) else { return self.dense[place].clone() };
        let mut gradient = vec![0.0; parameters.tables[table].values.len()];
        for sparse in self.sparse.iter().filter(|sparse| sparse.table == TableId(table)) {
            sparse.spread(0..u32::MAX, &mut gradient, |_| ());
        }
        gradient
    }
}

impl SparseGradient {
    /// Adds to `gradient`, the gradient of the table's `rows`, and calls `touch` with every row that is in it, both
    /// counted from the first of `rows`.
    pub(crate) fn spread(&self, rows: Range<u32>, gradient: &mut [f32], mut touch: impl FnMut(usize)) {
        let width = self.sums.len() / self.bags.len().max(1);
        for (bag, sums) in self.sums.chunks_exact(width.max(1)).enumerate() {
            let scale = self.bags.scale(bag);
            for row in self.bags.rows(bag).iter().filter(|row| rows.contains(row)) {
                let row = (row - rows.start) as usize;
                touch(row);
                if let [sum] = sums {
                    gradient[row] += sum * scale;
                } else {
                    for (gradient, sum) in gradient[row * width..(row + 1) * width].iter_mut().zip(sums) {
                        *gradient += sum * scale;
                    }
                }
            }
        }
    }
}
