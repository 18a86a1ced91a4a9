//! Which programs run, with which arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cli::Check;
use crate::pipeline::Step;

/// Up to so many notebooks are run by interpreters of their own: to import the heavy packages once for all
/// takes longer than they do.
const FEW: usize = 3;

/// What is to be done, and where its records lie.
pub(crate) struct Plan<'a> {
    check: &'a Check,
    /// What is checked.
    pub(crate) files: Vec<PathBuf>,
    root: PathBuf,
    scratch: &'a Path,
    id: Option<&'a str>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(
        check: &'a Check,
        files: Vec<PathBuf>,
        scratch: &'a Path,
        id: Option<&'a str>,
    ) -> Result<Self> {
        let root = match &check.running.root {
            Some(root) => root.clone(),
            None => above(&files)?,
        };
        Ok(Self { check, files, root, scratch, id })
    }

    /// A file of this run alone.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Where the recorded values lie.
    pub(crate) fn values(&self) -> PathBuf {
        self.scratch("values.jsonl")
    }

    /// Notebooks to scripts.
    pub(crate) fn converting(&self) -> Step {
        let mut step = self.step("nb2py").copied_to(self.scratch("scripts.jsonl"));
        step.flag("--root", &self.root).flag("--rejects", self.scratch("nb2py.rejects"));
        step.args.extend(self.files.iter().map(Into::into));
        step
    }

    /// From notebooks to the report.
    pub(crate) fn everything(&self) -> Vec<Step> {
        let running = &self.check.running;
        let mut instrument = self.step("nbinstrument");
        instrument.flag("--rejects", self.scratch("nbinstrument.rejects"));
        let mut execute = self.step("nbexec").copied_to(self.values());
        execute.flag("--root", &self.root).flag("--files", &running.see).flag("--python", &running.python);
        execute.flag("--sandbox", &running.sandbox);
        execute.option("--image", running.image.as_ref()).option("--timeout", running.timeout.as_ref());
        if self.files.len() <= FEW && self.files.iter().all(|file| file.is_file() && !is_archive(file)) {
            execute.args.push("--cold".into());
        }
        [vec![self.converting(), instrument, execute], self.merging()].concat()
    }

    /// From recorded values to the report.
    pub(crate) fn merging(&self) -> Vec<Step> {
        let mut merge = self.step("assign-merge");
        // Every place is judged, however often its statement stands elsewhere: there it is a slip of its own.
        merge.flag("--dedup", "site").flag("--per-name", "0");
        [vec![merge], self.scoring()].concat()
    }

    /// From pairs to the report.
    pub(crate) fn scoring(&self) -> Vec<Step> {
        let report = &self.check.report;
        let mut step = self.step("nalin-score");
        if let Some(id) = self.id {
            // The verb comes before what it shares with other verbs.
            step.args.splice(..0, ["explain".into(), id.into()]);
        } else {
            step.flag("--format", &report.format)
                .flag("--order", &report.order)
                .args
                .push("--findings".into());
            step.option("--min-score", report.min_score.as_ref());
            step.option("--top", report.top.map(|n| n.to_string()).as_ref());
            step.option("--baseline", report.baseline.as_ref());
            step.option("--write-baseline", report.write_baseline.as_ref());
            step.option("--changed-since", report.changed_since.as_ref());
            step.switch("--generic-names", report.generic_names)
                .switch("--stand-ins", report.stand_ins)
                .switch("--no-ignore", report.no_ignore)
                .switch("--check", report.check);
            step.flag("--root", &self.root);
        }
        step.option("--model", report.model.as_ref()).flag("--output", &self.check.output);
        for beside in [self.scratch("scripts.jsonl"), self.values()] {
            step.flag("--run", beside);
        }
        vec![step]
    }

    fn step(&self, program: &'static str) -> Step {
        let mut step = Step::new(program);
        step.switch("--quiet", !self.check.verbose).flag("--jobs", self.check.jobs.to_string());
        step
    }
}

fn is_archive(file: &Path) -> bool {
    file.extension().is_none_or(|extension| extension != "ipynb" && extension != "py")
}

/// The folder we are in when all files lie below it, else the lowest above all of them.
fn above(files: &[PathBuf]) -> Result<PathBuf> {
    let whole = |path: &Path| path.canonicalize().with_context(|| format!("cannot read {}", path.display()));
    let here = whole(Path::new("."))?;
    let files = files.iter().map(|file| whole(file)).collect::<Result<Vec<_>>>()?;
    if files.iter().all(|file| file.starts_with(&here)) {
        return Ok(PathBuf::from("."));
    }
    let mut folder = files[0].parent().unwrap_or(&files[0]).to_owned();
    while !files.iter().all(|file| file.starts_with(&folder)) && folder.pop() {}
    Ok(folder)
}

impl Step {
    fn flag(&mut self, name: &str, value: impl Into<OsString>) -> &mut Self {
        self.args.extend([name.into(), value.into()]);
        self
    }

    fn option<T: Into<OsString> + Clone>(&mut self, name: &str, value: Option<&T>) -> &mut Self {
        if let Some(value) = value {
            self.flag(name, value.clone());
        }
        self
    }

    fn switch(&mut self, name: &str, on: bool) -> &mut Self {
        if on {
            self.args.push(name.into());
        }
        self
    }
}
