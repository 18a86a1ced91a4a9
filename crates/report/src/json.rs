//! `jsonl` and `json`: the finding records themselves.

use std::io::{self, Write};

use records::Finding;

use crate::{Error, Options, Render};

/// One record a line.
pub struct Lines;

/// One array, a record a line.
pub struct Array;

impl Render for Lines {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        for finding in findings {
            serde_json::to_writer(&mut *out, finding).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

impl Render for Array {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        out.write_all(b"[")?;
        for (number, finding) in findings.iter().enumerate() {
            out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, finding).map_err(io::Error::from)?;
        }
        out.write_all(b"\n]\n")?;
        Ok(())
    }
}
