//! `html`: the findings as one page.
//!
//! Everything is there without a script; the one inside filters, sorts and marks. The page's policy lets run
//! that script alone, known by its hash, so that a value of a notebook could not run even if it came through.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use records::{Evidence, Finding, HeldValue, escape, first_chars};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::chart::{Series, bars, calibration, lines, precision_recall};
use crate::text::usually;
use crate::{Background, Chart, Error, Options, Render, Rule, Subject, page, rules};

/// The page, made from `page.html` and `page.js`.
pub struct Page;

const SCRIPT: &str = include_str!("page.js");
/// Bars of the chart of scores.
const BARS: usize = 10;
/// Classes of types in their chart.
const MOST_TYPES: usize = 12;
/// A value is cut to this many characters.
const MOST_CHARS: usize = 2_000;
/// Few findings are shown open.
const OPEN: usize = 3;

#[derive(Serialize)]
struct View<'a> {
    total: usize,
    /// Whether it is names and values that are told of, not cells that will fail.
    names: bool,
    threshold: String,
    findings: Vec<Row<'a>>,
    notebooks: Vec<Notebook<'a>>,
    charts: Vec<Chart>,
    rules: Vec<RuleView>,
    marks: [(&'static str, &'static str); 4],
    made_by: String,
    script: &'static str,
    script_hash: String,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    fingerprint: String,
    short: String,
    code: &'a str,
    score: String,
    exact: f64,
    message: String,
    path: String,
    exact_path: &'a str,
    cell: u32,
    line: u32,
    physical_line: u32,
    name: String,
    exact_name: &'a str,
    type_name: String,
    size: String,
    value: String,
    usually: String,
    weighed: String,
    better: String,
    text: String,
    code_lines: Vec<CodeLine>,
    open: bool,
}

#[derive(Serialize)]
struct CodeLine {
    number: u32,
    text: String,
    here: bool,
}

#[derive(Serialize)]
struct Notebook<'a> {
    #[serde(skip)]
    key: &'a str,
    path: String,
    first: String,
    count: usize,
    worst: String,
    #[serde(skip)]
    score: f64,
}

#[derive(Serialize)]
struct RuleView {
    code: &'static str,
    name: &'static str,
    summary: &'static str,
}

impl Render for Page {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let open = findings.len() <= OPEN;
        let rule = |rule: &Rule| RuleView { code: rule.code, name: rule.name, summary: rule.summary };
        let view = View {
            total: findings.len(),
            threshold: format!("{:.2}", options.threshold),
            findings: findings.iter().map(|finding| row(finding, &options.background, open)).collect(),
            notebooks: notebooks(findings),
            charts: charts(findings, &options.background),
            rules: rules::about(options.subject).into_iter().map(rule).collect(),
            names: options.subject == Subject::Names,
            marks: [
                ("right", "right"),
                ("wrong_value", "wrong value"),
                ("misleading_name", "misleading name"),
                ("false_alarm", "false alarm"),
            ],
            made_by: format!("nalin {}", options.version),
            script: SCRIPT,
            script_hash: format!("sha256-{}", STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()))),
        };
        out.write_all(page(include_str!("page.html"), &view)?.as_bytes())?;
        Ok(())
    }
}

fn row<'a>(finding: &'a Finding, background: &Background, open: bool) -> Row<'a> {
    let place = &finding.place;
    let nothing = HeldValue::default();
    let value = &finding.held().unwrap_or(&nothing).value;
    let size = match (&value.shape[..], value.len) {
        ([], ..0) => String::new(),
        ([], len) => format!(", length {len}"),
        (shape, _) => {
            format!(", shape {}", shape.iter().map(i64::to_string).collect::<Vec<_>>().join(" × "))
        }
    };
    let weighed = |one: &Evidence| {
        format!(
            "{} {:+.2} (without it the score is {:.2})",
            visible(&one.text),
            one.share,
            finding.score - one.share
        )
    };
    Row {
        id: visible(&finding.id),
        fingerprint: visible(&finding.fingerprint),
        short: finding.fingerprint.chars().take(8).collect(),
        code: &finding.rule,
        score: format!("{:.2}", finding.score),
        exact: finding.score,
        message: cut(&visible(&finding.message)),
        path: visible(&finding.head.path),
        exact_path: &finding.head.path,
        cell: place.cell,
        line: place.line,
        physical_line: place.physical_line,
        name: visible(&place.name),
        exact_name: &place.name,
        type_name: visible(&value.type_name),
        size,
        value: lines_of(&cut(&value.text)),
        usually: usually(finding, &visible),
        weighed: finding.evidence_of("weighed").map(weighed).collect::<Vec<_>>().join("; "),
        better: listed_names(finding),
        text: cut(&visible(&format!(
            "{} {} {} {} {}",
            place.name, value.type_name, finding.head.path, finding.rule, finding.message
        )))
        .to_lowercase(),
        code_lines: code_lines(finding, background),
        open,
    }
}

fn listed_names(finding: &Finding) -> String {
    let name = |one: &Evidence| format!("{} (score {:.2})", visible(&one.text), 1.0 - one.share);
    finding.evidence_of("better_name").map(name).collect::<Vec<_>>().join(", ")
}

/// The code around the statement, or the statement alone.
fn code_lines(finding: &Finding, background: &Background) -> Vec<CodeLine> {
    let place = &finding.place;
    let tall = place.text.lines().count().max(1) as u32;
    let line = |(number, text): (u32, &str)| CodeLine {
        number,
        text: visible(&cut(text)),
        here: (place.line..place.line + tall).contains(&number),
    };
    let snippet = background.snippet(finding);
    if snippet.is_empty() {
        return (place.line..).zip(place.text.lines()).map(line).collect();
    }
    snippet.iter().map(|(number, text)| line((*number, text))).collect()
}

