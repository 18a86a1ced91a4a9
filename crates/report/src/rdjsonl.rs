//! `rdjsonl`: diagnostics of reviewdog, one a line.

use std::io::{self, Write};

use records::Finding;
use serde_json::json;

use crate::{Error, Options, Render, physical_line, placed_message};

/// One diagnostic a finding.
pub struct Diagnostics;

impl Render for Diagnostics {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        for finding in findings {
            let diagnostic = json!({
                "message": placed_message(finding),
                "location": {"path": finding.head.path, "range": {"start": {"line": physical_line(finding)}}},
                "severity": "WARNING",
                "source": {"name": "nalin"},
                "code": {"value": finding.rule},
            });
            serde_json::to_writer(&mut *out, &diagnostic).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
