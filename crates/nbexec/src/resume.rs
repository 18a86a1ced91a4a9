//! Going on where an earlier run stopped (`--resume FILE`).
//!
//! Output comes in the order of input, and a run record closes a notebook. So what an interrupted run
//! left is a prefix of the whole, perhaps with a torn end: everything up to the last run record is kept,
//! the rest cut off, and as many notebooks of the input are passed over as run records were found.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use filter::Line;
use records::{Record as _, Run};
use serde::Deserialize;

/// What an earlier run finished.
#[derive(Debug, Default)]
pub struct Finished {
    /// Bytes to keep.
    pub bytes: u64,
    /// `id` of each finished notebook, in order.
    notebooks: VecDeque<String>,
}

impl Finished {
    /// Reads what there is; nothing if the file does not exist.
    ///
    /// # Errors
    /// If it cannot be read, or is compressed: a torn end can only be cut from plain text.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        if path.extension().is_some_and(|extension| extension == "zst") {
            bail!("{shown}: --resume needs a plain file; compress it when it is complete");
        }
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            result => result.with_context(|| format!("cannot open {shown}"))?,
        };
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let (mut finished, mut read, mut line) = (Self::default(), 0, Vec::new());
        loop {
            line.clear();
            let bytes =
                reader.read_until(b'\n', &mut line).with_context(|| format!("cannot read {shown}"))?;
            read += bytes as u64;
            if line.last() != Some(&b'\n') {
                return Ok(finished);
            }
            if let Some(notebook) = closed_notebook(&line) {
                finished.notebooks.push_back(notebook);
                finished.bytes = read;
            }
        }
    }

    /// How many notebooks are finished.
    pub fn len(&self) -> usize {
        self.notebooks.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.notebooks.is_empty()
    }

    /// Whether the notebook on this line, the next of the input, is finished.
    ///
    /// # Errors
    /// If the finished one in its place is another: the file belongs to another input.
    pub fn passes_over(&mut self, line: &Line) -> Result<bool> {
        #[derive(Deserialize)]
        struct Head {
            id: String,
        }
        if line.too_long {
            return Ok(false); // rejected again: rejects are not in the file
        }
        let Some(expected) = self.notebooks.front() else { return Ok(false) };
        match serde_json::from_slice::<Head>(&line.bytes) {
            Ok(Head { id }) if id == *expected => {
                self.notebooks.pop_front();
                Ok(true)
            }
            _ => bail!(
                "{}: --resume expects notebook {expected} here: the file was made from another input",
                line.place
            ),
        }
    }
}

/// The notebook that a line closes, if it is a run record.
fn closed_notebook(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
        notebook: String,
    }
    // Most lines are assignments, and need not be parsed.
    if !line.starts_with(br#"{"schema":"run/"#) {
        return None;
    }
    let head: Head = serde_json::from_slice(line).ok()?;
    (head.schema == Run::SCHEMA).then_some(head.notebook)
}