/// What turns text round or drives a terminal is spelled out.
fn visible(text: &str) -> String {
    escape(text).into_owned()
}

/// Line breaks of a value are welcome.
fn lines_of(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn cut(text: &str) -> String {
    match first_chars(text, MOST_CHARS) {
        whole if whole.len() == text.len() => text.to_owned(),
        start => format!("{start}… ({} characters in all)", text.chars().count()),
    }
}

/// The notebooks, the one with the most certain finding first.
fn notebooks<'a>(findings: &[&'a Finding]) -> Vec<Notebook<'a>> {
    let mut notebooks: BTreeMap<&str, Notebook<'a>> = BTreeMap::new();
    for finding in findings {
        let one = notebooks.entry(&finding.head.path).or_insert_with(|| Notebook {
            key: &finding.head.path,
            path: visible(&finding.head.path),
            first: visible(&finding.fingerprint),
            count: 0,
            worst: String::new(),
            score: 0.0,
        });
        one.count += 1;
        one.score = one.score.max(finding.score);
        one.worst = format!("{:.2}", one.score);
    }
    let mut notebooks: Vec<_> = notebooks.into_values().collect();
    notebooks.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key.cmp(b.key)));
    notebooks
}

fn charts(findings: &[&Finding], background: &Background) -> Vec<Chart> {
    let mut charts = Vec::new();
    let mut add = |title, svg, note| charts.push(Chart { title, svg, note });
    if findings.len() > OPEN {
        add("Findings by score", bars("Findings by score", &by_score(findings)), String::new());
    }
    if !background.outcomes.is_empty() {
        let rows: Vec<_> = background.outcomes.iter().map(|(name, n)| (name.clone(), *n as f64)).collect();
        let missing: Vec<String> = largest(&background.missing_modules, 5)
            .into_iter()
            .map(|(name, n)| format!("{} {n}", visible(&name)))
            .collect();
        let note = if missing.is_empty() {
            String::new()
        } else {
            format!("Missing modules: {}", missing.join(", "))
        };
        add("How the notebooks ran", bars("How the notebooks ran", &rows), note);
        let [ok, failed, skipped] = background.cells;
        let rows = [("ran", ok), ("failed", failed), ("never began", skipped)];
        let rows = rows.map(|(name, n)| (name.to_owned(), n as f64));
        let [sites, reached] = background.sites;
        let note = format!("{reached} of {sites} places with a name to watch were reached");
        add("Cells", bars("Cells", &rows), note);
    }
    if !background.types.is_empty() {
        let rows: Vec<_> =
            largest(&background.types, MOST_TYPES).into_iter().map(|(name, n)| (name, n as f64)).collect();
        add("Types of the values", bars("Types of the values", &rows), String::new());
    }
    if let Some(svg) = learning(background) {
        let note = "On the validation part, epoch by epoch; loss is cut at 1".to_owned();
        add("How the model learned", svg, note);
    }
    let curve = precision_recall(&background.judged);
    if !curve.is_empty() {
        let note = format!("{} values whose truth is known", background.judged.len());
        let series = [Series { name: "precision".to_owned(), points: curve }];
        add(
            "Precision over recall",
            lines("Precision over recall", ("recall", "precision"), (0.0, 1.0), &series),
            note,
        );
        let series = [
            Series { name: "share that does not fit".to_owned(), points: calibration(&background.judged) },
            Series { name: "as it should be".to_owned(), points: vec![(0.0, 0.0), (1.0, 1.0)] },
        ];
        let svg = lines("Calibration", ("score", "share that does not fit"), (0.0, 1.0), &series);
        add("Calibration", svg, String::new());
    }
    charts
}

fn by_score(findings: &[&Finding]) -> Vec<(String, f64)> {
    let mut counts = [0_u32; BARS];
    for finding in findings {
        counts[((finding.score * BARS as f64) as usize).min(BARS - 1)] += 1;
    }
    let label = |at: usize| format!("{:.1} to {:.1}", at as f64 / BARS as f64, (at + 1) as f64 / BARS as f64);
    let bars = counts.iter().enumerate().map(|(at, n)| (label(at), f64::from(*n)));
    bars.rev().skip_while(|(_, n)| *n == 0.0).collect()
}

fn largest(counts: &BTreeMap<String, u64>, most: usize) -> Vec<(String, u64)> {
    let mut rows: Vec<_> = counts.iter().map(|(name, n)| (name.clone(), *n)).collect();
    rows.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    rows.truncate(most);
    rows
}

/// Loss, F1 and AUC of the validation part by epoch; of the first model that has epochs.
fn learning(background: &Background) -> Option<String> {
    let epochs = background.metrics.iter().filter(|metric| metric.phase == "epoch");
    let first = epochs.clone().next()?;
    let series = |(name, split, measure): (&str, &str, &str)| Series {
        name: name.to_owned(),
        points: epochs
            .clone()
            .filter(|metric| metric.model == first.model && metric.fold == first.fold)
            .filter(|metric| metric.split == split && metric.group.is_empty() && metric.measure == measure)
            .map(|metric| (metric.epoch as f64, metric.value))
            .collect(),
    };
    let series: Vec<Series> = [
        ("loss on what it learns from", "train", "loss"),
        ("loss", "valid", "loss"),
        ("F1", "valid", "f1"),
        ("AUC", "valid", "auc"),
    ]
    .into_iter()
    .map(series)
    .filter(|series| !series.points.is_empty())
    .collect();
    let last = series.iter().flat_map(|series| &series.points).map(|point| point.0).fold(1.0, f64::max);
    (!series.is_empty())
        .then(|| lines("How the model learned", ("epoch", "figure"), (1.0, last.max(1.5)), &series))
}
