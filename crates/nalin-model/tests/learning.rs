//! What every architecture must be able to do, and what must never change what it does.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use evaluation::Metrics;
use learn::Device;
use nalin_model::{
    Ablation, Arch, Beside, Embedding, LabelledSubject, Model, Plan, Saved, Schedule, Subject, train,
};
use records::{Example, Split};

fn examples(n: usize) -> Vec<Example> {
    testkit::examples(n).into_iter().map(|example| serde_json::from_value(example).unwrap()).collect()
}

fn labelled(examples: &[Example], split: Option<Split>) -> Vec<LabelledSubject<'_>> {
    examples
        .iter()
        .filter(|example| split.is_none_or(|split| example.split == split))
        .map(|example| LabelledSubject {
            subject: example.into(),
            negative: example.label == 1,
            weight: example.weight,
            repos: [example.repo.trim_start_matches("repo").parse().unwrap(); 2],
        })
        .collect()
}

fn subjects<'a>(labelled: &[LabelledSubject<'a>]) -> Vec<Subject<'a>> {
    labelled.iter().map(|labelled| labelled.subject).collect()
}

fn learn(arch: Arch, ablation: Ablation, examples: &[Example], schedule: &Schedule) -> Model {
    let (training, valid) = (labelled(examples, Some(Split::Train)), labelled(examples, Some(Split::Valid)));
    let plan = Plan { arch, bags: None, ablation, schedule: schedule.clone() };
    train(&plan, (&training, &valid), &Beside::default(), &Device::Cpu, None, &mut |_| Ok(())).unwrap()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn a_network_can_learn_32_pairs_by_heart() {
    let examples = examples(16);
    let labelled = labelled(&examples, None);
    for (arch, epochs, rate) in [(Arch::Default, 150, 1e-2), (Arch::Nalin, 100, 5e-3)] {
        let schedule = Schedule {
            epochs,
            rate,
            decay: false,
            weight_decay: 0.0,
            batch: 32,
            more_negatives: 0,
            ..arch.schedule(1)
        };
        let mut last = f64::INFINITY;
        let mut watch = |epoch: nalin_model::Epoch| {
            last = epoch.past.train_loss;
            Ok(())
        };
        let plan = Plan { schedule, ..Plan::own(arch, 1) };
        let model =
            train(&plan, (&labelled, &[]), &Beside::default(), &Device::Cpu, None, &mut watch).unwrap();
        let scores = model.scores(&subjects(&labelled)).unwrap();
        let labels: Vec<bool> = labelled.iter().map(|labelled| labelled.negative).collect();
        let metrics = Metrics::of(&scores, &labels, 0.5);
        assert!(metrics.accuracy == 1.0 && metrics.loss < 0.05, "{arch:?}: {metrics:?}, trained to {last}");
    }
}

#[test]
fn names_that_were_never_seen_are_judged_by_their_words() {
    let examples = examples(600);
    let model = learn(Arch::Default, Ablation::default(), &examples, &Arch::Default.schedule(1));
    let test = labelled(&examples, Some(Split::Test));
    let labels: Vec<bool> = test.iter().map(|labelled| labelled.negative).collect();
    let metrics = Metrics::of(&model.scores(&subjects(&test)).unwrap(), &labels, model.config.threshold);
    assert!(metrics.f1 > 0.9 && metrics.auc > 0.95, "{metrics:?}");

    let value = |text: &str, type_name: &str| records::Value {
        text: text.to_owned(),
        type_name: type_name.to_owned(),
        len: -1,
        rank: -1,
        size: -1,
        ..records::Value::default()
    };
    let (count, text) = (value("17", "int"), value("item 8", "str"));
    let ask = |name, value, type_class| model.scores(&[Subject { name, value, type_class }]).unwrap()[0];
    let [fits, does_not, nor_this] =
        [("galaxyCount", &count, "int"), ("galaxyCount", &text, "str"), ("galaxyTitle", &count, "int")]
            .map(|(name, value, class)| ask(name, value, class));
    assert!(does_not > fits + 0.1 && nor_this > fits + 0.1, "{fits} {does_not} {nor_this}");
}

#[test]
fn a_saved_model_scores_the_same_to_the_bit() {
    let examples = examples(60);
    let labelled = labelled(&examples, None);
    for arch in [Arch::Default, Arch::Nalin, Arch::Linear, Arch::Lookup] {
        let schedule = Schedule { epochs: 1, ..arch.schedule(1) };
        let model = learn(arch, Ablation::default(), &examples, &schedule);
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in model.files().unwrap() {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let loaded = Model::load(folder.path(), &Device::Cpu).unwrap();
        assert_eq!(model.config, loaded.config);
        let bits = |model: &Model| -> Vec<u64> {
            model.scores(&subjects(&labelled)).unwrap().into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(bits(&model), bits(&loaded), "{arch:?}");

        let Some(quick) = loaded.quick().unwrap() else { continue };
        let share = loaded.config.evidence.as_ref().map_or(0.0, |judge| judge.share);
        assert!((share > 0.0) == (arch == Arch::Default), "{arch:?}: the judge has a share of {share}");
        let none = Ablation::default();
        for (subject, expected) in subjects(&labelled).iter().zip(model.scores(&subjects(&labelled)).unwrap())
        {
            let value = quick.value(subject.value, subject.type_class, none);
            let score = quick.score(&quick.name(subject.name, none), &value);
            assert!((score - expected).abs() < 1e-5, "{arch:?}: {score} {expected}");
        }
    }
}

#[test]
fn learned_vectors_of_names_are_read_kept_and_part_of_every_answer() {
    let examples = examples(60);
    let labelled = labelled(&examples, None);
    let parts = (&labelled[..], &labelled[..]);
    for (arch, width) in [(Arch::Default, 8), (Arch::Nalin, 100)] {
        let scores = |vectors: Option<&Arc<Embedding>>| {
            let plan = Plan { schedule: Schedule { epochs: 2, ..arch.schedule(1) }, ..Plan::own(arch, 1) };
            let beside = Beside { embedding: vectors.cloned(), ..Beside::default() };
            let model = train(&plan, parts, &beside, &Device::Cpu, None, &mut |_| Ok(())).unwrap();
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in model.files().unwrap() {
                std::fs::write(folder.path().join(name), bytes).unwrap();
            }
            assert_eq!(folder.path().join("names.bin").exists(), vectors.is_some());
            let loaded = Model::load(folder.path(), &Device::Cpu).unwrap();
            let scores = model.scores(&subjects(&labelled)).unwrap();
            assert_eq!(loaded.scores(&subjects(&labelled)).unwrap(), scores, "{arch:?}");
            if let Some(quick) = loaded.quick().unwrap() {
                let none = Ablation::default();
                for (Subject { name, value, type_class }, expected) in subjects(&labelled).iter().zip(&scores)
                {
                    let score = quick.score(&quick.name(name, none), &quick.value(value, type_class, none));
                    assert!((score - expected).abs() < 1e-5, "{score} {expected}");
                }
            }
            scores
        };
        let vectors = Arc::new(vectors_of_fasttext(width));
        assert!(scores(Some(&vectors)) != scores(None), "{arch:?}");
        assert!(scores(Some(&vectors)) == scores(Some(&vectors)), "{arch:?}");
    }
    let plan = Plan::own(Arch::Nalin, 1);
    let beside = Beside { embedding: Some(Arc::new(vectors_of_fasttext(8))), ..Beside::default() };
    let refusal = train(&plan, parts, &beside, &Device::Cpu, None, &mut |_| Ok(())).err().unwrap();
    assert!(refusal.to_string().contains("vectors of 100 numbers"), "{refusal}");
    assert!(Embedding::of_bytes(b"no model").is_err());
}

/// Vectors that fastText learned from a few words.
fn vectors_of_fasttext(width: i32) -> Embedding {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "galaxy_count = 7 galaxy_title = name count = size\n".repeat(20)).unwrap();
    let arguments = fasttext::args::Args {
        input: file.path().to_owned(),
        model: fasttext::args::ModelName::SkipGram,
        dim: width,
        min_count: 1,
        bucket: 1000,
        minn: 3,
        maxn: 6,
        thread: 1,
        verbose: 0,
        ..fasttext::args::Args::new()
    };
    let mut bytes = Vec::new();
    fasttext::FastText::train(arguments).unwrap().save(&mut bytes).unwrap();
    Embedding::of_bytes(&bytes).unwrap()
}

#[test]
fn what_was_validated_with_is_known_in_the_end() {
    let examples = examples(60);
    let (training, valid) =
        (labelled(&examples, Some(Split::Train)), labelled(&examples, Some(Split::Valid)));
    let both = [&training[..], &valid].concat();
    let kept = |model: &Model| model.files().unwrap().remove("evidence.zst");
    for arch in [Arch::Default, Arch::Linear] {
        let mut model =
            learn(arch, Ablation::default(), &examples, &Schedule { epochs: 1, ..arch.schedule(1) });
        let (before, seen) = (model.files().unwrap(), |model: &Model| {
            let pairs = valid.iter().filter(|labelled| !labelled.negative);
            pairs
                .map(|labelled| model.statistics.seen(labelled.subject.name).map_or(0, |(n, _)| n))
                .sum::<u32>()
        });
        let (seen_before, kept_before) = (seen(&model), kept(&model));
        model.recount(&training, &[]);
        assert!(model.files().unwrap() == before, "{arch:?}: the same facts are the same model");
        model.recount(&both, &[]);
        if arch == Arch::Default {
            assert!(seen(&model) > seen_before && kept(&model) != kept_before);
            let [now, then] =
                [&model.files().unwrap(), &before].map(|files| files["model.safetensors"].clone());
            assert!(now == then, "the weights stay");
        } else {
            assert!(model.files().unwrap() == before, "who has no judge stays as it is");
        }
    }
}

#[test]
fn a_damaged_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = || format!("{:#}", Model::load(folder.path(), &Device::Cpu).err().unwrap());
    assert!(refusal().contains("no model"));
    let model = learn(Arch::Linear, Ablation::default(), &examples(20), &Arch::Linear.schedule(1));
    for (name, mut bytes) in model.files().unwrap() {
        if name == "model.safetensors" {
            bytes.truncate(bytes.len() / 2);
        }
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    assert!(refusal().contains("damaged"));
}

#[test]
fn the_seed_decides_and_threads_do_not() {
    let examples = examples(120);
    for arch in [Arch::Default, Arch::Nalin] {
        let files = |threads, seed| {
            let schedule = Schedule { epochs: 2, ..arch.schedule(seed) };
            on_threads(threads, || learn(arch, Ablation::default(), &examples, &schedule).files().unwrap())
        };
        let one = files(1, 1);
        assert!(one == files(3, 1), "{arch:?}: three threads gave another model than one");
        assert!(one != files(1, 2), "{arch:?}: another seed gave the same model");
    }
}

#[test]
fn a_score_does_not_depend_on_what_stands_beside_it() {
    let examples = examples(100);
    let labelled = labelled(&examples, None);
    for arch in [Arch::Default, Arch::Nalin, Arch::Linear] {
        let model = learn(arch, Ablation::default(), &examples, &Schedule { epochs: 1, ..arch.schedule(1) });
        let all = model.scores(&subjects(&labelled)).unwrap();
        for size in [1, 7, 64] {
            let some = on_threads(2, || {
                labelled
                    .chunks(size)
                    .flat_map(|part| model.par_scores(&subjects(part)).unwrap())
                    .collect::<Vec<_>>()
            });
            assert!(all == some, "{arch:?} in parts of {size}");
        }
    }
}

#[test]
fn a_hidden_name_makes_no_difference() {
    let examples = examples(60);
    for arch in [Arch::Default, Arch::Nalin, Arch::Linear] {
        let ablation = Ablation { name: true, ..Ablation::default() };
        let model = learn(arch, ablation, &examples, &Schedule { epochs: 2, ..arch.schedule(1) });
        let one = Subject::from(&examples[0]);
        let other = Subject { name: "something_else", ..one };
        let scores = model.scores(&[one, other]).unwrap();
        assert_eq!(scores[0], scores[1], "{arch:?}");
    }
}

#[test]
fn few_rows_are_enough() {
    let examples = examples(1);
    let schedule = Schedule { epochs: 1, batch: 128, ..Arch::Nalin.schedule(1) };
    for n in [1, 2] {
        let some = labelled(&examples[..n], None);
        for arch in [Arch::Default, Arch::Nalin, Arch::Linear, Arch::Lookup] {
            let plan = Plan { schedule: schedule.clone(), ..Plan::own(arch, 1) };
            let run = train(&plan, (&some, &some), &Beside::default(), &Device::Cpu, None, &mut |_| Ok(()));
            let scores = run.unwrap().scores(&subjects(&some)).unwrap();
            assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{arch:?}: {scores:?}");
        }
    }
}

/// Killed after any epoch, and taken up again, a run ends with the bytes of one that was not.
#[test]
fn an_interrupted_run_goes_on_to_the_same_weights() {
    let examples = examples(60);
    let (training, valid) =
        (labelled(&examples, Some(Split::Train)), labelled(&examples, Some(Split::Valid)));
    for (arch, epochs) in [(Arch::Default, 5), (Arch::Nalin, 3)] {
        let plan = Plan { schedule: Schedule { epochs, ..arch.schedule(1) }, ..Plan::own(arch, 1) };
        let (mut seen, mut checkpoints) = (Vec::new(), Vec::new());
        let mut watch = |epoch: nalin_model::Epoch| {
            seen.push(epoch.past.clone());
            checkpoints.push(epoch.run.unwrap().to_checkpoint("a test")?);
            Ok(())
        };
        let whole = train(&plan, (&training, &valid), &Beside::default(), &Device::Cpu, None, &mut watch)
            .unwrap()
            .files()
            .unwrap();
        for (epochs_done, bytes) in (1..).zip(checkpoints) {
            let saved = Saved::read(bytes).unwrap();
            assert_eq!((saved.run(), saved.progress().epoch()), ("a test", epochs_done));
            let mut seen_again = Vec::new();
            let mut watch = |epoch: nalin_model::Epoch| {
                seen_again.push(epoch.past.clone());
                Ok(())
            };
            let resumed =
                train(&plan, (&training, &valid), &Beside::default(), &Device::Cpu, Some(&saved), &mut watch)
                    .unwrap();
            assert!(resumed.files().unwrap() == whole, "{arch:?} from epoch {epochs_done}");
            assert_eq!(seen_again, seen);
        }
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    assert!(Saved::read(b"no checkpoint".to_vec()).is_err());
}
