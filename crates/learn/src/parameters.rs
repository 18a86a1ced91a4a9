//! The weights of a network: small dense ones as candle variables, large tables as plain rows.
//!
//! A table (an embedding, a hashed linear model) is looked up for a few rows an example. Its rows are summed outside
//! candle ([`Parameters::look_up`]), so a step costs what it touches, not the table's size.

use anyhow::{Context as _, Result, ensure};
use candle_core::{Device, Tensor, Var};
use records::Random;

/// All weights of one network, in a fixed order: the dense ones, then the tables, each in the order in which they were
/// added.
pub struct Parameters {
    pub(crate) dense: Vec<Dense>,
    pub(crate) tables: Vec<Table>,
    rate_factor: f32,
    device: Device,
    seed: u64,
    stage: &'static str,
}

/// A weight that takes part in every step as a whole.
pub(crate) struct Dense {
    pub(crate) name: String,
    pub(crate) var: Var,
    pub(crate) rate_factor: f32,
}

/// Rows of `width` weights, one after the other.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) values: Vec<f32>,
    pub(crate) every_row: bool,
    pub(crate) rate_factor: f32,
}

/// The place of a dense weight in [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseId(pub(crate) usize);

/// The place of a table in [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableId(pub(crate) usize);

/// How weights are drawn first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero.
    Zeros,
    /// Uniform in ± this bound.
    Uniform(f64),
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
}

impl Parameters {
    /// No weights yet. Those that are added are drawn from generators keyed by `seed`, `stage` and the weight's name:
    /// a weight stays the same whatever other weights there are.
    pub fn new(device: &Device, seed: u64, stage: &'static str) -> Self {
        let device = device.clone();
        Self { dense: Vec::new(), tables: Vec::new(), rate_factor: 1.0, device, seed, stage }
    }

    /// Where the tensors live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Lets the weights that are added from now on learn at `factor` times the rate.
    pub fn set_rate_factor(&mut self, factor: f64) {
        self.rate_factor = factor as f32;
    }

    /// Adds a dense weight.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn add_dense(&mut self, name: &str, shape: &[usize], init: Init) -> Result<DenseId> {
        let values = self.draw(name, shape.iter().product(), init);
        let var = Var::from_tensor(&Tensor::from_vec(values, shape, &self.device)?)?;
        self.dense.push(Dense { name: name.to_owned(), var, rate_factor: self.rate_factor });
        Ok(DenseId(self.dense.len() - 1))
    }

    /// Adds a table of `rows` rows of `width` weights. A step moves the rows that were looked up alone, as
    /// `optim.SparseAdam` does.
    pub fn add_table(&mut self, name: &str, rows: usize, width: usize, init: Init) -> TableId {
        let values = self.draw(name, rows * width, init);
        let rate_factor = self.rate_factor;
        self.tables.push(Table { name: name.to_owned(), width, values, every_row: false, rate_factor });
        TableId(self.tables.len() - 1)
    }

    /// Lets every row of a table take part in every step, momentum and decay included, as in a network that
    /// multiplies by one-hot vectors.
    pub fn step_every_row(&mut self, table: TableId) {
        self.tables[table.0].every_row = true;
    }

    fn draw(&self, name: &str, n: usize, init: Init) -> Vec<f32> {
        let mut random = Random::keyed(self.seed, self.stage, name);
        match init {
            Init::Zeros => vec![0.0; n],
            Init::Uniform(bound) => (0..n).map(|_| ((random.unit() * 2.0 - 1.0) * bound) as f32).collect(),
            Init::Normal(deviation) => (0..n).map(|_| (random.normal() * deviation) as f32).collect(),
        }
    }

    /// A dense weight.
    pub fn dense(&self, id: DenseId) -> &Tensor {
        self.dense[id.0].var.as_tensor()
    }

    /// The rows of a table, one after the other.
    pub fn table(&self, id: TableId) -> &[f32] {
        &self.tables[id.0].values
    }

    /// The names and shapes of all weights, in their order.
    pub fn shapes(&self) -> impl Iterator<Item = (&str, Vec<usize>)> {
        let dense = self.dense.iter().map(|dense| (dense.name.as_str(), dense.var.dims().to_vec()));
        let tables = self
            .tables
            .iter()
            .map(|table| (table.name.as_str(), vec![table.values.len() / table.width.max(1), table.width]));
        dense.chain(tables)
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.dense.iter().map(|dense| dense.var.elem_count()).sum::<usize>()
            + self.tables.iter().map(|table| table.values.len()).sum::<usize>()
    }

    /// Replaces the numbers of the weight of this name, in row-major order.
    ///
    /// # Errors
    /// If there is no such weight, or it has another number of numbers.
    pub fn set(&mut self, name: &str, values: Vec<f32>) -> Result<()> {
        let place = self.shapes().position(|(known, _)| known == name);
        self.set_at(place.with_context(|| format!("there are no weights {name}"))?, values)
    }

    /// As [`Parameters::set`], by the place in the order of [`Parameters::shapes`].
    fn set_at(&mut self, place: usize, values: Vec<f32>) -> Result<()> {
        let fits = |name: &str, n: usize| {
            ensure!(n == values.len(), "{name} has {n} weights, not {}", values.len());
            Ok(())
        };
        if let Some(Dense { name, var, .. }) = self.dense.get(place) {
            fits(name, var.elem_count())?;
            return Ok(var.set(&Tensor::from_vec(values, var.shape(), &self.device)?)?);
        }
        let table = &mut self.tables[place - self.dense.len()];
        fits(&table.name, table.values.len())?;
        table.values = values;
        Ok(())
    }

    /// A copy of all weights, to come back to.
    ///
    /// # Errors
    /// If the device fails.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let dense = self.dense.iter().map(|dense| Ok(dense.var.flatten_all()?.to_vec1()?));
        let tables = self.tables.iter().map(|table| Ok(table.values.clone()));
        Ok(Snapshot(dense.chain(tables).collect::<Result<_>>()?))
    }

    /// Takes back the weights of a snapshot of the same network.
    ///
    /// # Errors
    /// If the device fails, or the snapshot is of another network.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<()> {
        ensure!(
            snapshot.0.len() == self.dense.len() + self.tables.len(),
            "the weights are of another network"
        );
        snapshot.0.into_iter().enumerate().try_for_each(|(place, values)| self.set_at(place, values))
    }

    /// Rounds the tables to bfloat16, half to even. A sum of many rows loses nothing by it, and a file half its size.
    pub fn round_tables_to_bf16(&mut self) {
        for value in self.tables.iter_mut().flat_map(|table| &mut table.values) {
            let bits = value.to_bits();
            *value = f32::from_bits(bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000);
        }
    }
}

