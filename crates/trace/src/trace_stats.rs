//! `trace-stats`: how many programs, events, values there are in a corpus of traces, and what they take.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use filter::{Line, Output, Stage};
use records::{Outcome, Record as _, TraceEvent, TraceStat, escape, table_cell};
use report::{Chart, bars};

use crate::program::{Program, is_opaque, type_of};
use crate::statements::Statements;

/// Count: programs by outcome, events by kind, changes by type of value, lines, and how much of it is opaque.
///
/// Reads trace/1 records; run/1 records say nothing. Writes a table for people, or one trace-stat/1 record a figure
/// (`--format jsonl`), or the same as CSV.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of trace/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// What is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,

    /// Draw the events by kind and the changes by type as bars into FILE, a page
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: what is in a packed corpus:
  trace-cat runs.ntrace | trace-stats";

/// What is written.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    #[default]
    Text,
    /// trace-stat/1 records.
    Jsonl,
    /// A table for programs.
    Csv,
}

/// What is counted of one program, or of many.
#[derive(Clone, Debug, Default)]
struct Counts {
    by: BTreeMap<(&'static str, String), u64>,
    events_of: Vec<u64>,
}

impl Counts {
    fn add(&mut self, group: &'static str, name: impl Into<String>, n: u64) {
        *self.by.entry((group, name.into())).or_default() += n;
    }

    fn get(&self, group: &'static str, name: &str) -> u64 {
        self.by.get(&(group, name.to_owned())).copied().unwrap_or(0)
    }

    fn of(program: &Program, bytes: usize) -> Self {
        let mut counts = Self::default();
        let trace = &program.trace;
        counts.add("programs", "all", 1);
        counts.add("programs", outcome(trace.outcome), 1);
        counts.add("programs", "truncated", u64::from(trace.truncated));
        counts.add("programs", "with_exception", u64::from(!trace.exception.is_empty()));
        counts.add("engines", records::escape(&trace.engine), 1);
        counts.add("events", "all", program.events.len() as u64);
        let (mut changes, mut opaque) = (0, 0);
        for event in &program.events {
            let (kind, made) = kind_of(event);
            counts.add("events", kind, 1);
            for change in made {
                let kind = type_of(program.value(change.value));
                let shown = if KNOWN.contains(&kind) { kind } else { "other" };
                counts.add("changes", if kind.is_empty() { "deleted" } else { shown }, 1);
                changes += 1;
                opaque += u64::from(is_opaque(program.value(change.value)));
            }
        }
        counts.add("changes", "all", changes);
        counts.add("changes", "opaque", opaque);
        counts.add("programs", "mostly_opaque", u64::from(2 * opaque > changes));
        counts.add("size", "names", trace.names.len() as u64);
        counts.add("size", "values", trace.values.len() as u64);
        counts.add("size", "lines", u64::from(Statements::of(&trace.code).n_lines()));
        counts.add("size", "code_bytes", trace.code.len() as u64);
        counts.add("size", "stdout_bytes", trace.stdout.len() as u64);
        counts.add("size", "record_bytes", bytes as u64 + 1);
        counts.events_of.push(program.events.len() as u64);
        counts
    }

    fn merge(&mut self, other: Self) {
        for ((group, name), n) in other.by {
            self.add(group, name, n);
        }
        self.events_of.extend(other.events_of);
    }

