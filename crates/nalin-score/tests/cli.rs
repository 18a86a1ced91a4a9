//! The program as users run it, with a model trained for the test.

use testkit::{Command, Finished, examples, fixtures, lines, same_records};

use crate::common::model;

fn score(args: &[&str], input: &[u8]) -> Finished {
    let model = model().path().to_str().expect("a temporary folder's name is plain");
    Command::new(env!("CARGO_BIN_EXE_nalin-score"))
        .args(["--model", model, "--quiet"])
        .args(args)
        .stdin(input)
        .run()
}

#[test]
fn every_record_leaves_with_its_score_and_its_own_fields() {
    let mut examples = examples(40);
    examples[0]["users_own"] = serde_json::json!([1, 2.5]);
    let scored = score(&[], &lines(&examples)).succeeds().records();
    assert_eq!(scored.len(), examples.len());
    for (before, after) in examples.iter().zip(&scored) {
        assert_eq!(after["schema"], "scored/1");
        for key in ["id", "site", "value", "label", "split"] {
            assert_eq!(before[key], after[key]);
        }
    }
    assert_eq!(scored[0]["users_own"], serde_json::json!([1, 2.5]));
    let again = score(&[], &lines(&scored)).succeeds().records();
    assert_eq!(scored, again, "a scored record can be scored again");
}

/// Examples as found in the wild: nobody has said which of them do not fit. Values that we put to a name
/// ourselves are never findings.
fn unlabelled(n: usize) -> Vec<serde_json::Value> {
    let mut examples = examples(n);
    for example in &mut examples {
        example["label"] = 0.into();
    }
    examples
}

#[test]
fn one_finding_a_site_worst_first_and_explained() {
    let mut examples = unlabelled(60);
    // A second, better value at an unfit pair's site must not hide the worse one.
    let unfit = 1;
    examples[unfit]["site"]["name"] = "user_count".into();
    examples[unfit]["value"]["text"] = "item 7".into();
    examples[unfit]["value"]["type"] = "str".into();
    examples[unfit]["type_class"] = "str".into();
    let mut twin = examples[unfit].clone();
    twin["value"]["text"] = "7".into();
    twin["value"]["type"] = "int".into();
    twin["type_class"] = "int".into();
    examples.push(twin);
    let findings = score(&["--findings", "--min-score", "0"], &lines(&examples)).succeeds().records();
    let scores: Vec<f64> =
        findings.iter().map(|finding| finding["score"].as_f64().expect("a number")).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b));
    let ours: Vec<_> = findings
        .iter()
        .filter(|finding| finding["place"]["name"] == "user_count" && finding["place"]["row"] == 0)
        .collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["value"][0]["text"], "item 7");
    assert_eq!(ours[0]["rule"], "NAL002");
    let first = |kind: &str| {
        let mut evidence = ours[0]["evidence"].as_array().expect("a list").iter();
        evidence.find(|one| one["kind"] == kind).map(|one| one["text"].as_str().expect("a text"))
    };
    assert_eq!(first("usual_type"), Some("int"));
    let better = first("better_name").expect("a name");
    assert!(better.ends_with("name") || better.ends_with("title"), "{better}");
}

#[test]
fn a_report_into_a_closed_pipe_ends_quietly() {
    let model = model().path().to_str().expect("a temporary folder's name is plain");
    let command = Command::new(env!("CARGO_BIN_EXE_nalin-score")).args(["--model", model, "--quiet"]);
    let finished = command.args(["--format", "text", "--min-score", "0"]).stdin(lines(&unlabelled(2000)));
    let finished = finished.closed_stdout().run().succeeds();
    assert_eq!(finished.stderr, "");
}

#[test]
fn the_same_bytes_whatever_the_jobs() {
    for args in [&[][..], &["--findings", "--top", "5"], &["--format", "csv"], &["--eval"]] {
        let input = lines(&if args == ["--eval"] { examples(300) } else { unlabelled(300) });
        let one = score(&[args, &["-j1"]].concat(), &input).succeeds().stdout;
        assert!(!one.is_empty());
        assert!(one == score(&[args, &["-j4"]].concat(), &input).succeeds().stdout, "{args:?}");
    }
}

