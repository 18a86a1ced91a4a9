//! `nalin-embed`: vectors of names, learned from source code.
//!
//! Script records in; out comes a file in fastText's format. The text that is learned from has a line for each
//! cell: names, keywords, numbers and signs, each string as `""`, no comments. With one thread the same scripts
//! and flags give the same bytes.

pub mod cli;

use std::io::{BufWriter, Write as _};

use anyhow::{Context as _, Result};
use fasttext::{FastText, args::ModelName};
use filter::{Line, Output, Stage};
use records::Script;

use cli::Args;

/// Reads scripts, learns, writes the vectors.
///
/// # Errors
/// A malformed record, a disk that is full, an output that cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let mut output = Output::create(&args.embedding)?;
    let file = tempfile::NamedTempFile::new().context("cannot write a temporary file")?;
    let mut writer = BufWriter::new(&file);
    let mut words = 0;
    let look = |line: &Line| Ok(text(&line.parse()?));
    stage.fold_lines(stage.input(args.input.clone()), look, |text, _| {
        words += text.split_ascii_whitespace().count() as u64;
        writer.write_all(text.as_bytes()).context("cannot write a temporary file")
    })?;
    writer.flush().context("cannot write a temporary file")?;
    drop(writer);
    stage.count("words", words);
    if words == 0 {
        stage.warn("no scripts with code, so there is nothing to learn from");
        return Ok(());
    }
    stage.info(&format!("learning from {words} words, {} times", args.epochs));
    let learned = FastText::train(fasttext::args::Args {
        input: file.path().to_owned(),
        model: ModelName::SkipGram,
        dim: args.dimensions,
        epoch: args.epochs,
        ws: args.window,
        min_count: args.min_count,
        bucket: args.buckets,
        minn: 3,
        maxn: 6,
        lr: 0.05,
        thread: args.threads,
        seed: (stage.common().seed % i32::MAX as u64) as i32,
        verbose: 0,
        ..fasttext::args::Args::new()
    })
    .context("cannot learn")?;
    stage.count("names", learned.dict().nwords() as u64);
    let mut bytes = Vec::new();
    learned.save(&mut bytes).context("cannot write the vectors down")?;
    output.write(&bytes)?;
    output.finish()
}

/// The words of a script, a line for each cell.
fn text(script: &Script) -> String {
    let mut text = String::new();
    if !script.duplicate_of.is_empty() {
        return text;
    }
    let rows: Vec<&str> = script.code.split('\n').collect();
    for cell in &script.cells {
        let rows = rows.get(cell.first_row.max(1) as usize - 1..cell.last_row as usize).unwrap_or_default();
        let cell = rows.join("\n");
        let words = pysource::words(&cell);
        if !words.is_empty() {
            text.push_str(&words.join(" "));
            text.push('\n');
        }
    }
    text
}
