//! `nalin-train`: labelled examples in, a model folder and metrics out.
//!
//! Reads all examples, keeps of each what the model looks at, trains, and writes the folder in one move
//! when everything in it is complete. Until then the folder holds a checkpoint, from which `--resume` goes on.
//! The metrics on stdout are records: each epoch of the model, then the model and the baselines on the
//! validation and test parts. They name no times, so the same examples, flags and seed give the same bytes,
//! whatever `--jobs` and `--threads` are, and interrupted or not.

mod choices;
pub mod cli;

mod card;
mod curve;
mod data;
mod embedding;
mod folder;
mod journal;
mod plan;
mod results;
mod written;

use anyhow::{Context as _, Result};
use nalin_model::{Arch, Beside, Epoch, Model, Past, Plan};
use records::{Metric, Record as _, Split, id_of};

use cli::Args;
use data::Data;
use journal::Journal;
use results::Measured;

/// Reads, trains, writes.
///
/// # Errors
/// A malformed record, a device that is not there, a folder that cannot be written.
pub fn run(args: &Args, stage: &mut filter::Stage) -> Result<()> {
    folder::check(&args.model)?;
    let device = learn::device(&args.device)?;
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

    data.read_written(args, stage)?;
    data.read_embedding(args)?;
    let seed = stage.common().seed;
    let asked = plan::asked_for(args, seed)?;
    // The baselines always stand beside the network: one that does not beat them is no result.
    let baselines =
        [Arch::Linear, Arch::Lookup].into_iter().filter(|arch| *arch != asked.arch && !args.no_baselines);
    let beside = Beside { written: data.written(false), embedding: data.embedding.clone() };
    let run = id_of([&data.digest, &serde_json::to_string(&asked).context("cannot describe the plan")?]);
    let saved = if args.resume { journal::saved(&args.model, &run)? } else { None };
    let mut journal = Journal::open(&args.model, run, asked.arch.name())?;
    match &saved {
        Some(saved) => {
            stage.warn(&format!("{} epochs were done; going on from there", saved.progress().epoch()))
        }
        None if args.resume => stage.warn("there is no checkpoint, so this is the beginning"),
        None => {}
    }
    let mut model = None;
    let mut results = Vec::new();
    for plan in std::iter::once(asked.clone()).chain(baselines.map(|arch| Plan::own(arch, seed))) {
        let is_asked = plan.arch == asked.arch;
        let mut watch = |epoch: Epoch| {
            let keep = if is_asked { journal.write(&epoch) } else { Ok(()) };
            keep.and_then(|()| report(&plan, &data, args.fold, epoch.past, stage))
        };
        let (train, valid) = (data.part(Split::Train), data.part(Split::Valid));
        let saved = saved.as_ref().filter(|_| is_asked);
        let measure =
            |model: &Model, split| threads.install(|| results::measure(model, &data, split, args.fold, seed));
        let mut trained = threads
            .install(|| nalin_model::train(&plan, (&train, &valid), &beside, &device, saved, &mut watch))?;
        results.extend(measure(&trained, Split::Valid)?);
        // Everything is chosen.
        if trained.config.evidence.is_some() {
            threads.install(|| trained.recount(&[train, valid].concat(), &data.written(true)));
        }
        results.extend(measure(&trained, Split::Test)?);
        model.get_or_insert(trained);
    }
    for metric in results.iter().flat_map(Measured::records) {
        stage.write(&metric)?;
    }
    let model = model.context("a plan makes a model")?;
    let mut files = model.files()?;
    files.extend(journal.files(model.config.epoch));
    files.insert("README.md".to_owned(), card::write(&model, &data, &results).into_bytes());
    folder::write(&args.model, &files)
}

/// Writes the records of an epoch, and a line for whoever waits.
fn report(plan: &Plan, data: &Data, fold: u64, past: &Past, stage: &mut filter::Stage) -> Result<()> {
    let train = Metric {
        schema: Metric::SCHEMA.to_owned(),
        model: plan.arch.name().to_owned(),
        phase: "epoch".to_owned(),
        fold,
        epoch: past.epoch as u64,
        step: past.step as u64,
        split: "train".to_owned(),
        ..Metric::default()
    };
    stage.write(&train.with("learning_rate", past.rate, 0))?;
    stage.write(&train.with("loss", past.train_loss, data.examples(Split::Train).count() as u64))?;
    let mut line = format!("{}: epoch {}, loss {:.3}", train.model, past.epoch, past.train_loss);
    if let Some(metrics) = &past.valid {
        for metric in results::records(&Metric { split: "valid".to_owned(), ..train }, metrics) {
            stage.write(&metric)?;
        }
        line.push_str(&format!(
            ", validation loss {:.3}, F1 {:.3}, AUC {:.3}",
            metrics.loss, metrics.f1, metrics.auc
        ));
    }
    stage.tell(past.epoch, plan.schedule.epochs, &line);
    stage.flush()
}
