//! The weights of a network: small dense ones as candle variables, large tables as plain rows.
//!
//! A table (an embedding, a hashed linear model) is looked up for a few rows an example. Its rows are
//! summed here and enter the network as a leaf; what candle's backward pass finds for the leaf is
//! scattered back to the rows that were looked up. So a step costs what it touches, not the table's size.

use std::ops::Range;

use anyhow::{Context as _, Result};
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use records::Random;

/// All weights of one network, in a fixed order.
pub struct Parameters {
    pub(crate) dense: Vec<(String, Var)>,
    pub(crate) tables: Vec<Table>,
    /// For each dense weight, then for each table, the factor of the learning rate.
    pub(crate) paces: (Vec<f32>, Vec<f32>),
    pace: f32,
    device: Device,
    seed: u64,
}

/// Rows of `width` weights.
#[derive(Clone)]
pub struct Table {
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) values: Vec<f32>,
    /// Whether every row takes part in every step of the optimiser (momentum included), as in a network
    /// that multiplies by one-hot vectors; otherwise only rows that were looked up.
    pub(crate) every_row: bool,
}

/// The place of a dense weight or a table in [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub(crate) usize);

impl Parameters {
    /// No weights yet; all that is drawn depends on `seed` and the weight's name alone.
    pub fn new(device: &Device, seed: u64) -> Self {
        Self {
            dense: Vec::new(),
            tables: Vec::new(),
            paces: Default::default(),
            pace: 1.0,
            device: device.clone(),
            seed,
        }
    }

    /// Where the tensors live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Lets the weights that are added from now on learn at `pace` times the rate.
    pub fn set_pace(&mut self, pace: f64) {
        self.pace = pace as f32;
    }

    /// Adds a dense weight, uniform in ±`bound`.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn add_dense(&mut self, name: &str, shape: &[usize], bound: f64) -> Result<Slot> {
        let values = self.uniform(name, shape.iter().product(), bound);
        let tensor = Tensor::from_vec(values, shape, &self.device)?;
        self.dense.push((name.to_owned(), Var::from_tensor(&tensor)?));
        self.paces.0.push(self.pace);
        Ok(Slot(self.dense.len() - 1))
    }

    /// Adds a table of `rows` rows of `width` weights, uniform in ±`bound`.
    pub fn add_table(&mut self, name: &str, rows: usize, width: usize, bound: f64) -> Slot {
        let values = self.uniform(name, rows * width, bound);
        self.tables.push(Table { name: name.to_owned(), width, values, every_row: false });
        self.paces.1.push(self.pace);
        Slot(self.tables.len() - 1)
    }

    /// Lets the optimiser move all rows of a table at each step.
    pub fn step_every_row(&mut self, table: Slot) {
        self.tables[table.0].every_row = true;
    }

    fn uniform(&self, name: &str, n: usize, bound: f64) -> Vec<f32> {
        let mut random = Random::keyed(self.seed, "nalin-model/weights", name);
        (0..n).map(|_| ((random.unit() * 2.0 - 1.0) * bound) as f32).collect()
    }

    /// A dense weight.
    pub fn dense(&self, slot: Slot) -> &Tensor {
        self.dense[slot.0].1.as_tensor()
    }

    /// The rows of a table, one after the other.
    pub(crate) fn table(&self, slot: Slot) -> &[f32] {
        &self.tables[slot.0].values
    }

    /// The number of weights.
    pub fn count(&self) -> usize {
        self.dense.iter().map(|(_, var)| var.elem_count()).sum::<usize>()
            + self.tables.iter().map(|table| table.values.len()).sum::<usize>()
    }

    /// Sums the rows of each bag, times the bag's scale: (bags, width). With `learn`, a leaf to which
    /// the backward pass finds a gradient.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn look_up(&self, table: Slot, bags: Bags, learn: bool) -> Result<Lookup> {
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
        let mut leaf = Tensor::from_vec(sums, (bags.len(), *width), &self.device)?;
        if learn {
            leaf = Var::from_tensor(&leaf)?.into_inner();
        }
        Ok(Lookup { table, bags, leaf })
    }

    /// The names of all weights: the dense ones, then the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().map(|table| table.name.as_str());
        self.dense.iter().map(|(name, _)| name.as_str()).chain(tables)
    }

    /// A copy of all weights, to come back to.
    ///
    /// # Errors
    /// If the device fails.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let dense = self.dense.iter().map(|(_, var)| Ok(var.flatten_all()?.to_vec1()?));
        let tables = self.tables.iter().map(|table| Ok(table.values.clone()));
        Ok(Snapshot(dense.chain(tables).collect::<Result<_>>()?))
    }

    /// Rounds the tables to eight bits of mantissa (bfloat16), half to even. A sum of many rows loses nothing by
    /// it, and a file half its size.
    pub fn round_tables(&mut self) {
        for value in self.tables.iter_mut().flat_map(|table| &mut table.values) {
            let bits = value.to_bits();
            *value = f32::from_bits(bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000);
        }
    }

    /// Takes back the weights of a snapshot of the same network.
    ///
    /// # Errors
    /// If the device fails.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        let (dense, tables) = snapshot.0.split_at(self.dense.len());
        for ((_, var), values) in self.dense.iter().zip(dense) {
            var.set(&Tensor::from_slice(values, var.shape(), &self.device)?)?;
        }
        for (table, values) in self.tables.iter_mut().zip(tables) {
            table.values.clone_from(values);
        }
        Ok(())
    }
}

