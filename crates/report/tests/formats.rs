//! Every format with hostile names, values and paths, as snapshots.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use records::{Edit, Evidence, Finding, Head, HeldValue, Record as _, Site, Value};
use report::{Background, Format, Options, Order, explain, write};

fn finding(path: &str, name: &str, text: &str, score: f64) -> Finding {
    Finding {
        schema: Finding::SCHEMA.to_owned(),
        id: records::id_of([name, text]),
        fingerprint: records::id_of([path, name]),
        rule: "NAL001".to_owned(),
        score,
        message: format!("`{name}` holds a str, {text}"),
        head: Head { notebook: "abc".to_owned(), path: path.to_owned(), repo: "owner/repo".to_owned() },
        place: Site {
            name: name.to_owned(),
            kind: "assign".to_owned(),
            cell: 3,
            line: 2,
            column: 1,
            row: 12,
            physical_line: 48,
            scope: String::new(),
            text: format!("{name} = {text}"),
            pragma: String::new(),
        },
        evidence: Vec::new(),
        fix: Vec::new(),
        value: vec![HeldValue {
            value: Value { type_name: "str".to_owned(), len: 4, text: text.to_owned(), ..Value::default() },
            type_class: "str".to_owned(),
        }],
    }
}

fn findings() -> Vec<Finding> {
    let mut plain = finding("shop/orders.ipynb", "n_rows", "'many'", 0.75);
    let evidence =
        |kind: &str, text: &str, share| Evidence { kind: kind.to_owned(), text: text.to_owned(), share };
    plain.evidence = vec![
        evidence("usual_type", "int", 0.96),
        evidence("usual_type", "float", 0.04),
        evidence("usual_value", "3 to 512", 0.0),
        evidence("usual_value", "\u{202e}<b>", 0.0),
        evidence("weighed", "type", 0.6),
        evidence("weighed", "name", 0.25),
        evidence("weighed", "value", -0.05),
    ];
    let mut named = finding("shop/orders.ipynb", "train_data", "'a.csv'", 0.99);
    named.rule = "NAL002".to_owned();
    named.evidence = vec![evidence("better_name", "train_path", 0.5)];
    let mut hostile = finding(
        "a b,c:d/%/\u{202e}<script>.ipynb",
        "größe",
        "=cmd|'/c calc'!A1\n::error file=x::y\r\u{1b}[31m\u{202e}</script><script>alert(1)</script>\"&[a](http://b)",
        0.9,
    );
    hostile.place.physical_line = 0;
    let formula = finding("shop/a.ipynb", "total", "=1+1", 0.5);
    let number = finding("shop/a.ipynb", "loss", "-1.5", 0.5);
    vec![plain, named, hostile, formula, number]
}

