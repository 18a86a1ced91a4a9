//! The judge of evidence: what repositories attest of a name, weighed beside the default network.
//!
//! Hashed crosses remember; they cannot tell a name that one repository uses everywhere from one that a
//! hundred agree on. Here every fact ("`count` held an int") counts once for each repository that attests
//! it, and a pair of the training part is judged by what *other* repositories attest, as a pair of an
//! unknown notebook will be. Beside the recorded pairs there are facts that are only written down
//! (literals, annotations, documentation), which cost no execution.

mod cache;
mod network;
mod quick;

use anyhow::Result;
use evaluation::Metrics;
use evidence::{Ablation, Fact, NameKeys, PairTally, Source, Subject, Usage};
use learn::Device;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

pub use network::{Judge, JudgeConfig};
pub(crate) use quick::{QuickEvidence, QuickName, QuickValue};

use crate::encoded::{EncodedExamples, LabelledSubject, Negative};
use crate::fit::{Schedule, fit, logits};
use crate::network::no_parameters;

/// Most examples that a judge learns from: so few weights need no more, and each costs its features.
const MAX_EXAMPLES: usize = 1 << 20;

/// Facts, and a judge of them.
pub struct Evidence {
    pub(crate) tally: PairTally,
    pub(crate) judge: Judge,
}

impl Evidence {
    /// Counts what the training part's pairs and `written` attest, and learns to judge by it from the same
    /// examples as the network, `drawn` negatives included.
    ///
    /// # Errors
    /// If the device fails.
    pub fn learn(
        (train, valid): (&[LabelledSubject], &[LabelledSubject]),
        drawn: &[Negative],
        written: &[Fact],
        config: JudgeConfig,
        hidden: Ablation,
        schedule: &Schedule,
        device: &Device,
    ) -> Result<Self> {
        let (mut tally, repositories) = count(train, written);
        let mut judge =
            Judge::new(JudgeConfig { repositories, ..config }, no_parameters(device, schedule.seed))?;
        let of = |negative: &Negative| {
            let (name, value) =
                (&train[negative.name_of as usize], train[negative.value_of as usize].subject);
            let subject = Subject { name: name.subject.name, ..value };
            let repos = [name.repos[0], train[negative.value_of as usize].repos[1]];
            LabelledSubject { subject, negative: true, weight: f64::from(negative.weight), repos }
        };
        // Every so many-th, when there are too many.
        let every = (train.len() + drawn.len()).div_ceil(MAX_EXAMPLES).max(1);
        let train: Vec<LabelledSubject> =
            train.iter().copied().chain(drawn.iter().map(of)).step_by(every).collect();
        let encoded = |labelled: &[LabelledSubject]| {
            let features = labelled
                .par_iter()
                .map(|labelled| features(&tally, &labelled.subject, hidden, &labelled.repos));
            let labels = labelled
                .iter()
                .map(|labelled| (f32::from(u8::from(labelled.negative)), labelled.weight as f32));
            EncodedExamples::of_wholes(features.collect(), labels)
        };
        let (train, valid) = (encoded(&train), encoded(valid));
        let schedule = Schedule { rate: 2e-3, weight_decay: 0.01, batch: 256, ..schedule.clone() };
        fit(&mut judge, &train, &valid, &schedule, None, &mut |_| Ok(()))?;
        tally.forget_repositories();
        Ok(Self { tally, judge })
    }

    /// Counts anew what is attested, and leaves the judge as it is.
    pub(crate) fn recount(&mut self, labelled: &[LabelledSubject], written: &[Fact]) {
        (self.tally, self.judge.config.repositories) = count(labelled, written);
        self.tally.forget_repositories();
    }

    /// Chooses the judge's share beside a network's logits by the area under the curve on the validation part.
    ///
    /// # Errors
    /// If the device fails.
    pub fn choose_share(
        &mut self,
        network: &[f32],
        valid: &[Subject],
        negatives: &[bool],
        hidden: Ablation,
    ) -> Result<()> {
        let judged = self.logits(valid, hidden)?;
        let auc = |config: &JudgeConfig| {
            let blended = network.iter().zip(&judged).map(|(theirs, ours)| config.blend(*theirs, *ours));
            let scores: Vec<f64> = blended.map(f64::from).collect();
            Metrics::of(&scores, negatives, 0.0).auc
        };
        let mut best = (0.0, 0.0);
        for tenth in 0..=10 {
            let share = tenth as f32 / 10.0;
            let found = auc(&JudgeConfig { share, ..self.config().clone() });
            if found > best.1 {
                best = (share, found);
            }
        }
        self.judge.config.share = best.0;
        Ok(())
    }

    /// Of a model that was saved: its counts, and a judge whose weights are still to be set.
    ///
    /// # Errors
    /// If the bytes are damaged, or the device has no room.
    pub fn of_bytes(bytes: &[u8], config: JudgeConfig, device: &Device) -> Result<Self> {
        Ok(Self { tally: PairTally::of_bytes(bytes)?, judge: Judge::new(config, no_parameters(device, 0))? })
    }

    /// Sizes of the judge, and its say.
    pub fn config(&self) -> &JudgeConfig {
        &self.judge.config
    }

    /// What is usual for a name, or for its last words where it is hardly known; `None` where nothing is.
    pub fn usage(&self, subject: &Subject) -> Option<Usage> {
        self.tally.usage(subject)
    }

    /// Whether it knows so many repositories that what is usual among them can be told: of a hundred five are few,
    /// of seven they are most.
    pub fn knows_usage(&self) -> bool {
        self.config().repositories >= 100
    }

    /// The judge's logits of "does not fit".
    ///
    /// # Errors
    /// If the device fails.
    pub fn logits(&self, subjects: &[Subject], hidden: Ablation) -> Result<Vec<f32>> {
        let wholes: Vec<Box<[i8]>> =
            subjects.iter().map(|subject| features(&self.tally, subject, hidden, &[])).collect();
        let rows: Vec<_> = wholes.iter().map(|whole| (whole, whole)).collect();
        logits(&self.judge, &rows)
    }
}

/// What pairs and `written` attest, and how many repositories do.
fn count(labelled: &[LabelledSubject], written: &[Fact]) -> (PairTally, usize) {
    let recorded = labelled.iter().filter(|labelled| !labelled.negative).map(|labelled| Fact {
        subject: labelled.subject,
        source: Source::Run,
        repo: labelled.repos[0],
    });
    let facts: Vec<Fact> = recorded.chain(written.iter().copied()).collect();
    let repositories = facts.iter().map(|fact| fact.repo).collect::<FxHashSet<_>>().len();
    (PairTally::of(&facts), repositories)
}

fn features(tally: &PairTally, subject: &Subject, hidden: Ablation, except: &[u32]) -> Box<[i8]> {
    let name = if hidden.name { NameKeys::hidden() } else { NameKeys::of(subject.name) };
    tally.features(&name, &tally.value_keys(subject, hidden), except)
}
