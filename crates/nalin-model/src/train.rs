//! From examples to a model: statistics, network, best epoch, calibration, threshold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use evaluation::{Calibration, best_threshold};
use evidence::{Ablation, Fact, Subject};
use learn::Device;
use serde::Serialize;

use crate::bags::BagsConfig;
use crate::embedding::Embedding;
use crate::encoded::{EncodedExamples, LabelledSubject, Negative, more_negatives};
use crate::fit::{Choice, Schedule, fit};
use crate::judge::{Evidence, JudgeConfig};
use crate::model::{Body, Config, Design, Model};
use crate::nalin::NalinConfig;
use crate::network::{Encoder, Network as _};
use crate::progress::{Epoch, Saved};
use crate::statistics::Statistics;

/// The architectures.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// Wide and deep over bags of features.
    Default,
    /// The published network.
    Nalin,
    /// Logistic regression over hashed crosses.
    Linear,
    /// Warn when the name is known, but never held a value of this type.
    Lookup,
}

impl Arch {
    /// Its name on the command line and in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Nalin => "nalin",
            Self::Linear => "linear",
            Self::Lookup => "lookup",
        }
    }

    /// Whether it is a network, which can take vectors of names that were learned elsewhere.
    pub fn takes_embedding(self) -> bool {
        matches!(self, Self::Default | Self::Nalin)
    }

    /// How this architecture is trained unless the user says otherwise.
    pub fn schedule(self, seed: u64) -> Schedule {
        let own = Schedule {
            epochs: 12,
            batch: 128,
            rate: 1e-2,
            decay: true,
            weight_decay: 0.1,
            clip: None,
            patience: 4,
            choice: Choice::Auc,
            drop_last: false,
            more_negatives: 4,
            seed,
        };
        match self {
            Self::Nalin => Schedule {
                epochs: 15,
                rate: 1e-3,
                decay: false,
                weight_decay: 0.0,
                clip: Some(0.5),
                patience: usize::MAX,
                choice: Choice::F1,
                drop_last: true,
                more_negatives: 0,
                ..own
            },
            Self::Default | Self::Linear | Self::Lookup => own,
        }
    }
}

/// What is trained, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The architecture.
    pub arch: Arch,
    /// Sizes of a network over bags, where they are not the architecture's own.
    pub bags: Option<BagsConfig>,
    /// Inputs that the model is kept from seeing.
    pub ablation: Ablation,
    /// How it is trained.
    pub schedule: Schedule,
}

impl Plan {
    /// The architecture as it is.
    pub fn own(arch: Arch, seed: u64) -> Self {
        Self { arch, bags: None, ablation: Ablation::default(), schedule: arch.schedule(seed) }
    }
}

/// What a model may know beside its examples.
#[derive(Clone, Default)]
pub struct Beside<'a> {
    /// Pairs that are written down, for the judge of the default network.
    pub written: Vec<Fact<'a>>,
    /// Vectors of names, for the networks.
    pub embedding: Option<Arc<Embedding>>,
}

/// Trains a model on `train`; epoch, calibration and threshold are chosen on `valid`. With `saved` it goes on
/// from a checkpoint of the same plan and examples.
///
/// The same examples and plan give the same model to the bit, whatever the number of threads of the rayon pool
/// that it runs on.
///
/// # Errors
/// If the device fails, or `watch` does, or the checkpoint is of another network.
pub fn train(
    plan: &Plan,
    (train, valid): (&[LabelledSubject], &[LabelledSubject]),
    beside: &Beside,
    device: &Device,
    saved: Option<&Saved>,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<Model> {
    let Plan { arch, bags, ablation, schedule } = plan;
    let (arch, bags, ablation) = (*arch, bags.clone(), *ablation);
    let statistics =
        Statistics::of(train.iter().filter(|labelled| !labelled.negative).map(|labelled| labelled.subject));
    let design = match arch {
        Arch::Default => Design::Bags(bags.unwrap_or_else(BagsConfig::standard)),
        Arch::Linear => Design::Bags(bags.unwrap_or_else(BagsConfig::linear)),
        Arch::Nalin => Design::Nalin(NalinConfig {
            types: statistics.types().iter().take(10).cloned().collect(),
            name_buckets: 1 << 14,
            name_seed: schedule.seed,
        }),
        Arch::Lookup => Design::Lookup,
    };
    let embedding = beside.embedding.clone().filter(|_| arch.takes_embedding());
    let config = Config::new(arch.name(), design, ablation, schedule.seed);
    let mut model = Model::new(config, statistics, embedding, device)?;
    let drawn = more_negatives(train, schedule.more_negatives, schedule.seed);
    let parts = (train, &drawn[..], valid);
    let body = &mut model.body;
    // Network and judge know nothing of each other until their say is weighed: they learn at once, and each fills the
    // pauses of the other.
    let (mut judge, failed) = (None, AtomicBool::new(false));
    let epoch = rayon::in_place_scope(|scope| {
        if arch == Arch::Default {
            scope.spawn(|_| {
                // With one thread the network is done.
                if failed.load(Ordering::Relaxed) {
                    return;
                }
                let config = JudgeConfig::default();
                let learned = Evidence::learn(
                    (train, valid),
                    &drawn,
                    &beside.written,
                    config,
                    ablation,
                    schedule,
                    device,
                );
                judge = Some(learned);
            });
        }
        match body {
            Body::Bags(network) => fit_encoded(network.as_mut(), parts, schedule, saved, watch),
            Body::Nalin(network) => fit_encoded(network.as_mut(), parts, schedule, saved, watch),
            Body::Lookup => Ok(0),
        }
        .inspect_err(|_| failed.store(true, Ordering::Relaxed))
    });
    model.config.epoch = epoch?;
    if let Body::Bags(network) = &mut model.body {
        network.parameters_mut().round_tables_to_bf16();
    }
    let subjects: Vec<Subject> = valid.iter().map(|labelled| labelled.subject).collect();
    let labels: Vec<bool> = valid.iter().map(|labelled| labelled.negative).collect();
    if let Some(mut evidence) = judge.transpose()? {
        if !valid.is_empty() {
            evidence.choose_share(&model.logits(&subjects)?, &subjects, &labels, ablation)?;
        }
        model.config.evidence = Some(evidence.config().clone());
        model.evidence = Some(evidence);
    }
    // The look-up has two answers: a threshold chosen for F1 would make it warn of everything.
    if !valid.is_empty() && arch != Arch::Lookup {
        let logits = model.logits(&subjects)?;
        let calibration = Calibration::fit(&logits, &labels);
        let scores: Vec<f64> = logits.into_iter().map(|logit| calibration.apply(logit)).collect();
        model.config.calibration = calibration;
        model.config.threshold = best_threshold(&scores, &labels);
    }
    Ok(model)
}

fn fit_encoded<N: Encoder>(
    network: &mut N,
    (train, drawn, valid): (&[LabelledSubject], &[Negative], &[LabelledSubject]),
    schedule: &Schedule,
    saved: Option<&Saved>,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<usize> {
    let mut encoded = EncodedExamples::new(network, train);
    encoded.extend(drawn);
    let valid = EncodedExamples::new(network, valid);
    fit(network, &encoded, &valid, schedule, saved, watch)
}
