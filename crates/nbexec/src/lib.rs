//! `nbexec`: runs notebooks and says what their names held.
//!
//! Reads instrumented/1 records (script/1 too: those run, and record nothing); writes for each notebook
//! its assignment/1 records, in the order of sites and occurrences, and then one run/1 record, which
//! closes it. Order of notebooks is order of input.
//!
//! The notebooks are strangers' code. They run in a sandbox, behind the walls of [`sandbox`], as forks of
//! a Python server whose text is in `python/`; what arrives from there is validated here ([`collect`]),
//! and identity, places and names come from the input record alone. A notebook that fails, hangs or dies
//! is an outcome in its run record, never an error of this program.

pub mod cli;
pub mod collect;
pub mod config;
pub mod job;
pub mod outcome;
pub mod packages;
pub mod plan;
pub mod resume;
pub mod runtime;
pub mod self_test;
pub mod start;
pub mod surrogates;
pub mod tally;
pub mod trace;

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use filter::{Emit, Input, Line, Output, Stage};
use records::{Assignment, Head, Instrumented, Outcome, Record, Script, id_of};
use sandbox::{Ended, Setup, Worker};

use crate::cli::Args;
use crate::collect::Collected;
use crate::job::{Job, Limits};
use crate::resume::Finished;
use crate::tally::Tally;

/// Names in the summary, and those of them that a human is shown.
const MOST: usize = 100;
const SHOWN: usize = 15;

/// Beyond a notebook's own time: the server's grace, and a machine under load.
const PATIENCE: Duration = Duration::from_secs(30);

thread_local! {
    /// The server of this worker thread; made when the thread gets its first notebook.
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Runs every notebook of the input.
///
/// # Errors
/// If there is no working sandbox or interpreter, a line is malformed, or output cannot be written.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if let Some(names) = args.plan {
        return plan::run(args, names, stage);
    }
    if args.self_test {
        return self_test::run(args, stage);
    }
    if args.resume.is_none() && stage.common().output != Path::new("-") {
        let path = stage.common().output.display().to_string();
        let advice = format!("`--resume {path}` in place of `--output` keeps what is done");
        filter::at_signal(move || {
            filter::say("nbexec", &format!("interrupted: {path} is not written; {advice}"));
        });
    }
    let mut setup = start::setup(args)?;
    let greeting = start::self_test(&setup)?;
    stage.info(&format!("{} sandbox works, Python {}", setup.backend, greeting.python));
    if let Some(folder) = start::unreadable(&setup) {
        stage.warn(&format!(
            "{}: not readable by everybody: started by root, notebooks run as nobody and cannot read it \
             (chmod -R o+rX)",
            folder.display()
        ));
    }
    setup.argument = start::argument(args, &setup, true);
    let limits = Limits::new(args, stage.common().seed);
    let mut finished = Finished::default();
    if let Some(path) = &args.resume {
        finished = Finished::read(path)?;
        stage.redirect(Output::append(path, finished.bytes)?);
        stage.count("resumed", finished.len() as u64);
    }
    let mut input: Input = stage.input(args.input.clone());
    let mut bytes = 0;
    let lines = std::iter::from_fn(|| {
        loop {
            let line = input.next_line().transpose()?;
            bytes = input.bytes;
            match line.and_then(|line| Ok((finished.passes_over(&line)?, line))) {
                Ok((true, _)) => continue,
                Ok((false, line)) => return Some(Ok(line)),
                Err(error) => return Some(Err(error)),
            }
        }
    });
    let mut totals = Totals::default();
    let work = |line: Line, emit: &mut Emit| execute_line(&line, &setup, &limits, emit);
    stage.map_items(lines, work, |one, _| {
        if let Some(one) = one {
            totals.add(&one);
        }
        Ok(())
    })?;
    totals.report(stage);
    stage.count_in(0, bytes);
    Ok(())
}

/// What one run adds to the totals.
struct One {
    missing_module: String,
    missing_file: String,
    cpu_seconds: f64,
}

/// What the summary says of all runs.
#[derive(Default)]
struct Totals {
    missing_modules: Tally,
    missing_files: Tally,
    cpu_seconds: f64,
}

impl Totals {
    fn add(&mut self, one: &One) {
        // What is installed is a package: the first part of the name.
        self.missing_modules.add(one.missing_module.split('.').next().unwrap_or_default());
        self.missing_files.add(&one.missing_file);
        self.cpu_seconds += one.cpu_seconds;
    }

