//! From examples to a model: statistics, network, best epoch, calibration, threshold.

use anyhow::Result;
use candle_core::Device;
use rayon::prelude::*;
use records::Random;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::bags::BagsConfig;
use crate::calibration::Calibration;
use crate::fit::{Choice, Epoch, Lesson, Schedule, fit};
use crate::metrics::best_threshold;
use crate::model::{Body, Config, Design, Model};
use crate::nalin::NalinConfig;
use crate::network::Network;
use crate::statistics::Statistics;
use crate::{Ablation, Subject};

/// The architectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            more_misfits: 4,
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
                more_misfits: 0,
                ..own
            },
            Self::Default | Self::Linear | Self::Lookup => own,
        }
    }
}

/// One example: what is asked, the answer, and its weight in the loss.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What is asked.
    pub subject: Subject<'a>,
    /// Whether name and value do not fit.
    pub misfit: bool,
    /// Weight in the loss.
    pub weight: f64,
}

/// Trains a model on `train`; epoch, calibration and threshold are chosen on `valid`.
///
/// The same examples, architecture and schedule give the same model to the bit, whatever the number of
/// threads of the rayon pool that it runs on.
///
/// # Errors
/// If the device fails, or `watch` does.
pub fn train(
    arch: Arch,
    bags: Option<BagsConfig>,
    ablation: Ablation,
    (train, valid): (&[Known], &[Known]),
    schedule: &Schedule,
    device: &Device,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<Model> {
    let statistics = Statistics::of(train.iter().filter(|known| !known.misfit).map(|known| known.subject));
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
    let drawn = more_misfits(train, schedule);
    let train = &[train, &drawn].concat()[..];
    let config = Config::new(arch.name(), design, ablation, schedule.seed);
    let mut model = Model::new(config, statistics, device)?;
    model.config.epoch = match &mut model.body {
        Body::Bags(network) => fit_encoded(network.as_mut(), (train, valid), schedule, watch)?,
        Body::Nalin(network) => fit_encoded(network.as_mut(), (train, valid), schedule, watch)?,
        Body::Lookup => 0,
    };
    // The look-up has two answers: a threshold chosen for F1 would make it warn of everything.
    if !valid.is_empty() && arch != Arch::Lookup {
        let subjects: Vec<Subject> = valid.iter().map(|known| known.subject).collect();
        let labels: Vec<bool> = valid.iter().map(|known| known.misfit).collect();
        model.config.calibration = Calibration::fit(&model.logits(&subjects)?, &labels);
        model.config.threshold = best_threshold(&model.par_scores(&subjects)?, &labels);
    }
    Ok(model)
}

/// Draws misfits beside those that are given, so that each name is seen with more of what it does not hold:
/// its value is that of another pair, of a class that the name never held, or of the same class but with
/// another text, in the proportion of the misfits given. Together they weigh as much as those given do.
fn more_misfits<'a>(train: &[Known<'a>], schedule: &Schedule) -> Vec<Known<'a>> {
    let fitting: Vec<&Known> = train.iter().filter(|known| !known.misfit).collect();
    let mut held: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    let mut by_class: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, known) in fitting.iter().enumerate() {
        held.entry(known.subject.name).or_default().insert(known.subject.type_class);
        by_class.entry(known.subject.type_class).or_default().push(at);
    }
    let is_held = |known: &Known| {
        held.get(known.subject.name).is_some_and(|classes| classes.contains(known.subject.type_class))
    };
    let misfits: Vec<&Known> = train.iter().filter(|known| known.misfit).collect();
    let within = misfits.iter().filter(|known| is_held(known)).count() as f64 / misfits.len().max(1) as f64;
    let given: f64 = misfits.iter().map(|known| known.weight).sum();
    let mut random = Random::keyed(schedule.seed, "nalin-model/misfits", "");
    let mut drawn = Vec::with_capacity(fitting.len() * schedule.more_misfits);
    for known in &fitting {
        let Subject { name, value, type_class } = known.subject;
        for _ in 0..schedule.more_misfits {
            let same_class = random.unit() < within;
            let pool = &by_class[type_class];
            // A few tries; a name that held every class gets no misfit.
            let donor = (0..20).find_map(|_| {
                let at = if same_class {
                    pool[random.below(pool.len() as u64) as usize]
                } else {
                    random.below(fitting.len() as u64) as usize
                };
                let donor = fitting[at].subject;
                let fits = if same_class {
                    donor.value.text != value.text
                } else {
                    !held[name].contains(donor.type_class)
                };
                fits.then_some(donor)
            });
            if let Some(donor) = donor {
                drawn.push(Known { subject: Subject { name, ..donor }, misfit: true, weight: known.weight });
            }
        }
    }
    let total: f64 = drawn.iter().map(|known| known.weight).sum();
    if given <= 0.0 || total <= 0.0 {
        return Vec::new();
    }
    drawn.iter_mut().for_each(|known| known.weight *= given / total);
    drawn
}

fn fit_encoded<N: Network>(
    network: &mut N,
    (train, valid): (&[Known], &[Known]),
    schedule: &Schedule,
    watch: &mut dyn FnMut(Epoch) -> Result<()>,
) -> Result<usize> {
    let encode = |known: &Known| Lesson {
        row: network.encode(&known.subject),
        label: f32::from(u8::from(known.misfit)),
        weight: known.weight as f32,
    };
    let lessons = |known: &[Known]| known.par_iter().map(encode).collect::<Vec<_>>();
    let (train, valid) = (lessons(train), lessons(valid));
    fit(network, &train, &valid, schedule, watch)
}
