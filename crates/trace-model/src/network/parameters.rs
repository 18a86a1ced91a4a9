//! The weights of a decoder, in a fixed order.

use anyhow::Result;
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use records::Random;

/// All weights, by name.
pub(crate) struct Parameters {
    all: Vec<(String, Var)>,
    device: Device,
    seed: u64,
}

/// The weights at one moment.
#[derive(Clone)]
pub(crate) struct Snapshot(pub(crate) Vec<Vec<f32>>);

impl Parameters {
    pub(crate) fn new(device: &Device, seed: u64) -> Self {
        Self { all: Vec::new(), device: device.clone(), seed }
    }

    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// Adds weights, normal with this deviation; what is drawn depends on the seed and the name alone.
    pub(crate) fn add(&mut self, name: &str, shape: &[usize], deviation: f64) -> Result<()> {
        let mut random = Random::keyed(self.seed, "trace-lm/weights", name);
        let values: Vec<f32> =
            (0..shape.iter().product()).map(|_| (random.normal() * deviation) as f32).collect();
        let var = Var::from_tensor(&Tensor::from_vec(values, shape, &self.device)?)?;
        self.all.push((name.to_owned(), var));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Tensor> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, var)| var.as_tensor())
    }

    /// Names and shapes in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.all.iter().map(|(name, var)| (name.as_str(), var.dims()))
    }

    /// How many numbers there are.
    pub(crate) fn count(&self) -> usize {
        self.all.iter().map(|(_, var)| var.elem_count()).sum()
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot(
            self.all.iter().map(|(_, var)| Ok(var.flatten_all()?.to_vec1()?)).collect::<Result<_>>()?,
        ))
    }

    pub(crate) fn restore(&self, snapshot: &Snapshot) -> Result<()> {
        for ((_, var), values) in self.all.iter().zip(&snapshot.0) {
            var.set(&Tensor::from_slice(values, var.shape(), &self.device)?)?;
        }
        Ok(())
    }

    /// What the backward pass found for each of the weights.
    pub(crate) fn gradients(&self, store: &GradStore) -> Result<Vec<Vec<f32>>> {
        let gradient = |(_, var): &(String, Var)| match store.get(var.as_tensor()) {
            Some(gradient) => Ok(gradient.flatten_all()?.to_vec1()?),
            None => Ok(vec![0.0; var.elem_count()]),
        };
        self.all.iter().map(gradient).collect()
    }
}
