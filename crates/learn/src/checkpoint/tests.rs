//! Resuming to the byte, and what is refused.

use std::collections::HashMap;

use candle_core::Device;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};

use super::Checkpoint;
use crate::{AdamWConfig, Bags, Gradients, Init, Parameters, TableId, Trainer};

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Progress {
    steps: usize,
    scores: Vec<f64>,
}

fn network() -> (Parameters, TableId) {
    let mut parameters = Parameters::new(&Device::Cpu, 3, "test");
    parameters.add_dense("dense", &[2], Init::Normal(1.0)).unwrap();
    let table = parameters.add_table("table", 70, 2, Init::Uniform(0.1));
    (parameters, table)
}

/// A step whose loss and rows depend on its number.
fn step(trainer: &mut Trainer, (parameters, table): &mut (Parameters, TableId), number: usize) {
    let mut bags = Bags::default();
    bags.push([number as u32, 69 - number as u32], |_| 0.5);
    let lookup = parameters.look_up(*table, bags, true).unwrap();
    let dense = parameters.dense[0].var.as_tensor();
    let loss = lookup.leaf.broadcast_mul(dense).unwrap().sqr().unwrap().sum_all().unwrap();
    let store = loss.backward().unwrap();
    let gradients = Gradients::collect(parameters, &store, vec![lookup]).unwrap();
    trainer.step(parameters, &[gradients], 0.1).unwrap();
}

/// Steps of a run up to `until`, with a check after each, of which the second is the best.
fn run(trainer: &mut Trainer, network: &mut (Parameters, TableId), from: usize, until: usize) -> Vec<u8> {
    let score = |number: usize| if number == 1 { 2.0 } else { number as f64 / 10.0 };
    for number in from..until {
        step(trainer, network, number);
        trainer.observe(&network.0, score(number)).unwrap();
    }
    let progress = Progress { steps: until, scores: (0..until).map(score).collect() };
    trainer.to_checkpoint(&network.0, "a run", &progress).unwrap()
}

#[test]
fn a_run_that_was_interrupted_ends_with_the_same_bytes() {
    let config = AdamWConfig { clip: Some(0.1), ..AdamWConfig::default() };
    let mut whole = network();
    let mut trainer = Trainer::new(&whole.0, config);
    let expected = run(&mut trainer, &mut whole, 0, 6);
    trainer.finish(&mut whole.0).unwrap();

    for stop in [1, 4] {
        let mut first = network();
        let bytes = run(&mut Trainer::new(&first.0, config), &mut first, 0, stop);
        let checkpoint = Checkpoint::<Progress>::read(bytes).unwrap();
        assert_eq!((checkpoint.run(), checkpoint.progress().steps), ("a run", stop));
        // Other weights than those of the beginning: they must come from the file.
        let mut second = network();
        second.0.set("dense", vec![7.0, 7.0]).unwrap();
        let mut trainer = Trainer::new(&second.0, config);
        let Progress { steps, scores } = checkpoint.progress();
        trainer.resume(&mut second.0, &checkpoint, *steps, scores.iter().copied()).unwrap();
        assert_eq!(run(&mut trainer, &mut second, stop, 6), expected);
        assert_eq!(trainer.early_stopping().best(), Some(2));
        trainer.finish(&mut second.0).unwrap();
        assert_eq!(second.0.snapshot().unwrap(), whole.0.snapshot().unwrap());
    }
}

/// A file with the tensors of a network under these prefixes, and this state.
fn file(prefixes: &[(&str, usize)], state: &str) -> Vec<u8> {
    let (parameters, _) = network();
    let tensors: Vec<(String, Vec<u8>)> = parameters
        .shapes()
        .flat_map(|(name, shape)| {
            let n: usize = shape.iter().product();
            prefixes.iter().map(move |(prefix, times)| (format!("{prefix}/{name}"), vec![0; 4 * n * times]))
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, bytes)| (name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).unwrap()));
    safetensors::serialize(views, Some(HashMap::from([("state".to_owned(), state.to_owned())]))).unwrap()
}

fn resume(bytes: Vec<u8>) -> anyhow::Result<()> {
    let (mut parameters, _) = network();
    let checkpoint = Checkpoint::<Progress>::read(bytes)?;
    Trainer::new(&parameters, AdamWConfig::default()).resume(&mut parameters, &checkpoint, 1, [])
}

#[test]
fn formats_of_before_are_read_or_refused() {
    let state = |format: &str| format!(r#"{{{format}"run":"a run","steps":1,"scores":[],"best":[0.5,1]}}"#);
    // Of before the format had a number: of the name-value model as it is now, of the traces' model in halves.
    resume(file(&[("now", 1), ("moments", 2)], &state(""))).unwrap();
    let refused = |bytes, number: u32| {
        let error = format!("{:#}", resume(bytes).unwrap_err());
        let says = format!("of format {number}, which this program cannot go on from (it reads format 1)");
        assert!(error.contains(&says) && error.contains("without --resume"), "{error}");
    };
    refused(file(&[("now", 1), ("first", 1), ("second", 1)], &state("")), 0);
    refused(file(&[("now", 1), ("moments", 2)], r#"{"format":2,"run":"","whatever":1}"#), 2);
    refused(file(&[("now", 1), ("moments", 2)], r#"{"run":"a run","epochs":1}"#), 0);
    let error = resume(file(&[("now", 1)], &state(r#""format":1,"#))).unwrap_err();
    assert!(format!("{error:#}").contains("of another network"), "{error:#}");
    assert!(resume(b"damaged".to_vec()).is_err());
}