fn rendered(format: Format, findings: &[Finding], colour: bool) -> String {
    let options = Options { colour, version: "0.1.0".to_owned(), threshold: 0.5, ..Options::default() };
    let mut out = Vec::new();
    write(format, findings, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_of_hostile_findings() {
    for format in Format::ALL {
        let report = rendered(format, &findings(), false);
        insta::assert_snapshot!(format.as_str(), report);
        assert!(!report.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn every_format_of_nothing() {
    let reports: Vec<String> =
        Format::ALL.iter().map(|f| format!("--- {f}\n{}", rendered(*f, &[], false))).collect();
    let without_page = &reports[..reports.len() - 1];
    insta::assert_snapshot!("nothing", without_page.join(""));
    assert!(reports[reports.len() - 1].contains("<h1>0 findings in 0 notebooks</h1>"));
}

#[test]
fn colour_only_when_told() {
    let coloured = rendered(Format::Text, &findings()[..1], true);
    assert!(coloured.contains("\u{1b}[31m^^^^^^ NAL001 0.75\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn json_formats_parse_and_keep_every_field() {
    let array: Vec<serde_json::Value> =
        serde_json::from_str(&rendered(Format::Json, &findings(), false)).unwrap();
    let lines: Vec<serde_json::Value> = rendered(Format::Jsonl, &findings(), false)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(array, lines);
    let back: Vec<Finding> = lines.into_iter().map(|line| serde_json::from_value(line).unwrap()).collect();
    let names: Vec<&str> = back.iter().map(|finding| finding.place.name.as_str()).collect();
    assert_eq!(names, ["train_data", "größe", "n_rows", "loss", "total"]);
}

#[test]
fn sarif_shows_the_most_certain_and_says_so() {
    let many: Vec<Finding> =
        (0..5_002).map(|n| finding(&format!("{n}.ipynb"), "x", "1", f64::from(n) / 10_000.0)).collect();
    let log: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif, &many, false)).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    assert_eq!(results[0]["rank"], 50.0);
    let lowest = results[4_999]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(lowest, "2.ipynb");
    let notice = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].clone();
    assert_eq!(notice, "5002 findings; the 5000 of highest score are in this file");
}

/// The names of the findings, in the order in which a format tells them.
fn names_in_order(report: &str, findings: &[Finding]) -> Vec<String> {
    let mut places: Vec<(usize, &str)> = findings
        .iter()
        .map(|finding| (report.find(&finding.fingerprint[..8]).unwrap(), finding.place.name.as_str()))
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, name)| name.to_owned()).collect()
}

#[test]
fn every_format_has_the_same_findings_in_the_same_order() {
    let findings: Vec<Finding> = (0..40)
        .map(|n| {
            let path = format!("{}.ipynb", n * 7 % 5);
            let mut one = finding(&path, &format!("name_{n}"), "1", f64::from(n * 13 % 40) / 40.0);
            one.place.row = n as u32 * 11 % 40;
            one.message = format!("{} {}", one.message, one.fingerprint);
            one
        })
        .collect();
    for order in Order::ALL {
        let options = Options { order, ..Options::default() };
        let told = |format: Format| {
            let mut out = Vec::new();
            write(format, &findings, &options, &mut out).unwrap();
            names_in_order(&String::from_utf8(out).unwrap(), &findings)
        };
        let expected = told(Format::Jsonl);
        assert_eq!(expected.len(), 40);
        for format in Format::ALL {
            assert_eq!(told(format), expected, "{format} {}", order.as_str());
        }
    }
}

#[test]
fn an_explanation_says_everything() {
    let findings = findings();
    let mut out = Vec::new();
    explain(&findings[0], &Options::default(), &mut out).unwrap();
    explain(&findings[2], &Options::default(), &mut out).unwrap();
    insta::assert_snapshot!("explanation", String::from_utf8(out).unwrap());
}

#[test]
fn a_page_shows_the_code_around_and_how_it_went() {
    let findings = findings();
    let mut background = Background::of(&findings);
    let script = serde_json::json!({"schema": "script/1", "id": "abc",
        "code": "# %% [cell 3]\na = 1\nb = '</script><script>alert(1)</script>'\n",
        "cells": [{"cell": 3, "cell_id": "", "execution_count": -1, "first_row": 11, "last_row": 12,
                   "physical_lines": [47, 48], "has_error": false}]});
    let code = script["code"].as_str().unwrap();
    let script = script.to_string().replace(
        &serde_json::to_string(code).unwrap(),
        &serde_json::to_string(&format!("{}{code}", "\n".repeat(9))).unwrap(),
    );
    // Its first key must be the schema, as in our streams.
    assert!(script.starts_with("{\"schema\""));
    background.take(script.as_bytes()).unwrap();
    for line in std::fs::read_to_string("../../fixtures/records/run.jsonl").unwrap().lines() {
        background.take(line.as_bytes()).unwrap();
    }
    for line in std::fs::read_to_string("../../fixtures/records/metric.jsonl").unwrap().lines() {
        background.take(line.as_bytes()).unwrap();
    }
    background.types.insert("int".to_owned(), 7);
    background.judged = vec![(0.9, true), (0.4, false), (0.6, true)];
    let options = Options { background, ..Options::default() };
    let mut out = Vec::new();
    write(Format::Html, &findings, &options, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("b = &#x27;&lt;&#x2f;script&gt;"), "the code is there, as text");
    assert_eq!(page.matches("<script").count(), 1, "our own alone");
    for title in
        ["How the notebooks ran", "Cells", "Types of the values", "How the model learned", "Calibration"]
    {
        assert!(page.contains(&format!("<figcaption>{title}</figcaption>")), "{title}");
    }
    assert!(page.contains("Precision over recall"));
}

#[test]
fn the_page_does_not_grow_with_a_huge_value() {
    let oversized = finding("a.ipynb", "text", &"x</script>\u{202e}".repeat(100_000), 0.9);
    let page = rendered(Format::Html, &[oversized], false);
    assert!(page.len() < 100_000, "{}", page.len());
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn a_fix_of_a_file_is_a_fix_of_sarif() {
    let fixes = |path: &str| {
        let mut found = finding(path, "n_rows", "'many'", 0.9);
        found.fix = vec![Edit { start: 7, end: 9, replacement: "3".to_owned() }];
        let log: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif, &[found], false)).unwrap();
        log["runs"][0]["results"][0].get("fixes").cloned()
    };
    let expected = serde_json::json!([{"artifactChanges": [{
        "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
        "replacements": [{"deletedRegion": {"byteOffset": 7, "byteLength": 2}, "insertedContent": {"text": "3"}}],
    }]}]);
    assert_eq!(fixes("a.py"), Some(expected));
    assert_eq!(fixes("a.ipynb"), None, "the bytes of a notebook's script are not those of its file");
}

/// What GitHub's and GitLab's documentation demand of a file, beyond being JSON.
#[test]
fn sarif_and_gitlab_keep_their_rules() {
    let log: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif, &findings(), false)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"].as_array().unwrap()[0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why is this bad"));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.starts_with('/') && !uri.contains(' '), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!((0.0..=100.0).contains(&result["rank"].as_f64().unwrap()));
        assert_eq!(result["partialFingerprints"].as_object().unwrap().len(), 1);
    }
    let issues: Vec<serde_json::Value> =
        serde_json::from_str(&rendered(Format::Gitlab, &findings(), false)).unwrap();
    let mut fingerprints = std::collections::BTreeSet::new();
    for issue in &issues {
        for field in ["description", "check_name", "fingerprint"] {
            assert!(!issue[field].as_str().unwrap().is_empty());
        }
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
        );
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with("./"));
        assert!(fingerprints.insert(issue["fingerprint"].to_string()), "twice the same");
    }
}
