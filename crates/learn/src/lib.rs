//! What every network of this workspace shares: parameters, optimiser, schedules, early stopping, checkpoints,
//! device, kernels. Tensors only: nothing here knows of names, values or traces.
//!
//! For a reader who knows PyTorch:
//!
//! | PyTorch | here |
//! | --- | --- |
//! | `nn.Module.parameters()`, `nn.Parameter` | [`Parameters`], [`DenseId`] |
//! | `nn.EmbeddingBag(mode="sum")` | [`Parameters::add_table`], [`Bags`], [`Parameters::look_up`] |
//! | `tensor.grad` | [`Gradients`] |
//! | `optim.AdamW`, for tables `optim.SparseAdam`; `clip_grad_norm_` | [`AdamW`], [`AdamWConfig`] |
//! | parameter groups with a rate of their own | [`Parameters::set_rate_factor`] |
//! | `optim.lr_scheduler` | [`schedule`] |
//! | Lightning's `EarlyStopping`, `ModelCheckpoint` | [`EarlyStopping`], [`Trainer`] |
//! | `state_dict`, `torch.save` | [`weights`], [`Checkpoint`] |
//! | `SummaryWriter.add_scalars` | [`events`] |
//!
//! Everything random comes from [`records::Random`], because candle cannot be seeded on the CPU, and sums are made in
//! an order that does not depend on the number of threads: the same input gives the same bytes.
//!
//! # Example
//!
//! Logistic regression of one example, with one weight a feature:
//!
//! ```
//! use learn::{AdamWConfig, Bags, Device, Gradients, Init, Parameters, Trainer, sigmoid};
//!
//! # fn main() -> anyhow::Result<()> {
//! let mut parameters = Parameters::new(&Device::Cpu, 42, "example/weights");
//! let features = parameters.add_table("features", 8, 1, Init::Zeros);
//! let mut trainer = Trainer::new(&parameters, AdamWConfig::default());
//! for _ in 0..100 {
//!     let mut bags = Bags::default();
//!     bags.push([2, 5], |_| 1.0);
//!     let lookup = parameters.look_up(features, bags, true)?;
//!     // The derivative of the cross entropy by the logit, for an example of the class 1.
//!     let slope = sigmoid(lookup.leaf.flatten_all()?.to_vec1()?[0]) - 1.0;
//!     let loss = (&lookup.leaf * f64::from(slope))?.sum_all()?;
//!     let gradients = Gradients::collect(&parameters, &loss.backward()?, vec![lookup])?;
//!     trainer.step(&mut parameters, &[gradients], 0.1)?;
//! }
//! assert!(parameters.table(features)[2] > 1.0 && parameters.table(features)[0] == 0.0);
//! # Ok(())
//! # }
//! ```

mod adamw;
mod checkpoint;
mod device;
mod dropout;
mod early_stopping;
pub mod events;
mod gradients;
pub mod kernels;
mod lookup;
pub mod loss;
mod parameters;
pub mod rows;
pub mod schedule;
pub mod threads;
mod trainer;
pub mod weights;

pub use candle_core::Device;

pub use adamw::{AdamW, AdamWConfig};
pub use checkpoint::Checkpoint;
pub use device::{DEVICES, device};
pub use dropout::dropout;
pub use early_stopping::EarlyStopping;
pub use gradients::Gradients;
pub use lookup::{Bags, Lookup};
pub use loss::sigmoid;
pub use parameters::{DenseId, Init, Parameters, Snapshot, TableId};
pub use trainer::Trainer;
