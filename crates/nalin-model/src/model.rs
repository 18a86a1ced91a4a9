//! A trained model: network, calibration, statistics; its folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use evaluation::Calibration;
use evidence::{Ablation, Fact, Subject, Usage};
use learn::{Device, Parameters};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bags::{BagsConfig, BagsNetwork, Quick};
use crate::embedding::Embedding;
use crate::encoded::{EncodedPairs, LabelledSubject};
use crate::fit::logits;
use crate::judge::{Evidence, JudgeConfig};
use crate::nalin::{NalinConfig, NalinNetwork};
use crate::network::{Encoder, Network, no_parameters};
use crate::statistics::Statistics;

/// The version of the model folder that this code reads and writes.
const FORMAT: u32 = 3;
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const STATISTICS: &str = "statistics.json";
const EVIDENCE: &str = "evidence.zst";
const EMBEDDING: &str = "names.bin";

/// What the model is made of.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Design {
    /// The default network and the linear baseline.
    Bags(BagsConfig),
    /// The published network.
    Nalin(NalinConfig),
    /// The look-up baseline, which has no weights.
    Lookup,
}

/// Everything about a model but its weights: `config.json`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct Config {
    /// Version of the folder.
    pub format: u32,
    /// The name of the architecture, as on the command line.
    pub arch: String,
    /// Sizes and vocabularies.
    pub design: Design,
    /// Inputs that the model does not see.
    pub ablation: Ablation,
    /// From logits to probabilities.
    pub calibration: Calibration,
    /// The probability with the best F1 on the validation part.
    pub threshold: f64,
    /// Seed of the weights, the order and the dropout.
    pub seed: u64,
    /// The epoch that was kept.
    pub epoch: usize,
    /// The judge of what is attested, which only the default network has beside it.
    #[serde(default)]
    pub evidence: Option<JudgeConfig>,
    /// Whether names have vectors that were learned elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embedding: bool,
}

impl Config {
    /// The configuration of a model that has not learned anything yet.
    pub fn new(arch: &str, design: Design, ablation: Ablation, seed: u64) -> Self {
        let (calibration, threshold) = (Calibration::default(), 0.5);
        let arch = arch.to_owned();
        Self {
            format: FORMAT,
            arch,
            design,
            ablation,
            calibration,
            threshold,
            seed,
            epoch: 0,
            evidence: None,
            embedding: false,
        }
    }
}

/// A model that can be asked.
pub struct Model {
    /// Everything but the weights.
    pub config: Config,
    /// What names held where it learned.
    pub statistics: Statistics,
    pub(crate) body: Body,
    /// The second opinion, which only the default network has.
    pub(crate) evidence: Option<Evidence>,
    /// Vectors of names that were learned elsewhere.
    embedding: Option<Arc<Embedding>>,
}

pub(crate) enum Body {
    Bags(Box<BagsNetwork>),
    Nalin(Box<NalinNetwork>),
    Lookup,
}

impl Model {
    /// A model with weights drawn from the seed of its configuration; a network takes the vectors of names from
    /// `embedding`.
    ///
    /// # Errors
    /// If the device has no room for it, or if the vectors are of another width than the architecture's.
    pub fn new(
        mut config: Config,
        statistics: Statistics,
        embedding: Option<Arc<Embedding>>,
        device: &Device,
    ) -> Result<Self> {
        config.embedding = embedding.is_some();
        let names = embedding.clone();
        learn::threads::keep_products_on_one_thread();
        let parameters = no_parameters(device, config.seed);
        let body = match &config.design {
            Design::Bags(bags) => {
                Body::Bags(Box::new(BagsNetwork::new(bags.clone(), config.ablation, names, parameters)?))
            }
            Design::Nalin(nalin) => {
                Body::Nalin(Box::new(NalinNetwork::new(nalin.clone(), config.ablation, names, parameters)?))
            }
            Design::Lookup => Body::Lookup,
        };
        Ok(Self { config, statistics, body, evidence: None, embedding })
    }