#[test]
fn top_check_and_generic_names() {
    let negatives = testkit::examples(60).into_iter().filter(|example| example["label"] == 1);
    score(&["--check"], &lines(&negatives.collect::<Vec<_>>())).succeeds();
    let mut examples = unlabelled(60);
    assert_eq!(score(&["--top", "3"], &lines(&examples)).succeeds().records().len(), 3);
    score(&["--check"], &lines(&examples)).ends_with(1);
    score(&["--check", "--min-score", "1"], &lines(&examples)).succeeds();
    for example in &mut examples {
        example["site"]["name"] = "tmp".into();
    }
    let quiet = score(&["--findings", "--min-score", "0"], &lines(&examples)).succeeds();
    assert!(quiet.stdout.is_empty());
    let loud = score(&["--findings", "--min-score", "0", "--generic-names"], &lines(&examples)).succeeds();
    assert_eq!(loud.records().len(), 60);
}

#[test]
fn an_evaluation_has_intervals_around_its_figures() {
    let evaluation = score(&["--eval"], &lines(&examples(200))).succeeds().records();
    let alone = |key: &str| evaluation.iter().filter(|row| row[key] != "").count();
    assert_eq!(evaluation.len() % 10, 0, "ten thresholds each");
    assert_eq!(alone("origin"), 10, "there is one kind of negatives");
    assert!(alone("type_class") >= 20 && alone("repo") == 200, "{} {}", alone("type_class"), alone("repo"));
    for row in &evaluation[..20] {
        let of = |key: &str| row[key].as_f64().expect("a number");
        for figure in ["precision", "recall", "f1", "auc"] {
            assert!(
                of(&format!("{figure}_low")) <= of(figure) && of(figure) <= of(&format!("{figure}_high")),
                "{row}"
            );
        }
    }
    let own = evaluation.iter().find(|row| row["own_threshold"] == true).expect("the model's own threshold");
    assert!(own["f1"].as_f64().expect("a number") > 0.85, "{own}");
}

#[test]
fn what_cannot_be_scored_is_said() {
    score(&[], b"{\"schema\":\"script/1\"}\n")
        .ends_with(2)
        .says("expected a pair/1 or example/1 record, found a script/1");
    Command::new(env!("CARGO_BIN_EXE_nalin-score"))
        .args(["--model", "/nowhere"])
        .run()
        .ends_with(2)
        .says("no model");
}

#[test]
fn kept_scores_are_reported_as_they_came() {
    let mut records = score(&[], &lines(&examples(40))).succeeds().records();
    records.retain(|record| record["label"] == 0);
    for (nth, record) in records.iter_mut().enumerate() {
        record["score"] = serde_json::json!(if nth == 0 { 0.75 } else { 0.25 });
    }
    let flags = ["--keep-scores", "--findings", "--generic-names", "--min-score", "0.5"];
    let findings = score(&flags, &lines(&records)).succeeds().records();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (&findings[0]["score"], &findings[0]["place"]),
        (&serde_json::json!(0.75), &records[0]["site"])
    );
    score(&["--keep-scores"], &lines(&examples(1)))
        .ends_with(2)
        .says("stdin:1: expected a record with a `score`");
}

#[test]
fn only_one_part_is_scored_and_made_up_values_are_no_findings() {
    let examples = examples(60);
    let of_test = examples.iter().filter(|one| one["split"] == "test").count();
    assert!(of_test > 0 && of_test < examples.len());
    assert_eq!(score(&["--split", "test"], &lines(&examples)).succeeds().records().len(), of_test);
    let made_up: Vec<_> = examples.into_iter().filter(|one| one["label"] == 1).collect();
    let flags = ["--findings", "--min-score", "0", "--generic-names"];
    assert!(score(&flags, &lines(&made_up)).succeeds().records().is_empty());
}

#[test]
fn metrics_of_another_version_are_refused_with_what_to_do() {
    let old = fixtures().join("kept/metric-1.jsonl");
    score(&["--format", "html", "--run", old.to_str().expect("a plain path")], &lines(&examples(10)))
        .ends_with(2)
        .says(
            "metric-1.jsonl:1: cannot use this record: metrics of another version than metric/2: train again",
        );
}

#[test]
fn findings_say_all_that_version_1_said() {
    let pairs = fixtures().join("planted/pairs.jsonl");
    let found = Command::new(env!("CARGO_BIN_EXE_nalin-score"))
        .args(["--quiet", "--findings", "--min-score", "0.1", "--top", "12"])
        .args([pairs.to_str().expect("a plain path")])
        .run()
        .succeeds();
    let map = fixtures().join("../scripts/finding-1.jq");
    let back = Command::new("jq").args(["-c", "-f", map.to_str().expect("a plain path")]).stdin(found.stdout);
    let kept = std::fs::read_to_string(fixtures().join("kept/finding-1.jsonl")).expect("the kept findings");
    assert_eq!(same_records(&back.run().succeeds().text(), &kept), Ok(()));
}
