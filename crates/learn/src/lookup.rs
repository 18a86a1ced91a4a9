//! Sums of rows of a table, as they enter a network (`nn.EmbeddingBag(mode="sum")`).

use anyhow::Result;
use candle_core::{Tensor, Var};

use crate::parameters::{Parameters, Table, TableId};

/// Which rows of a table each example looks up, and the number that their sum is multiplied by.
#[derive(Default)]
pub struct Bags {
    rows: Vec<u32>,
    ends: Vec<usize>,
    scales: Vec<f32>,
}

impl Bags {
    /// Adds a bag; `scale` gets the number of its rows. A row that is in it twice counts twice.
    pub fn push(&mut self, rows: impl IntoIterator<Item = u32>, scale: impl FnOnce(usize) -> f32) {
        let before = self.rows.len();
        // `extend` would ask chained iterators one by one.
        rows.into_iter().for_each(|row| self.rows.push(row));
        self.ends.push(self.rows.len());
        self.scales.push(scale(self.rows.len() - before));
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn rows(&self, bag: usize) -> &[u32] {
        let start = bag.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start..self.ends[bag]]
    }

    pub(crate) fn scale(&self, bag: usize) -> f32 {
        self.scales[bag]
    }
}

/// Rows that were looked up, as they entered the network.
pub struct Lookup {
    pub(crate) table: TableId,
    pub(crate) bags: Bags,
    /// The sums, (bags, width).
    pub leaf: Tensor,
}

impl Parameters {
    /// Sums the rows of each bag, times the bag's scale: (bags, width). With `training`, a leaf of the graph, whose
    /// gradient [`Gradients::collect`](crate::Gradients::collect) brings back to the rows.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn look_up(&self, table: TableId, bags: Bags, training: bool) -> Result<Lookup> {
        let Table { width, values, .. } = &self.tables[table.0];
        let mut sums = vec![0.0_f32; bags.len() * width];
        for (bag, sum) in sums.chunks_exact_mut(*width).enumerate() {
            if let [sum] = sum {
                *sum = bags.rows(bag).iter().map(|&row| values[row as usize]).sum();
            } else {
                for &row in bags.rows(bag) {
                    let row = row as usize * width;
                    for (sum, value) in sum.iter_mut().zip(&values[row..row + width]) {
                        *sum += value;
                    }
                }
            }
            sum.iter_mut().for_each(|sum| *sum *= bags.scales[bag]);
        }
        let mut leaf = Tensor::from_vec(sums, (bags.len(), *width), self.device())?;
        if training {
            leaf = Var::from_tensor(&leaf)?.into_inner();
        }
        Ok(Lookup { table, bags, leaf })
    }
}
