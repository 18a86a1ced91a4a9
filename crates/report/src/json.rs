//! `jsonl` and `json`: the finding records themselves.

use std::io::{self, Write};
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use records::Finding;

use crate::{Error, Options, Render};

/// One record a line.
pub struct Lines;

/// Findings that are in memory as text at a time.
const MANY: usize = 1 << 13;

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
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        for many in findings.chunks(MANY) {
            let share = many.len().div_ceil(options.jobs.max(1));
            let texts: Vec<io::Result<Vec<u8>>> = thread::scope(|scope| {
                let threads: Vec<_> =
                    many.chunks(share).map(|share| scope.spawn(move || lines(share))).collect();
                let text =
                    |thread: ScopedJoinHandle<_>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
                threads.into_iter().map(text).collect()
            });
            for text in texts {
                out.write_all(&text?)?;
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
