//! The program as users run it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use testkit::{Command, Finished, Folder, examples, fixtures, lines, same_records, sample};

fn train(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    let model = folder.join("model");
    Command::new(env!("CARGO_BIN_EXE_nalin-train"))
        .args(["--model", model.to_str().expect("a temporary folder's name is plain"), "--quiet"])
        .args(args)
        .stdin(input)
        .run()
}

#[test]
fn a_model_with_its_card_and_the_baselines_beside_it() {
    let folder = Folder::new();
    let finished = train(&folder, &["--epochs", "4"], &lines(&examples(200))).succeeds();
    let records = finished.records();
    assert!(records.iter().all(|record| record["schema"] == "metric/2"));
    let results: Vec<_> = records
        .iter()
        .filter(|record| record["phase"] == "result" && record["split"] == "test" && record["group"] == "")
        .filter(|record| record["measure"] == "f1")
        .collect();
    let models: Vec<_> = results.iter().map(|record| record["model"].as_str().expect("a text")).collect();
    assert_eq!(models, ["default", "linear", "lookup"]);
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let (f1, interval) = (number(&results[0]["value"]), &results[0]["interval"]);
    assert!(f1 > 0.8 && number(&interval[0]) <= f1 && f1 <= number(&interval[1]), "{}", results[0]);
    let losses = records.iter().filter(|record| {
        record["phase"] == "epoch" && record["model"] == "default" && record["measure"] == "loss"
    });
    assert_eq!(losses.count(), 8, "four epochs, each with the training and the validation part");

    assert_eq!(folder.names(), ["model"], "nothing half-written is left");
    let card = String::from_utf8(folder.read("model/README.md")).expect("text");
    assert!(card.contains("| train | 320 | 160 | 16 |"), "{card}");
    assert!(card.contains("| lookup | test | all |"), "{card}");
    for file in ["config.json", "model.safetensors", "statistics.json", "curve.svg"] {
        assert!(!folder.read(format!("model/{file}")).is_empty());
    }
    let events = folder.read("model/events/valid/events.out.tfevents.0000000000.nalin-train");
    assert_eq!(events.windows(3).filter(|bytes| bytes == b"AUC").count(), 4, "one an epoch");
    assert!(!folder.join("model/training").exists());
}

#[test]
fn metrics_say_all_that_version_1_said() {
    let folder = Folder::new();
    let found = train(&folder, &["--epochs", "2"], &sample("example")).succeeds();
    let map = fixtures().join("../scripts/metric-1.jq");
    let back =
        Command::new("jq").args(["-c", "-s", "-f", map.to_str().expect("a plain path")]).stdin(found.stdout);
    let kept = std::fs::read_to_string(fixtures().join("kept/metric-1.jsonl")).expect("the kept metrics");
    assert_eq!(same_records(&back.run().succeeds().text(), &kept), Ok(()));
}

#[test]
fn the_same_bytes_whatever_the_jobs() {
    let input = lines(&examples(100));
    let run = |args: &[&str]| {
        let folder = Folder::new();
        let stdout = train(&folder, args, &input).succeeds().stdout;
        (stdout, folder.read("model/model.safetensors"), folder.read("model/README.md"))
    };
    let one = run(&["--epochs", "2", "-j1"]);
    assert!(one == run(&["--epochs", "2", "-j4"]));
    assert!(one.1 != run(&["--epochs", "2", "--seed", "7"]).1);
}