/// The weights of a network at one moment, in the order of [`Parameters::names`].
#[derive(Clone)]
pub struct Snapshot(Vec<Vec<f32>>);

impl Snapshot {
    /// The weights at a place.
    pub(crate) fn values(&self, place: usize) -> &[f32] {
        &self.0[place]
    }

    /// The same, to be replaced.
    pub(crate) fn values_mut(&mut self, place: usize) -> &mut [f32] {
        &mut self.0[place]
    }
}

/// Which rows of a table each example looks up, and the number that their sum is multiplied by.
#[derive(Default)]
pub struct Bags {
    rows: Vec<u32>,
    ends: Vec<usize>,
    scales: Vec<f32>,
}

impl Bags {
    /// Adds a bag.
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

    fn rows(&self, bag: usize) -> &[u32] {
        let start = bag.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start..self.ends[bag]]
    }
}

/// Rows that were looked up, as they entered the network.
pub struct Lookup {
    table: Slot,
    bags: Bags,
    /// The sums, (bags, width).
    pub leaf: Tensor,
}

/// The gradient of one part of a batch.
pub struct Gradients {
    /// Of the dense weights, in their order.
    pub(crate) dense: Vec<Vec<f32>>,
    /// Of what was looked up.
    pub(crate) sparse: Vec<SparseGradient>,
}

/// The gradient of a look-up's sums, to be spread over the rows that they were made of.
pub(crate) struct SparseGradient {
    pub(crate) table: Slot,
    pub(crate) bags: Bags,
    /// (bags, width)
    pub(crate) sums: Vec<f32>,
}

impl SparseGradient {
    /// Adds to `grad`, the gradient of the table's `rows`, and calls `touch` with every row that is in it, both
    /// counted from the first of `rows`.
    pub(crate) fn spread(&self, rows: Range<u32>, grad: &mut [f32], mut touch: impl FnMut(usize)) {
        let width = self.sums.len() / self.bags.len().max(1);
        for (bag, sums) in self.sums.chunks_exact(width.max(1)).enumerate() {
            let scale = self.bags.scales[bag];
            for row in self.bags.rows(bag).iter().filter(|row| rows.contains(row)) {
                let row = (row - rows.start) as usize;
                touch(row);
                if let [sum] = sums {
                    grad[row] += sum * scale;
                } else {
                    for (grad, sum) in grad[row * width..(row + 1) * width].iter_mut().zip(sums) {
                        *grad += sum * scale;
                    }
                }
            }
        }
    }
}

impl Gradients {
    /// Gathers from the backward pass what belongs to the weights.
    ///
    /// # Errors
    /// If the device fails.
    pub fn gather(parameters: &Parameters, grads: &GradStore, lookups: Vec<Lookup>) -> Result<Self> {
        let dense = parameters.dense.iter().map(|(_, var)| match grads.get(var.as_tensor()) {
            Some(grad) => Ok(grad.flatten_all()?.to_vec1()?),
            None => Ok(vec![0.0; var.elem_count()]),
        });
        let sparse = lookups.into_iter().map(|Lookup { table, bags, leaf }| {
            let grad = grads.get(&leaf).context("a look-up that the network never used")?;
            Ok(SparseGradient { table, bags, sums: grad.flatten_all()?.to_vec1()? })
        });
        Ok(Self { dense: dense.collect::<Result<_>>()?, sparse: sparse.collect::<Result<_>>()? })
    }
}