    /// Probabilities from 0 to 1 that name and value do not fit; of a pair the same, whatever stands
    /// beside it. Runs on the thread of the caller alone.
    ///
    /// # Errors
    /// If the device fails.
    pub fn scores(&self, subjects: &[Subject]) -> Result<Vec<f64>> {
        let logits = self.logits(subjects)?;
        Ok(logits.into_iter().map(|logit| self.config.calibration.apply(logit)).collect())
    }

    /// As [`Model::scores`], without the inputs that `hidden` names beside those it never saw: what they are
    /// worth to a single answer.
    ///
    /// # Errors
    /// As [`Model::scores`].
    pub fn scores_without(&self, subjects: &[Subject], hidden: Ablation) -> Result<Vec<f64>> {
        let hidden = self.config.ablation.and(hidden);
        let logits = match &self.body {
            Body::Bags(network) => network_logits_without(network.as_ref(), subjects, hidden)?,
            Body::Nalin(network) => network_logits_without(network.as_ref(), subjects, hidden)?,
            // The look-up without name or type cannot contradict anything.
            Body::Lookup if hidden.name || hidden.type_ => vec![-1.0; subjects.len()],
            Body::Lookup => self.logits(subjects)?,
        };
        let logits = self.with_evidence(logits, subjects, hidden)?;
        Ok(logits.into_iter().map(|logit| self.config.calibration.apply(logit)).collect())
    }

