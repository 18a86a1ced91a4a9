//! Runs a program as a test wants it: a clean environment, input from a thread, an end in any case.

use std::ffi::OsStr;
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No test program takes this long, on the slowest machine: the whole demo takes three minutes.
const PATIENCE: Duration = Duration::from_secs(900);

/// A program with arguments and input.
pub struct Command {
    inner: std::process::Command,
    line: String,
    stdin: Vec<u8>,
    close_stdout: bool,
}

impl Command {
    /// A program by its path, with an environment of PATH and fixed time zone, locale and hash seed.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut inner = std::process::Command::new(program.as_ref());
        inner.env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                inner.env(name, value);
            }
        }
        inner.envs([("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("PYTHONHASHSEED", "0")]);
        let line = program.as_ref().to_string_lossy().into_owned();
        Self { inner, line, stdin: Vec::new(), close_stdout: false }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        for arg in args {
            self.line.push(' ');
            self.line.push_str(&arg.as_ref().to_string_lossy());
            self.inner.arg(arg);
        }
        self
    }

    /// Runs it in this folder.
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.inner.current_dir(folder);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Feeds it these bytes.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Gives it a stdout that nobody reads.
    pub fn closed_stdout(mut self) -> Self {
        self.close_stdout = true;
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// If it cannot be started, or runs for more than a quarter of an hour.
    pub fn run(mut self) -> Finished {
        let piped = || Stdio::piped();
        let mut child = self
            .inner
            .stdin(piped())
            .stdout(piped())
            .stderr(piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.line));
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let input = std::mem::take(&mut self.stdin);
        // A program may end without reading its input, or fill its output before it has read it all.
        let feeder = thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let stdout = child.stdout.take().filter(|_| !self.close_stdout).map(drain);
        let stderr = child.stderr.take().map(drain);
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if start.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("{} ran for more than {PATIENCE:?}", self.line);
            }
            thread::sleep(Duration::from_millis(2));
        };
        let collect = |thread: Option<thread::JoinHandle<Vec<u8>>>| match thread {
            Some(thread) => thread.join().expect("a reader of a pipe does not panic"),
            None => Vec::new(),
        };
        let (stdout, stderr) = (collect(stdout), collect(stderr));
        let _ = feeder.join();
        Finished { line: self.line, status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// How a program ended.
pub struct Finished {
    line: String,
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
}

impl Finished {
    /// Demands an exit status.
    ///
    /// # Panics
    /// With everything there is to know, if it is another.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert!(self.status.code() == Some(code), "expected status {code}\n{self}");
        self
    }

    /// Demands status 0.
    ///
    /// # Panics
    /// As [`Finished::ends_with`].
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Demands a text on stderr.
    ///
    /// # Panics
    /// As [`Finished::ends_with`].
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected `{text}` on stderr\n{self}");
        self
    }

    /// stdout as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The records on stdout.
    ///
    /// # Panics
    /// If a line is not JSON.
    #[track_caller]
    pub fn records(&self) -> Vec<serde_json::Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{self}"));
        self.text().lines().map(parse).collect()
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: String = self.text().chars().take(2000).collect();
        write!(
            formatter,
            "command: {}\nstatus: {}\nstdout: {head}\nstderr: {}",
            self.line, self.status, self.stderr
        )
    }
}
