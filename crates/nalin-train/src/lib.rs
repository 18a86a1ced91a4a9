//! `nalin-train`: labelled examples in, a model folder and metrics out.
//!
//! Reads all examples, keeps of each what the model looks at, trains, and writes the folder in one move
//! when everything in it is complete. The metrics on stdout are records: each epoch of the model, then
//! the model and the baselines on the validation and test parts. They name no times, so the same
//! examples, flags and seed give the same bytes, whatever `--jobs` and `--threads` are.

pub mod cli;

mod card;
mod data;
mod folder;
mod plan;
mod results;

use anyhow::{Context as _, Result, bail};
use nalin_model::{Arch, Device, Epoch, Model};
use records::{Metric, Record as _, Split};

use cli::{Args, DeviceName};
use data::Data;
use plan::Plan;

/// Reads, trains, writes.
///
/// # Errors
/// A malformed record, a device that is not there, a folder that cannot be written.
pub fn run(args: &Args, stage: &mut filter::Stage) -> Result<()> {
    folder::check(&args.model)?;
    let device = match args.device {
        DeviceName::Cpu => Device::Cpu,
        DeviceName::Cuda => bail!("this build computes on the CPU alone"),
    };
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads())
        .build()
        .context("cannot start the threads")?;

    let mut data = Data::read(args, stage)?;
    if data.is_empty() {
        stage.warn("no examples, so there is no model");
        return Ok(());
    }
    if let Some(unit) = data.hold_out(stage.common().seed) {
        stage.warn(&format!("no `valid` part: a tenth of the training part's {unit} is held out for it"));
    }
    for split in [Split::Train, Split::Valid, Split::Test] {
        stage.count(&format!("examples_{}", results::split_name(split)), data.part(split).len() as u64);
    }

    let asked = Arch::from(args.arch);
    // The baselines always stand beside the network: one that does not beat them is no result.
    let baselines =
        [Arch::Linear, Arch::Lookup].into_iter().filter(|arch| *arch != asked && !args.no_baselines);
    let mut models = Vec::new();
    let mut metrics = Vec::new();
    for arch in std::iter::once(asked).chain(baselines) {
        let seed = stage.common().seed;
        let plan = if arch == asked { Plan::asked_for(args, seed)? } else { Plan::own(arch, seed) };
        let model = threads.install(|| train_one(&plan, &data, &device, args.fold, stage))?;
        metrics.extend(threads.install(|| results::measure(&model, &data, args.fold))?);
        models.push(model);
    }
    for metric in &metrics {
        stage.write(metric)?;
    }
    let model = &models[0];
    let mut files = model.files()?;
    files.insert("README.md".to_owned(), card::write(model, &data, &metrics).into_bytes());
    folder::write(&args.model, &files)
}

/// Trains one model and writes its epochs.
fn train_one(
    plan: &Plan,
    data: &Data,
    device: &Device,
    fold: u64,
    stage: &mut filter::Stage,
) -> Result<Model> {
    let Plan { arch, bags, ablation, schedule } = plan;
    let (train, valid) = (data.part(Split::Train), data.part(Split::Valid));
    let mut watch = |epoch: Epoch| {
        let base = Metric {
            schema: Metric::SCHEMA.to_owned(),
            model: arch.name().to_owned(),
            phase: "epoch".to_owned(),
            fold,
            epoch: epoch.epoch as u64,
            step: epoch.step as i64,
            lr: epoch.rate,
            ..Metric::default()
        };
        let unknown = -1.0;
        stage.write(&Metric {
            split: "train".to_owned(),
            examples: train.len() as u64,
            threshold: unknown,
            loss: epoch.train_loss,
            precision: unknown,
            recall: unknown,
            f1: unknown,
            auc: unknown,
            accuracy: unknown,
            ..base.clone()
        })?;
        if let Some(metrics) = epoch.valid {
            stage.write(&results::metric(Metric { split: "valid".to_owned(), ..base }, metrics))?;
        }
        stage.flush()
    };
    nalin_model::train(*arch, bags.clone(), *ablation, (&train, &valid), schedule, device, &mut watch)
}
