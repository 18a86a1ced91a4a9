//! Programs that read what the one before them writes, and what becomes of them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::version;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    program: &'static str,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    copy: Option<PathBuf>,
}

/// Something that writes all it has.
type Writes = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// What the first program reads.
pub(crate) enum Source {
    /// Nothing.
    Nothing,
    /// What this writes.
    Written(Writes),
}

impl Step {
    pub(crate) fn new(program: &'static str) -> Self {
        Self { program, args: Vec::new(), copy: None }
    }

    /// What it writes is also written to a file.
    pub(crate) fn copied_to(mut self, path: PathBuf) -> Self {
        self.copy = Some(path);
        self
    }

    /// Beside this program, or wherever the PATH leads.
    fn path(&self) -> PathBuf {
        let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(self.program)));
        beside.filter(|path| path.is_file()).unwrap_or_else(|| self.program.into())
    }
}

/// As [`run_if`], whatever comes.
///
/// # Errors
/// As [`run_if`].
pub(crate) fn run(steps: &[Step], source: Source, verbose: bool) -> Result<bool> {
    run_if(steps, source, || Ok(()), verbose)
}

/// Runs the steps, piped. The last writes to our stdout, unless `may_report`, which is asked when all before it have done
/// their work, says no; its answer is returned.
///
/// # Errors
/// If one cannot be started, is of another version, or does not do its work: what the first of them says. Then the last writes nothing.
pub(crate) fn run_if(
    steps: &[Step],
    source: Source,
    may_report: impl FnOnce() -> Result<()>,
    verbose: bool,
) -> Result<bool> {
    version::are_ours(steps.iter().map(|step| (step.program, step.path())))?;
    let mut children: Vec<Running> = Vec::with_capacity(steps.len());
    let mut helpers = Vec::new();
    let (settle, settled) = mpsc::channel::<()>();
    let mut settled = Some(settled);
    let mut input = match source {
        Source::Nothing => Stdio::null(),
        Source::Written(write) => {
            let (reader, mut writer) = io::pipe().context("cannot make a pipe")?;
            // That the reader has gone shows in its own status.
            helpers.push(thread::spawn(move || write(&mut writer).or_else(unless_gone)));
            reader.into()
        }
    };
    for (at, step) in steps.iter().enumerate() {
        let before_last = at + 2 == steps.len();
        let mut running = Running::start(step, input, at + 1 == steps.len() && step.copy.is_none())?;
        input = Stdio::null();
        match running.child.stdout.take() {
            Some(output) if step.copy.is_none() && !before_last => input = output.into(),
            Some(output) => {
                let copy = step.copy.as_ref().map(|path| {
                    File::create(path).with_context(|| format!("cannot write to {}", path.display()))
                });
                let copy = copy.transpose()?;
                let (reader, writer) = io::pipe().context("cannot make a pipe")?;
                // The last program is told the end of its input only when all before it did their work: it
                // must not report on half of a notebook.
                let hold = if before_last { settled.take() } else { None };
                let writer = (at + 1 < steps.len()).then_some(writer);
                helpers.push(thread::spawn(move || relay(output, copy, writer, hold)));
                input = reader.into();
            }
            None => {}
        }
        children.push(running);
    }
    drop(input);
    let last = children.pop().context("there is nothing to run")?;
    let mut ended = children.into_iter().map(Running::end).collect::<Result<Vec<_>>>()?;
    let did_all = ended.iter().all(|(_, status, _)| status.success());
    let refusal = if did_all { may_report().err() } else { None };
    let settle = if did_all && refusal.is_none() {
        drop(settle);
        None
    } else {
        // It is to be gone before the end of its input comes, or it might still report what it has.
        last.stop();
        Some(settle)
    };
    ended.push(last.end()?);
    drop(settle);
    if verbose {
        ended.iter().flat_map(|(_, _, said)| said.lines()).for_each(|line| filter::say("nalin", line));
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    for (program, status, said) in &ended {
        let is_answer = *program == "nalin-score" && status.code() == Some(1);
        if !status.success() && !is_answer {
            bail!("{}", complaint(said).unwrap_or(format!("{program} did not do its work: {status}")));
        }
    }
    for helper in helpers {
        helper.join().unwrap_or(Ok(())).context("cannot hand on what a program wrote")?;
    }
    Ok(ended.last().is_none_or(|(_, status, _)| status.success()))
}

/// Hands on what a program writes, and writes it to a file too.
fn relay(
    mut output: impl Read,
    mut copy: Option<File>,
    mut writer: Option<impl Write>,
    hold: Option<Receiver<()>>,
) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = output.read(&mut buffer)?;
        if n == 0 {
            if let Some(hold) = hold {
                // Nothing is ever sent: it returns when the other end has gone.
                let _ = hold.recv();
            }
            return Ok(());
        }
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..n])?;
        }
        if let Some(writer) = &mut writer
            && let Err(error) = writer.write_all(&buffer[..n])
        {
            return unless_gone(error);
        }
    }
}

/// The line of all that a program said that says what went wrong.
fn complaint(said: &str) -> Option<String> {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    lines().find(|line| line.starts_with("error: ")).or_else(|| lines().next_back()).map(str::to_owned)
}

fn unless_gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

struct Running {
    program: &'static str,
    child: Child,
    said: Option<JoinHandle<String>>,
}

impl Running {
    fn start(step: &Step, input: Stdio, last: bool) -> Result<Self> {
        let output = if last { Stdio::inherit() } else { Stdio::piped() };
        let mut child = Command::new(step.path())
            .args(&step.args)
            .stdin(input)
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}: is it beside nalin or on the PATH?", step.program))?;
        if let Ok(id) = i32::try_from(child.id()) {
            filter::at_signal(move || {
                let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
            });
        }
        let said = child.stderr.take().map(|mut stderr| {
            thread::spawn(move || {
                let mut said = Vec::new();
                let _ = stderr.read_to_end(&mut said);
                String::from_utf8_lossy(&said).into_owned()
            })
        });
        Ok(Self { program: step.program, child, said })
    }

    /// Ends it before its work is done; it leaves nothing behind.
    fn stop(&self) {
        if let Ok(id) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
    }

    fn end(mut self) -> Result<(&'static str, ExitStatus, String)> {
        let status = self.child.wait().with_context(|| format!("cannot wait for {}", self.program))?;
        let said = self.said.and_then(|said| said.join().ok()).unwrap_or_default();
        Ok((self.program, status, said))
    }
}