    /// The same answers, but for their last digits, many times faster where names and values come again;
    /// `None` for an architecture that has no such form.
    ///
    /// # Errors
    /// If the device fails.
    pub fn quick(&self) -> Result<Option<Quick<'_>>> {
        match &self.body {
            Body::Bags(network) => Ok(Some(network.quick(self.evidence.as_ref(), self.config.calibration)?)),
            Body::Nalin(_) | Body::Lookup => Ok(None),
        }
    }

    /// Counts anew what is usual and what is attested, from these pairs: where nothing is left to be chosen, those that
    /// were validated with are as good witnesses as those that were learned from. A model without a judge stays as it
    /// is.
    pub fn recount(&mut self, labelled: &[LabelledSubject], written: &[Fact]) {
        if let Some(evidence) = &mut self.evidence {
            self.statistics = Statistics::of(
                labelled.iter().filter(|labelled| !labelled.negative).map(|labelled| labelled.subject),
            );
            evidence.recount(labelled, written);
            self.config.evidence = Some(evidence.config().clone());
        }
    }

    /// What repositories attest of a name, where enough know it; `None` of a model that has no judge of evidence, too.
    pub fn usage(&self, subject: &Subject) -> Option<Usage> {
        self.evidence.as_ref()?.usage(subject)
    }

    /// Whether it has seen enough repositories to tell what is usual among them.
    pub fn knows_usage(&self) -> bool {
        self.evidence.as_ref().is_some_and(Evidence::knows_usage)
    }

    /// As [`Model::scores`], on all threads of the current rayon pool.
    ///
    /// # Errors
    /// As [`Model::scores`].
    pub fn par_scores(&self, subjects: &[Subject]) -> Result<Vec<f64>> {
        let parts: Vec<_> = subjects.par_chunks(256).map(|part| self.scores(part)).collect::<Result<_>>()?;
        Ok(parts.concat())
    }

    /// What the probabilities are made of.
    pub(crate) fn logits(&self, subjects: &[Subject]) -> Result<Vec<f32>> {
        let logits = match &self.body {
            Body::Bags(network) => network_logits(network.as_ref(), subjects)?,
            Body::Nalin(network) => network_logits(network.as_ref(), subjects)?,
            Body::Lookup => {
                let logit = |subject| if self.statistics.contradicts(subject) { 1.0 } else { -1.0 };
                subjects.iter().map(logit).collect()
            }
        };
        self.with_evidence(logits, subjects, self.config.ablation)
    }

    /// The mean of both opinions, by the judge's share.
    fn with_evidence(&self, logits: Vec<f32>, subjects: &[Subject], hidden: Ablation) -> Result<Vec<f32>> {
        let Some(evidence) = &self.evidence else { return Ok(logits) };
        let judged = evidence.logits(subjects, hidden)?;
        let pairs = logits.into_iter().zip(judged);
        Ok(pairs.map(|(logit, judged)| evidence.config().blend(logit, judged)).collect())
    }

    /// The weights of the network, and of the judge.
    fn parameters(&self) -> impl Iterator<Item = &Parameters> {
        let network = match &self.body {
            Body::Bags(network) => Some(network.parameters()),
            Body::Nalin(network) => Some(network.parameters()),
            Body::Lookup => None,
        };
        network.into_iter().chain(self.evidence.as_ref().map(|evidence| evidence.judge.parameters()))
    }

    /// The number of weights.
    pub fn weights(&self) -> usize {
        self.parameters().map(Parameters::count).sum()
    }

    /// The files of the model's folder by name.
    ///
    /// # Errors
    /// If the device fails.
    pub fn files(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let json = |value: serde_json::Result<String>| Ok::<_, anyhow::Error>((value? + "\n").into_bytes());
        let mut files = BTreeMap::from([
            (CONFIG.to_owned(), json(serde_json::to_string_pretty(&self.config))?),
            (STATISTICS.to_owned(), json(serde_json::to_string(&self.statistics))?),
            (WEIGHTS.to_owned(), learn::weights::to_bytes(self.parameters())?),
        ]);
        if let Some(evidence) = &self.evidence {
            files.insert(EVIDENCE.to_owned(), evidence.tally.to_bytes()?);
        }
        if let Some(embedding) = &self.embedding {
            files.insert(EMBEDDING.to_owned(), embedding.to_bytes()?);
        }
        Ok(files)
    }

    /// Reads a model's folder.
    ///
    /// # Errors
    /// If a file is missing, damaged, or of another version.
    pub fn load(folder: &Path, device: &Device) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            let bytes =
                fs::read(&path).with_context(|| format!("no model: cannot read {}", path.display()))?;
            Ok(Cow::Owned(bytes))
        };
        Self::of_files(&read, device).with_context(|| format!("model {}", folder.display()))
    }

    /// Reads a model of files that lie elsewhere: in the program itself, say.
    ///
    /// # Errors
    /// As [`Model::load`], and whatever `read` fails with.
    pub fn of_files<'a>(read: &dyn Fn(&str) -> Result<Cow<'a, [u8]>>, device: &Device) -> Result<Self> {
        let damaged = |name: &str| format!("{name} is damaged");
        let config: Config = serde_json::from_slice(&read(CONFIG)?).with_context(|| damaged(CONFIG))?;
        ensure!(
            config.format == FORMAT,
            "it is of format {}, but this program reads format {FORMAT}; train it anew with nalin-train, or use the \
             version that made it",
            config.format
        );
        let statistics = serde_json::from_slice(&read(STATISTICS)?).with_context(|| damaged(STATISTICS))?;
        let judge = config.evidence.clone();
        let embedding = match config.embedding {
            true => {
                let embedding = Embedding::of_bytes(&read(EMBEDDING)?);
                Some(Arc::new(embedding.with_context(|| damaged(EMBEDDING))?))
            }
            false => None,
        };
        let mut model = Self::new(config, statistics, embedding, device)?;
        if let Some(judge) = judge {
            let evidence = Evidence::of_bytes(&read(EVIDENCE)?, judge, device);
            model.evidence = Some(evidence.with_context(|| damaged(EVIDENCE))?);
        }
        model.set_weights(&read(WEIGHTS)?).with_context(|| damaged(WEIGHTS))?;
        Ok(model)
    }

    fn set_weights(&mut self, bytes: &[u8]) -> Result<()> {
        let network = match &mut self.body {
            Body::Bags(network) => Some(network.parameters_mut()),
            Body::Nalin(network) => Some(network.parameters_mut()),
            Body::Lookup => None,
        };
        let judge = self.evidence.as_mut().map(|evidence| evidence.judge.parameters_mut());
        learn::weights::set(bytes, network.into_iter().chain(judge))
    }
}

fn network_logits<N: Encoder>(network: &N, subjects: &[Subject]) -> Result<Vec<f32>> {
    network_logits_without(network, subjects, network.ablation())
}

fn network_logits_without<N: Encoder>(
    network: &N,
    subjects: &[Subject],
    hidden: Ablation,
) -> Result<Vec<f32>> {
    logits(network, &EncodedPairs::new(network, subjects, hidden).rows())
}