#[test]
fn killed_and_taken_up_again_it_ends_as_if_nothing_had_been() {
    let input = lines(&examples(400));
    let epochs = ["--epochs", "12", "--no-baselines"];
    let (whole, broken) = (Folder::new(), Folder::new());
    let expected = train(&whole, &epochs, &input).succeeds();

    let model = broken.join("model");
    let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_nalin-train"))
        .args(["--model", model.to_str().expect("plain"), "--quiet"])
        .args(epochs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    process.stdin.take().expect("a pipe").write_all(&input).expect("it reads");
    // The records of two epochs, two of the training and seven of the validation part, and it is in the third.
    let mut records = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    assert!((0..18).all(|_| records.next().is_some_and(|line| line.is_ok())));
    process.kill().expect("it runs");
    process.wait().expect("it ends");
    assert!(model.join("training/checkpoint.safetensors").exists() && !model.join("config.json").exists());

    let events = "events/train/events.out.tfevents.0000000000.nalin-train";
    let before = broken.read(format!("model/training/{events}"));
    train(&broken, &["--resume", "--no-baselines", "--epochs", "11"], &input)
        .ends_with(2)
        .says("other examples");
    assert!(
        broken.read(format!("model/training/{events}")) == before,
        "a run that is refused changes nothing"
    );
    let resumed = train(&broken, &[&epochs[..], &["--resume"]].concat(), &input).succeeds();
    assert!(resumed.stdout == expected.stdout);
    for file in ["model.safetensors", "config.json", "README.md", "curve.svg", events] {
        let file = format!("model/{file}");
        assert!(broken.read(&file) == whole.read(&file), "{file}");
    }
    assert_eq!(broken.names(), ["model"], "nothing half-written is left");
}

#[test]
fn what_is_written_down_changes_the_model_unless_it_is_of_a_repository_held_out() {
    let input = lines(&examples(100));
    let learn = |repo: &str| {
        let folder = Folder::new();
        let pairs = testkit::sample("pair");
        let written: Vec<_> = std::str::from_utf8(&pairs)
            .expect("text")
            .lines()
            .map(|line| {
                let mut pair: serde_json::Value = serde_json::from_str(line).expect("a pair");
                pair["repo"] = repo.into();
                pair["evidence"] = "literal".into();
                pair
            })
            .collect();
        folder.write("written.jsonl", lines(&written));
        let path = folder.join("written.jsonl");
        let args = ["--epochs", "1", "--no-baselines", "--written", path.to_str().expect("plain")];
        train(&folder, &args, &input).succeeds();
        folder.read("model/evidence.zst")
    };
    let (held_out, other) = (learn("repo18"), learn("nobody/elsewhere"));
    assert!(other.len() > held_out.len(), "{} {}", other.len(), held_out.len());
    let folder = Folder::new();
    train(&folder, &["--epochs", "1", "--no-baselines"], &input).succeeds();
    assert!(folder.read("model/evidence.zst") == held_out);
}

#[test]
fn no_examples_no_model() {
    let folder = Folder::new();
    let model = folder.join("model");
    let finished = Command::new(env!("CARGO_BIN_EXE_nalin-train"))
        .args([std::ffi::OsStr::new("--model"), model.as_os_str()]);
    let finished = finished.run().succeeds().says("no examples");
    assert!(finished.stdout.is_empty() && folder.names().is_empty());
}

#[test]
fn what_is_no_model_is_not_replaced() {
    let folder = Folder::new();
    folder.write("model/thesis.tex", "years of work");
    train(&folder, &[], &lines(&examples(10))).ends_with(2).says("is no model");
    assert_eq!(folder.read("model/thesis.tex"), b"years of work");
}

#[test]
fn without_a_validation_part_one_is_held_out() {
    let mut examples = examples(200);
    for example in &mut examples {
        example["split"] = "train".into();
    }
    let folder = Folder::new();
    let finished = Command::new(env!("CARGO_BIN_EXE_nalin-train"))
        .args(["--model", folder.join("model").to_str().expect("plain"), "--arch", "linear", "--epochs", "1"])
        .stdin(lines(&examples))
        .run();
    let finished = finished.succeeds().says("repositories is held out");
    let losses = finished.records().into_iter().filter(|record| record["measure"] == "loss");
    let valid: Vec<_> = losses.filter(|record| record["split"] == "valid").collect();
    assert!(!valid.is_empty() && valid.iter().all(|record| record["count"] == 40), "{valid:?}");
}
