//! Records that lie beside the findings (`--run`): code, runs, metrics.

use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use report::Background;

/// Streams of which a report uses nothing, known by their first record.
const OF_NO_USE: [&str; 5] = ["pair/", "example/", "scored/", "finding/", "summary/"];

/// Reads files, and the streams in folders, into what the report shows beside the findings.
pub(crate) fn read(paths: &[PathBuf], background: &mut Background) -> Result<()> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let trouble = || format!("cannot read {}", path.display());
            for entry in fs::read_dir(path).with_context(trouble)? {
                files.push(entry.with_context(trouble)?.path());
            }
        } else if path.exists() {
            files.push(path.clone());
        }
    }
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && (name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"))
    });
    files.sort();
    files.iter().try_for_each(|file| read_file(file, background))
}

fn read_file(path: &Path, background: &mut Background) -> Result<()> {
    let (name, mut reader) = filter::open(path)?;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).with_context(|| format!("cannot read {name}"))? == 0 {
            break;
        }
        let starts = |schema: &&str| {
            line.strip_prefix(b"{\"schema\":\"").is_some_and(|rest| rest.starts_with(schema.as_bytes()))
        };
        if number == 1 && OF_NO_USE.iter().any(starts) {
            break;
        }
        background.take(&line).with_context(|| format!("{name}:{number}: cannot use this record"))?;
    }
    Ok(())
}
