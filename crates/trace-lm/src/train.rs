//! `trace-lm train`: reads, trains, writes.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use filter::Stage;
use records::{Metric, Record as _};
use trace_model::{Check, Config, Decoder, Format, Sizes, Style, Training};

use crate::cli::TrainArgs;
use crate::{files, read};

/// Reads, trains, writes.
///
/// # Errors
/// A malformed record, a device that is not there, a folder that cannot be written.
pub(crate) fn run(args: &TrainArgs, stage: &mut Stage) -> Result<()> {
    let device = trace_model::device(&args.compute.device)?;
    let threads = crate::threads(&args.compute, stage)?;
    let config = config(args, stage.common().seed)?;
    let (train, mut valid) = read::sequences(&args.inputs, &config, stage)?;
    if train.is_empty() {
        stage.warn("no traces to learn from, so there is no model");
        return Ok(());
    }
    valid.truncate(Training::VALID_TEXTS);
    stage.count("programs_train", train.len() as u64);
    stage.count("programs_valid", valid.len() as u64);
    let decoder = match &args.from {
        Some(from) => {
            let decoder = files::read_model(from, &device)?.decoder;
            ensure!(*decoder.sizes() == config.sizes, "{} is of other sizes", from.display());
            decoder
        }
        None => Decoder::new(&config.sizes, config.seed, &device)?,
    };
    let run = Training::run_id(&config, &train, &valid, &format!("{:?}", args.from))?;
    fs::create_dir_all(&args.model).with_context(|| format!("cannot write to {}", args.model.display()))?;
    let mut training = Training::new(&config, decoder, run);
    let checkpoint = files::checkpoint_path(&args.model);
    if args.resume {
        if checkpoint.exists() {
            let trouble = || format!("cannot go on from {}", checkpoint.display());
            training.resume(fs::read(&checkpoint).with_context(trouble)?).with_context(trouble)?;
        }
        let done = training.step();
        stage.warn(&format!("{done} steps were done{}", if done > 0 { "; going on from there" } else { "" }));
        training
            .checks()
            .iter()
            .try_for_each(|check| report(&training, check, config.style.format, stage))?;
    }
    let start = Instant::now();
    threads.install(|| {
        training.run(&train, &valid, &|| start.elapsed().as_secs_f64(), &mut |training| {
            files::write(&checkpoint, &training.checkpoint()?)?;
            let check = training.checks().last();
            check.map_or(Ok(()), |check| report(training, check, config.style.format, stage))
        })
    })?;
    let (steps, symbols) = (training.step(), training.symbols());
    let model = training.finish()?;
    stage.count("weights", model.decoder.weights() as u64);
    stage.count("steps", steps as u64);
    stage.count("symbols", symbols);
    files::write_model(&args.model, &model)
}

fn config(args: &TrainArgs, seed: u64) -> Result<Config> {
    let sizes = match &args.config {
        Some(path) => {
            let trouble = || format!("cannot read {}", path.display());
            serde_json::from_slice(&fs::read(path).with_context(trouble)?).with_context(trouble)?
        }
        None => Sizes::default(),
    };
    let style = Style { format: args.format.into(), refresh: args.refresh, signs: args.hide.clone() };
    let TrainArgs { code_loss, steps, symbols, minutes, batch, patience, lr: rate, .. } = *args;
    let check_every = args.check_every as usize;
    Ok(Config { style, sizes, seed, code_loss, steps, symbols, minutes, batch, rate, check_every, patience })
}

/// Writes the records of a check, and a line for whoever waits.
fn report(training: &Training, check: &Check, format: Format, stage: &mut Stage) -> Result<()> {
    let train = Metric {
        schema: Metric::SCHEMA.to_owned(),
        model: format!("trace-lm/{}", format.name()),
        phase: "epoch".to_owned(),
        epoch: check.epoch as u64,
        step: check.step as u64,
        split: "train".to_owned(),
        ..Metric::default()
    };
    let (texts, loss) = check.train;
    stage.write(&train.with("learning_rate", check.rate, 0))?;
    stage.write(&train.with("loss", loss, texts))?;
    let (texts, valid_loss, accuracy) = check.valid;
    if texts > 0 {
        let valid = Metric { split: "valid".to_owned(), ..train };
        stage.write(&valid.with("loss", valid_loss, texts))?;
        stage.write(&valid.with("accuracy", accuracy, texts))?;
    }
    let done = (training.done() * 100.0) as usize;
    let line = format!(
        "step {}, loss {loss:.4}, validation loss {valid_loss:.4}, symbols predicted {:.1} %",
        check.step,
        accuracy * 100.0
    );
    stage.tell(done.min(100), 100, &line);
    stage.flush()
}
