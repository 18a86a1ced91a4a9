//! `csv`: a table for spreadsheets and data frames.

use std::borrow::Cow;
use std::io::{self, Write};

use records::{Finding, HeldValue, table_cell};

use crate::{Error, Options, Render};

/// One row a finding, after a row of headings.
pub struct Table;

const HEADINGS: [&str; 17] = [
    "score",
    "rule",
    "path",
    "repo",
    "cell",
    "line",
    "column",
    "physical_line",
    "name",
    "type",
    "type_class",
    "len",
    "value",
    "message",
    "usual_types",
    "better_names",
    "fingerprint",
];

impl Render for Table {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(HEADINGS).map_err(io::Error::from)?;
        for finding in findings {
            let place = &finding.place;
            let held = finding.held();
            let of_value =
                |text: fn(&HeldValue) -> &str| held.map_or(Cow::from(""), |held| table_cell(text(held)));
            let row = [
                Cow::from(format!("{:.4}", finding.score)),
                finding.rule.as_str().into(),
                table_cell(&finding.head.path),
                table_cell(&finding.head.repo),
                place.cell.to_string().into(),
                place.line.to_string().into(),
                place.column.to_string().into(),
                place.physical_line.to_string().into(),
                table_cell(&place.name),
                of_value(|held| &held.value.type_name),
                of_value(|held| &held.type_class),
                held.map_or(String::new(), |held| held.value.len.to_string()).into(),
                of_value(|held| &held.value.text),
                table_cell(&finding.message),
                joined(finding, "usual_type"),
                joined(finding, "better_name"),
                finding.fingerprint.as_str().into(),
            ];
            table.write_record(row.iter().map(|cell| cell.as_bytes())).map_err(io::Error::from)?;
        }
        table.flush()?;
        Ok(())
    }
}

fn joined(finding: &Finding, kind: &str) -> Cow<'static, str> {
    let evidence = finding.evidence_of(kind);
    let texts: Vec<String> = evidence.map(|one| format!("{} {:.2}", one.text, one.share)).collect();
    table_cell(&texts.join("; ")).into_owned().into()
}
