//! What to install for a set of scripts (`--plan`): the packages that they import, most used first, as a
//! requirements file. Nothing is executed.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use filter::{Emit, Line, Stage};
use records::{Instrumented, Record as _, Script};

use crate::cli::Args;
use crate::job::view;
use crate::packages::{distribution, is_standard};
use crate::tally::Tally;

/// Reads scripts and writes the requirements file.
///
/// # Errors
/// If a line is malformed or the output cannot be written.
pub fn run(args: &Args, names: usize, stage: &mut Stage) -> Result<()> {
    let root = args.root.canonicalize().unwrap_or_else(|_| args.root.clone());
    let mut input = stage.input(args.input.clone());
    let (mut tally, mut scripts, mut bytes) = (Tally::default(), 0, 0);
    let lines = std::iter::from_fn(|| {
        let line = input.next_line().transpose();
        bytes = input.bytes;
        line
    });
    let look = |line: Line, emit: &mut Emit| wanted(&line, &root, args, emit);
    stage.map_items(lines, look, |packages, _| {
        scripts += 1;
        packages.iter().for_each(|package| tally.add(package));
        Ok(())
    })?;
    stage.count_in(0, bytes);
    let most = tally.most(names);
    let mut text = format!(
        "# Packages that {scripts} scripts import, most used first, and by how many. A name that is no package\n\
         # of PyPI may be a module of a repository's own.\n"
    );
    for (package, n) in &most {
        text.push_str(&format!("{package}  # {n}\n"));
    }
    stage.write_bytes(text.as_bytes())
}

/// The distributions that a script needs, without the standard library and modules that lie beside it.
fn wanted(line: &Line, root: &Path, args: &Args, emit: &mut Emit) -> Result<BTreeSet<String>> {
    if line.too_long {
        emit.reject_too_long(line);
        return Ok(BTreeSet::new());
    }
    let script = if line.schema().as_deref() == Some(Script::SCHEMA) {
        line.parse::<Script>()?
    } else {
        line.parse::<Instrumented>()?.script
    };
    let (seen, folder) = view(root, &script.path, &script.repo, args.files);
    let near = seen.map(|seen| [root.join(&seen), root.join(seen).join(folder)]);
    let is_near = |name: &str| {
        let lies_in =
            |folder: &Path| folder.join(format!("{name}.py")).exists() || folder.join(name).is_dir();
        near.as_ref().is_some_and(|near| near.iter().any(|folder| lies_in(folder)))
    };
    let rows: Vec<&str> = script.code.split('\n').collect();
    let mut packages = BTreeSet::new();
    for cell in &script.cells {
        let first = (cell.first_row.max(1) as usize - 1).min(rows.len());
        let last = (cell.last_row as usize).clamp(first, rows.len());
        // A cell that does not parse imports nothing.
        let found = pysource::imports(&rows[first..last].join("\n"), pysource::Dialect::Python);
        packages.extend(
            found.unwrap_or_default().into_iter().filter(|name| !is_standard(name) && !is_near(name)),
        );
    }
    Ok(packages.iter().map(|name| distribution(name).to_owned()).collect())
}