    fn report(&self, stage: &mut Stage) {
        let (modules, files) = (self.missing_modules.most(MOST), self.missing_files.most(MOST));
        let module = |(name, n): &(String, u64)| match packages::distribution(name) {
            package if package == name => format!("{name} {n}"),
            package => format!("{name} (package {package}) {n}"),
        };
        let list = |parts: Vec<String>| if parts.is_empty() { None } else { Some(parts.join(", ")) };
        if let Some(names) = list(modules.iter().take(SHOWN).map(module).collect()) {
            stage.warn(&format!("modules to install, by notebooks that lacked them first: {names}"));
        }
        if let Some(names) = list(files.iter().take(SHOWN).map(|(name, n)| format!("{name} {n}")).collect()) {
            stage.warn(&format!("missing files, likewise: {names}"));
        }
        stage.count("notebook_cpu_seconds", self.cpu_seconds.round() as u64);
        stage.most("missing_modules", modules);
        stage.most("missing_files", files);
    }
}

/// Runs the notebook of one line; `None`: it was rejected.
fn execute_line(line: &Line, setup: &Setup, limits: &Limits, emit: &mut Emit) -> Result<Option<One>> {
    if line.too_long {
        emit.reject_too_long(line);
        return Ok(None);
    }
    let notebook = if line.schema().as_deref() == Some(Script::SCHEMA) {
        uninstrumented(line.parse()?)
    } else {
        line.parse::<Instrumented>()?
    };
    let job = Job::new(&notebook, limits, setup);
    let mut collected = Collected::new(&notebook, limits);
    let ended = in_sandbox(&job, setup, limits, &mut collected);
    collected.close();
    emit_all(emit, &notebook, collected, &ended, setup, limits).map(Some)
}

/// A script runs as it is.
fn uninstrumented(script: Script) -> Instrumented {
    Instrumented {
        instrumented_code: script.code.clone(),
        sites: Vec::new(),
        broken_cells: Vec::new(),
        skipped: Vec::new(),
        script,
    }
}

/// Runs the job on this thread's worker, a new one if need be. A worker that breaks down does so through
/// the notebook, which is not run a second time.
fn in_sandbox(job: &Job, setup: &Setup, limits: &Limits, collected: &mut Collected) -> Result<Ended> {
    WORKER.with_borrow_mut(|slot| {
        let worker = match slot {
            Some(worker) => worker,
            None => slot.insert(Worker::start(setup).context("cannot start a worker")?),
        };
        collected.python.clone_from(&worker.greeting.python);
        collected.is_counted = worker.is_counted();
        let result = worker.run(limits, job, limits.timeout + PATIENCE, |bytes| collected.take(bytes));
        if result.is_err() || !worker.is_usable() {
            *slot = None;
        }
        result
    })
}

fn emit_all(
    emit: &mut Emit,
    notebook: &Instrumented,
    mut collected: Collected,
    ended: &Result<Ended>,
    setup: &Setup,
    limits: &Limits,
) -> Result<One> {
    let script = &notebook.script;
    let run = outcome::run(notebook, &collected, ended, setup.backend);
    if let (Some(assembler), Some(wanted)) = (collected.trace.take(), &limits.trace) {
        let trace = trace::record(script, &run, wanted.engine, assembler);
        emit.count("truncated", u64::from(trace.truncated));
        emit.record(&trace)?;
    }
    for (site, occurrence, value) in collected.values {
        let place = &notebook.sites[site];
        let row = place.row.to_string();
        let column = place.column.to_string();
        let times = occurrence.to_string();
        emit.record(&Assignment {
            schema: Assignment::SCHEMA.to_owned(),
            id: id_of([script.id.as_str(), &row, &column, &place.name, &times]),
            head: Head::of(script),
            site: place.clone(),
            value,
            occurrence,
            occurrences: collected.counts[site],
            evidence: "run".to_owned(),
            extra: script.extra.clone(),
        })?;
    }
    emit.count(outcome::name(run.outcome), 1);
    emit.count("cells_ok", run.cells_ok);
    emit.count("cells_failed", run.cells_failed);
    emit.count("cells_skipped", run.cells_skipped);
    emit.count("sites", run.sites);
    emit.count("sites_reached", run.sites_reached);
    emit.count("values", run.values);
    if !matches!(run.outcome, Outcome::Ok | Outcome::CellErrors | Outcome::Syntax) {
        emit.warn(format!("{}: {}: {}", script.path, outcome::name(run.outcome), run.detail));
    }
    emit.record(&run)?;
    Ok(One {
        missing_module: run.missing_module,
        missing_file: run.missing_file,
        cpu_seconds: run.cpu_seconds,
    })
}