    /// All figures, group by group.
    fn figures(mut self) -> Vec<TraceStat> {
        let programs = self.get("programs", "all");
        if programs == 0 {
            return Vec::new();
        }
        let share = |of: u64, all: u64| of as f64 / all.max(1) as f64;
        let mut derived = vec![
            ("changes", "opaque_share", share(self.get("changes", "opaque"), self.get("changes", "all"))),
            ("size", "bytes_an_event", share(self.get("size", "record_bytes"), self.get("events", "all"))),
            ("size", "events_a_program", share(self.get("events", "all"), programs)),
            ("size", "lines_a_program", share(self.get("size", "lines"), programs)),
        ];
        self.events_of.sort_unstable();
        for (name, percent) in [
            ("events_median", 50),
            ("events_90_percent", 90),
            ("events_99_percent", 99),
            ("events_most", 100),
        ] {
            let at = (self.events_of.len() * percent).div_ceil(100).max(1) - 1;
            derived.push(("size", name, self.events_of[at] as f64));
        }
        let counted = self.by.into_iter().map(|((group, name), n)| (group, name, n as f64));
        let derived = derived.into_iter().map(|(group, name, value)| (group, name.to_owned(), value));
        let mut all: Vec<_> = counted.chain(derived).collect();
        // Within a group the sum first, then the largest.
        let place = |group: &str| GROUPS.iter().position(|it| *it == group);
        all.sort_by(|a, b| {
            (place(a.0), a.1 != "all").cmp(&(place(b.0), b.1 != "all")).then_with(|| match a.0 {
                "size" => a.1.cmp(&b.1),
                _ => b.2.total_cmp(&a.2).then_with(|| a.1.cmp(&b.1)),
            })
        });
        let figure = |(group, name, value): (&str, String, f64)| TraceStat {
            schema: TraceStat::SCHEMA.to_owned(),
            group: group.to_owned(),
            name,
            value,
        };
        all.into_iter().map(figure).collect()
    }
}

const GROUPS: [&str; 5] = ["programs", "engines", "events", "changes", "size"];

/// Types that are counted by name.
const KNOWN: [&str; 13] = [
    "int", "float", "bool", "str", "bytes", "NoneType", "list", "tuple", "set", "dict", "function", "type",
    "module",
];

fn outcome(outcome: Outcome) -> String {
    serde_json::to_value(outcome).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

fn kind_of(event: &TraceEvent) -> (&'static str, &[records::Change]) {
    match event {
        TraceEvent::Line { changes, .. } => ("line", changes),
        TraceEvent::Changes(changes) => ("changes", changes),
        TraceEvent::Call { parameters, .. } => ("call", parameters),
        TraceEvent::Return(_) => ("return", &[]),
        TraceEvent::Raise(_) => ("raise", &[]),
        TraceEvent::Unwind => ("unwind", &[]),
        TraceEvent::Yield(_) => ("yield", &[]),
        TraceEvent::Resume(_) => ("resume", &[]),
        TraceEvent::Output(_) => ("output", &[]),
        TraceEvent::Elided => ("elided", &[]),
    }
}

/// Counts.
///
/// # Errors
/// A malformed record.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let input = stage.input(args.inputs.clone());
    let mut counts = Counts::default();
    let look = |line: &Line| {
        let program = Program::read(line)?;
        Ok(program.map(|program| Counts::of(&program, line.bytes.len())))
    };
    stage.fold_lines(input, look, |found, _| {
        if let Some(found) = found {
            counts.merge(found);
        }
        Ok(())
    })?;
    let figures = counts.figures();
    if let Some(path) = &args.chart {
        let mut output = Output::create(path)?;
        output.write(page(&figures)?.as_bytes())?;
        output.finish()?;
    }
    match args.format {
        Format::Jsonl => figures.iter().try_for_each(|figure| stage.write(figure)),
        Format::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(["group", "name", "value"])?;
            for it in &figures {
                table.write_record([
                    &*table_cell(&it.group),
                    &*table_cell(&it.name),
                    &it.value.to_string(),
                ])?;
            }
            stage.write_bytes(&table.into_inner().context("cannot write a table")?)
        }
        Format::Text => stage.write_bytes(text(&figures).as_bytes()),
    }
}

fn text(figures: &[TraceStat]) -> String {
    let mut text = String::new();
    let mut group = "";
    for it in figures {
        if it.group != group {
            group = &it.group;
            text.push_str(&format!("{}{group}\n", if text.is_empty() { "" } else { "\n" }));
        }
        let value = if it.value.fract() == 0.0 { it.value.to_string() } else { format!("{:.3}", it.value) };
        text.push_str(&format!("  {:<18} {value:>12}\n", escape(&it.name).replace('_', " ")));
    }
    text
}

/// A page of bars: programs, events and changes.
fn page(figures: &[TraceStat]) -> Result<String> {
    let rows = |group: &str| -> Vec<(String, f64)> {
        let these =
            figures.iter().filter(|it| it.group == group && it.name != "all" && it.name != "opaque_share");
        these.map(|it| (it.name.replace('_', " "), it.value)).collect()
    };
    let chart = |title: &'static str| Chart { title, svg: bars(title, &rows(title)), note: String::new() };
    let charts = ["programs", "events", "changes"].map(chart);
    let view = serde_json::json!({
        "title": "Traces",
        "made_by": concat!("trace-stats ", env!("CARGO_PKG_VERSION")),
        "charts": charts,
    });
    Ok(report::page(TEMPLATE, &view)?)
}

/// The page has nothing but charts.
const TEMPLATE: &str =
    "{% extends \"shell.html\" %}{% block main %}{% include \"charts.html\" %}{% endblock %}";

filter::filter!(Args, "trace-stats", run);

#[cfg(test)]
mod tests {
    use super::{Counts, text};
    use crate::samples::recorded;

    #[test]
    fn figures_are_those_of_the_programs() {
        let mut counts = Counts::default();
        for program in recorded() {
            counts.merge(Counts::of(&program, 99));
        }
        let figures = counts.figures();
        let figure = |group: &str, name: &str| {
            figures.iter().find(|it| it.group == group && it.name == name).map_or(-1.0, |it| it.value)
        };
        assert_eq!((figure("programs", "all"), figure("programs", "with_exception")), (7.0, 1.0));
        let events: usize = recorded().iter().map(|program| program.events.len()).sum();
        assert_eq!(figure("events", "all"), events as f64);
        let kinds: f64 =
            figures.iter().filter(|it| it.group == "events" && it.name != "all").map(|it| it.value).sum();
        assert_eq!(kinds, events as f64);
        assert_eq!((figure("changes", "deleted"), figure("changes", "list")), (2.0, 1.0));
        assert_eq!(figure("size", "bytes_an_event"), 700.0 / events as f64);
        assert!(figure("size", "events_median") <= figure("size", "events_most"));
        assert!(text(&figures).starts_with("programs\n  all "));
        assert!(Counts::default().figures().is_empty());
    }
}
