//! `html`: one page that stands alone, without scripts, fonts or pictures from elsewhere.

use std::io::Write;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use records::{Alternative, Finding, escape};
use serde::Serialize;

use crate::{Error, Options, Render, rules};

/// The page, made from `page.html`.
pub struct Page;

/// Bars of the chart of scores.
const BARS: usize = 20;

#[derive(Serialize)]
struct View<'a> {
    notebooks: Vec<Notebook<'a>>,
    bars: Vec<Bar>,
    total: usize,
    threshold: String,
    version: &'a str,
    rules: [(&'static str, &'static str, &'static str); 2],
}

#[derive(Serialize)]
struct Notebook<'a> {
    path: String,
    findings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,

    score: String,

    message: String,
    cell: u32,
    line: u32,
    name: String,
    statement: String,
    type_name: String,
    value: String,
    usual_types: Vec<(String, String)>,
    better_names: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Bar {
    x: usize,
    height: f64,
    label: String,
    count: usize,
}

impl Render for Page {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_template("page.html", include_str!("page.html"))?;
        let view = View {
            notebooks: notebooks(findings),
            bars: bars(findings),
            total: findings.len(),
            threshold: format!("{:.2}", options.threshold),
            version: &options.version,
            rules: rules::ALL.map(|rule| (rule.code(), rule.name(), rules::summary(rule))),
        };
        let page = environment.get_template("page.html")?.render(Serde(&view))?;
        out.write_all(page.as_bytes())?;
        Ok(())
    }
}

/// Findings by notebook, in the order of each notebook's first.
fn notebooks<'a>(findings: &[&'a Finding]) -> Vec<Notebook<'a>> {
    let mut notebooks: Vec<Notebook<'a>> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for finding in findings {
        let place = *places.entry(finding.path.as_str()).or_insert_with(|| {
            notebooks.push(Notebook { path: visible(&finding.path), findings: Vec::new() });
            notebooks.len() - 1
        });
        notebooks[place].findings.push(row(finding));
    }
    notebooks
}

fn row(finding: &Finding) -> Row<'_> {
    Row {
        code: finding.rule.code(),

        score: format!("{:.2}", finding.score),

        message: visible(&finding.message),
        cell: finding.site.cell,
        line: finding.site.line,
        name: visible(&finding.site.name),
        // Line breaks in code are welcome, what turns text round is not.
        statement: finding.site.text.lines().map(visible).collect::<Vec<_>>().join("\n"),
        type_name: visible(&finding.value.type_name),
        value: finding.value.text.lines().map(visible).collect::<Vec<_>>().join("\n"),
        usual_types: shares(&finding.usual_types),
        better_names: shares(&finding.better_names),
    }
}

fn visible(text: &str) -> String {
    escape(text).into_owned()
}

fn shares(alternatives: &[Alternative]) -> Vec<(String, String)> {
    alternatives.iter().map(|a| (visible(&a.text), format!("{:.0} %", a.share * 100.0))).collect()
}

/// How many findings have which score.
fn bars(findings: &[&Finding]) -> Vec<Bar> {
    let mut counts = [0_usize; BARS];
    for finding in findings {
        let place = (finding.score * BARS as f64) as usize;
        counts[place.min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(place, count): (usize, usize)| Bar {
        x: place * 16,
        height: (count as f64 * 60.0 / most as f64 * 10.0).round() / 10.0,
        label: format!("{:.2}–{:.2}", place as f64 / BARS as f64, (place + 1) as f64 / BARS as f64),
        count,
    };
    counts.into_iter().enumerate().map(bar).collect()
}
