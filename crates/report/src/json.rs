//! `jsonl` and `json`: the finding records themselves.

use std::io::{self, Write};

use rayon::prelude::*;
use records::Finding;

use crate::{Error, Options, Render};

/// One record a line.
pub struct Lines;

/// Findings that are in memory as text at a time, and of them those that one thread takes.
const MANY: usize = 1 << 13;
const FEW: usize = 1 << 8;

fn lines(findings: &[&Finding]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for finding in findings {
        serde_json::to_writer(&mut bytes, finding)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// One array, a record a line.
pub struct Array;

impl Render for Lines {
    fn render(&self, findings: &[&Finding], _: &Options, out: &mut dyn Write) -> Result<(), Error> {
        for part in findings.chunks(MANY) {
            for lines in part.par_chunks(FEW).map(lines).collect::<Result<Vec<_>, _>>()? {
                out.write_all(&lines)?;
            }
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
