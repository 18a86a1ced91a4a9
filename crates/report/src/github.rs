//! `github`: workflow commands, which GitHub Actions turns into annotations.

use std::io::Write;

use records::{Finding, escape};

use crate::{Error, Options, Render, physical_line, placed_message, rules};

/// One `::warning` command a finding.
pub struct Annotations;

impl Render for Annotations {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        for finding in findings {
            writeln!(
                out,
                "::warning file={},line={},title={}::{}",
                property(&finding.head.path),
                physical_line(finding),
                property(&format!("{} {}", finding.rule, rules::name(&finding.rule))),
                data(&placed_message(finding)),
            )?;
        }
        Ok(())
    }
}

/// Escapes the text of a command as the runner expects it.
fn data(text: &str) -> String {
    escape(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
