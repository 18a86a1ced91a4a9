//! `csv`: a table for spreadsheets and data frames.

use std::borrow::Cow;
use std::io::{self, Write};

use records::{Alternative, Finding, table_cell};

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
            let site = &finding.site;
            let row = [
                Cow::from(format!("{:.4}", finding.score)),
                finding.rule.code().into(),
                table_cell(&finding.head.path),
                table_cell(&finding.head.repo),
                site.cell.to_string().into(),
                site.line.to_string().into(),
                site.column.to_string().into(),
                site.physical_line.to_string().into(),
                table_cell(&site.name),
                table_cell(&finding.value.type_name),
                table_cell(&finding.type_class),
                finding.value.len.to_string().into(),
                table_cell(&finding.value.text),
                table_cell(&finding.message),
                joined(&finding.usual_types),
                joined(&finding.better_names),
                finding.fingerprint.as_str().into(),
            ];
            table.write_record(row.iter().map(|cell| cell.as_bytes())).map_err(io::Error::from)?;
        }
        table.flush()?;
        Ok(())
    }
}

fn joined(alternatives: &[Alternative]) -> Cow<'static, str> {
    let texts: Vec<String> = alternatives
        .iter()
        .map(|alternative| format!("{} {:.2}", alternative.text, alternative.share))
        .collect();
    table_cell(&texts.join("; ")).into_owned().into()
}
