//! `--predict`: which cells will fail when the notebook is run from top to bottom, told by [`foretell`].

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use filter::{Emit, Stage};
use foretell::{Surroundings, Wanted};
use inputs::Unit;
use records::Finding;
use report::{Background, Options, Subject};

use super::{Args, open, units};

/// The notebook's folder as it is now, and the modules of a list.
struct Beside<'a> {
    folder: PathBuf,
    installed: Option<&'a BTreeSet<String>>,
}

impl Surroundings for Beside<'_> {
    fn knows_folder(&self) -> bool {
        self.folder.is_dir()
    }

    fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    fn has_folder(&self, path: &str) -> bool {
        self.folder.join(path).is_dir()
    }

    fn is_installed(&self, module: &str) -> Option<bool> {
        self.installed.map(|installed| installed.contains(module))
    }
}

/// Reads notebooks and reports what will fail.
///
/// # Errors
/// As [`super::run`].
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let installed = args.installed.as_deref().map(modules).transpose()?;
    let wanted = Wanted { min_score: args.min_score, cascades: args.cascades };
    let mut findings: Vec<Finding> = Vec::new();
    let work = |unit: Unit, emit: &mut Emit| -> Result<Vec<Finding>> {
        let Some(found) = open(args, unit, emit)? else { return Ok(Vec::new()) };
        if found.notebook.language != "python" {
            emit.count("notebooks_in_other_languages", 1);
            return Ok(Vec::new());
        }
        emit.count("notebooks", 1);
        let folder = args.root.join(&found.path).parent().map(Path::to_owned).unwrap_or_default();
        let beside = Beside { folder, installed: installed.as_ref() };
        Ok(foretell::findings(&found.notebook, &found.path, &found.repo, &beside, wanted))
    };
    stage.map_items(units(args, stage)?, work, |own, _| {
        findings.extend(own);
        Ok(())
    })?;
    stage.count("findings", findings.len() as u64);
    if args.check && !findings.is_empty() {
        stage.answer_no();
    }
    let options = Options {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        threshold: args.min_score,
        order: report::Order::Place,
        background: Background::of(&findings),
        subject: Subject::Crashes,
        ..Options::default()
    };
    let mut out = BufWriter::new(filter::StageWriter(stage));
    report::write(args.format, &findings, &options, &mut out).map_err(|error| match error {
        report::Error::Io(error) => error.into(),
        other => anyhow!(other),
    })?;
    Ok(out.flush()?)
}

/// The modules of a list, one a line.
fn modules(path: &Path) -> Result<BTreeSet<String>> {
    let (name, reader) = filter::open(path)?;
    let mut modules = BTreeSet::new();
    for line in reader.lines() {
        let line = line.map_err(|error| anyhow!("cannot read {name}: {error}"))?;
        let line = line.trim();
        if !line.is_empty() {
            modules.insert(line.split('.').next().unwrap_or(line).to_owned());
        }
    }
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use foretell::Rule;

    #[test]
    fn every_way_to_fail_is_a_rule_that_formats_know() {
        for rule in Rule::ALL {
            let known = report::Rule::of(rule.code()).expect("a rule of the registry");
            assert_eq!(known.is_on, rule != Rule::FollowsFailure, "what --cascades asks for is off");
        }
    }
}
