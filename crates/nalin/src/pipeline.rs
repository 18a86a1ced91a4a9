//! Programs that read what the one before them writes, and what becomes of them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    program: &'static str,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    copy: Option<PathBuf>,
}

/// What the first program reads.
pub(crate) enum Source {
    /// Nothing.
    Nothing,
    /// What this writes.
    Written(Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>),
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

/// Runs the steps, piped. The last writes to our stdout; its answer is returned.
///
/// # Errors
/// If one cannot be started, or does not do its work: what the first of them says.
pub(crate) fn run(steps: &[Step], source: Source, verbose: bool) -> Result<bool> {
    let mut children: Vec<Running> = Vec::with_capacity(steps.len());
    let mut helpers = Vec::new();
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
        let last = at + 1 == steps.len() && step.copy.is_none();
        let mut running = Running::start(step, input, last)?;
        input = Stdio::null();
        if let Some(mut output) = running.child.stdout.take() {
            input = match &step.copy {
                None => output.into(),
                Some(path) => {
                    let mut copy =
                        File::create(path).with_context(|| format!("cannot write to {}", path.display()))?;
                    let (reader, mut writer) = io::pipe().context("cannot make a pipe")?;
                    let only_copy = at + 1 == steps.len();
                    helpers.push(thread::spawn(move || {
                        let mut buffer = vec![0; 1 << 16];
                        loop {
                            let n = output.read(&mut buffer)?;
                            if n == 0 {
                                return Ok(());
                            }
                            copy.write_all(&buffer[..n])?;
                            if !only_copy && let Err(error) = writer.write_all(&buffer[..n]) {
                                return unless_gone(error);
                            }
                        }
                    }));
                    reader.into()
                }
            };
        }
        children.push(running);
    }
    drop(input);
    let ended = children.into_iter().map(Running::end).collect::<Result<Vec<_>>>()?;
    if verbose {
        ended.iter().flat_map(|(_, _, said)| said.lines()).for_each(|line| filter::say("nalin", line));
    }
    for (program, status, said) in &ended {
        let is_answer = *program == "nalin-score" && status.code() == Some(1);
        if !status.success() && !is_answer {
            match said.lines().rev().find(|line| !line.trim().is_empty()) {
                Some(line) => bail!("{line}"),
                None => bail!("{program} did not do its work: {status}"),
            }
        }
    }
    for helper in helpers {
        helper.join().unwrap_or(Ok(())).context("cannot hand on what a program wrote")?;
    }
    Ok(ended.last().is_none_or(|(_, status, _)| status.success()))
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

    fn end(mut self) -> Result<(&'static str, ExitStatus, String)> {
        let status = self.child.wait().with_context(|| format!("cannot wait for {}", self.program))?;
        let said = self.said.and_then(|said| said.join().ok()).unwrap_or_default();
        Ok((self.program, status, said))
    }
}
