//! `gitlab`: a code quality report, of which GitLab reads a part, with all that Code Climate's format asks for.

use std::io::{self, Write};

use records::Finding;
use serde_json::json;

use crate::{Error, Harm, Options, Render, Rule, physical_line, placed_message};

/// One array of issues.
pub struct CodeQuality;

impl Render for CodeQuality {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let issues: Vec<serde_json::Value> = findings
            .iter()
            .map(|finding| {
                let line = physical_line(finding);
                json!({
                    "type": "issue",
                    "description": placed_message(finding),
                    "check_name": finding.rule,
                    "categories": [category(finding)],
                    "fingerprint": finding.fingerprint,
                    "severity": if finding.score >= 0.9 { "major" } else { "minor" },
                    "location": {"path": finding.head.path, "lines": {"begin": line, "end": line}},
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &issues).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

/// What Code Climate calls the harm.
fn category(finding: &Finding) -> &'static str {
    match Rule::of(&finding.rule).map(|rule| rule.harm) {
        Some(Harm::Clarity) => "Clarity",
        Some(Harm::Bug) | None => "Bug Risk",
    }
}