/// The weights of a network at one moment, in the order of [`Parameters::shapes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot(pub(crate) Vec<Vec<f32>>);

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::{Init, Parameters};

    #[test]
    fn a_weight_does_not_depend_on_the_others() {
        let draw = |names: &[&str], seed| {
            let mut parameters = Parameters::new(&Device::Cpu, seed, "test");
            let ids: Vec<_> =
                names.iter().map(|name| parameters.add_table(name, 2, 3, Init::Uniform(0.5))).collect();
            parameters.table(ids[ids.len() - 1]).to_vec()
        };
        assert_eq!(draw(&["a", "b"], 1), draw(&["b"], 1));
        assert!(draw(&["a"], 1) != draw(&["b"], 1) && draw(&["b"], 1) != draw(&["b"], 2));
        assert!(draw(&["b"], 1).iter().all(|value| value.abs() <= 0.5));
    }

    #[test]
    fn a_snapshot_comes_back_and_fits_its_own_network_alone() {
        let mut parameters = Parameters::new(&Device::Cpu, 1, "test");
        parameters.add_dense("dense", &[2, 2], Init::Normal(1.0)).unwrap();
        parameters.add_table("table", 3, 2, Init::Normal(1.0));
        let before = parameters.snapshot().unwrap();
        parameters.set("dense", vec![0.0; 4]).unwrap();
        parameters.set("table", vec![0.0; 6]).unwrap();
        assert!(parameters.snapshot().unwrap() != before);
        parameters.restore(before.clone()).unwrap();
        assert_eq!(parameters.snapshot().unwrap(), before);
        assert!(
            parameters.set("table", vec![0.0; 5]).is_err() && parameters.set("other", Vec::new()).is_err()
        );
        parameters.add_table("more", 1, 1, Init::Zeros);
        assert!(parameters.restore(before).is_err());
    }

    /// ```python
    /// torch.tensor([1.00390625, 1.01171875, -3.14159274, 65280.5]).bfloat16().float()
    /// ```
    #[test]
    fn tables_are_rounded_as_pytorch_rounds() {
        let mut parameters = Parameters::new(&Device::Cpu, 1, "test");
        let table = parameters.add_table("table", 4, 1, Init::Zeros);
        parameters.set("table", vec![1.003_906_3, 1.011_718_8, -std::f32::consts::PI, 65_280.5]).unwrap();
        parameters.round_tables_to_bf16();
        assert_eq!(parameters.table(table), [1.0, 1.015_625, -3.140_625, 65_280.0]);
    }
}
