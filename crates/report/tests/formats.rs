//! Every format with hostile names, values and paths, as snapshots.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use records::{Alternative, Finding, Record as _, Rule, Site, Value};
use report::{Format, Options, write};

fn finding(path: &str, name: &str, text: &str, score: f64) -> Finding {
    Finding {
        schema: Finding::SCHEMA.to_owned(),
        fingerprint: records::id_of([path, name]),
        rule: Rule::ValueDoesNotFit,
        score,
        message: format!("`{name}` holds a str, {text}"),
        notebook: "abc".to_owned(),
        path: path.to_owned(),
        repo: "owner/repo".to_owned(),
        site: Site {
            name: name.to_owned(),
            kind: "assign".to_owned(),
            cell: 3,
            line: 2,
            column: 1,
            row: 12,
            physical_line: 48,
            scope: String::new(),
            text: format!("{name} = {text}"),
        },
        value: Value { type_name: "str".to_owned(), len: 4, text: text.to_owned(), ..Value::default() },
        type_class: "str".to_owned(),
        usual_types: Vec::new(),
        better_names: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    let mut plain = finding("shop/orders.ipynb", "n_rows", "'many'", 0.75);
    plain.usual_types = vec![
        Alternative { text: "int".to_owned(), share: 0.96 },
        Alternative { text: "float".to_owned(), share: 0.04 },
    ];
    let mut named = finding("shop/orders.ipynb", "train_data", "'a.csv'", 0.99);
    named.rule = Rule::MisleadingName;
    named.better_names = vec![Alternative { text: "train_path".to_owned(), share: 0.5 }];
    let mut hostile = finding(
        "a b,c:d/%/\u{202e}<script>.ipynb",
        "größe",
        "=cmd|'/c calc'!A1\n::error file=x::y\r\u{1b}[31m\u{202e}</script><script>alert(1)</script>\"&[a](http://b)",
        0.9,
    );
    hostile.site.physical_line = 0;
    let formula = finding("shop/a.ipynb", "total", "=1+1", 0.5);
    let number = finding("shop/a.ipynb", "loss", "-1.5", 0.5);
    vec![plain, named, hostile, formula, number]
}

fn rendered(format: Format, findings: &[Finding], colour: bool) -> String {
    let options = Options { colour, version: "0.1.0".to_owned(), threshold: 0.5 };
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
    assert!(reports[reports.len() - 1].contains("<h1>0 findings</h1>"));
}

#[test]
fn colour_only_when_told() {
    let coloured = rendered(Format::Text, &findings()[..1], true);
    assert!(coloured.contains("\u{1b}[31mNAL001\u{1b}[0m"), "{coloured:?}");
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
    let names: Vec<&str> = back.iter().map(|finding| finding.site.name.as_str()).collect();
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
