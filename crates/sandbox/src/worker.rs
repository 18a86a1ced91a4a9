//! One server process: jobs in, bytes and an ending out.

use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::cgroup::Cgroup;
use crate::commands::commands;
use crate::{Backend, Setup};

const MAX_FRAME_BYTES: u32 = 1 << 20;
const FRAMES_WAITING: usize = 64;
const START_TIMEOUT: Duration = Duration::from_secs(120);
const STDERR_BYTES: u64 = 1 << 14;
const SIGKILL: i64 = 9;

/// What a server says when it is ready.
#[derive(Clone, Debug, Deserialize)]
pub struct Greeting {
    /// Version of the interpreter, `"3.11.7"`.
    pub python: String,
    /// What it has imported.
    pub preloaded: Vec<String>,
}

/// How a job ended, as its server saw it from outside the job.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Ended {
    /// Exit code of the job's process, -1 when a signal ended it.
    pub exit_code: i64,
    /// The signal that ended it, 0 when none.
    pub signal: i64,
    /// Why the server ended it, `""` when it ended by itself: `timeout`, `memory`, `output`,
    /// `processes`, `records`, or `setup` when it could not be started.
    pub reason: String,
    /// More about the reason.
    pub detail: String,
    /// Wall time in seconds.
    pub wall: f64,
    /// CPU time of the job's processes in seconds.
    pub cpu: f64,
    /// Largest resident memory of one of its processes in bytes.
    pub peak: u64,
    /// Whether something of it is left that the server cannot get rid of: it must serve no other job.
    pub last: bool,
}

enum Frame {
    Greeting(Greeting),
    Bytes(Vec<u8>),
    Ended(Ended),
}

/// A server behind its walls. Dropping it kills it and all that it started.
///
/// Bubblewrap ties the server's life to the *thread* that started it, so a worker must be used up on
/// the thread that made it.
pub struct Worker {
    child: Child,
    end: Option<Command>,
    stdin: Option<ChildStdin>,
    frames: Receiver<Result<Frame>>,
    cgroup: Option<Cgroup>,
    /// What the server said when it was ready.
    pub greeting: Greeting,
}

impl Worker {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// If the back-end is not installed, or not allowed to make its walls, or the server does not come up.
    pub fn start(setup: &Setup) -> Result<Self> {
        let (mut command, end) = commands(setup);
        let program = command.get_program().to_string_lossy().into_owned();
        // A container has one already.
        let is_counted = setup.backend == Backend::Bwrap && setup.memory_bytes > 0;
        let cgroup = is_counted.then(Cgroup::new).flatten();
        if let Some(cgroup) = &cgroup {
            command = cgroup.around(&command);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let stdin = child.stdin.take();
        let Some(stdout) = child.stdout.take() else { bail!("{program} has no stdout") };
        let (send, frames) = sync_channel(FRAMES_WAITING);
        thread::spawn(move || read_frames(stdout, &send));
        let complaints = child.stderr.take().map(|stderr| thread::spawn(move || complaints(stderr)));
        let greeting = match frames.recv_timeout(START_TIMEOUT) {
            Ok(Ok(Frame::Greeting(greeting))) => greeting,
            other => {
                // Whatever of it outlives the kill ends with its input, and its complaints with it.
                drop(stdin);
                end_by_force(&mut child, end);
                let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
                let said = match other {
                    _ if !said.is_empty() => said,
                    Ok(Err(error)) => error.to_string(),
                    Err(RecvTimeoutError::Timeout) => {
                        format!("it says nothing for {} s", START_TIMEOUT.as_secs())
                    }
                    _ => "it ends without a word".to_owned(),
                };
                bail!("{program} does not come up: {said}");
            }
        };
        let cgroup = cgroup.filter(|cgroup| cgroup.allow(setup.memory_bytes));
        Ok(Self { child, end, stdin, frames, cgroup, greeting })
    }

    /// Whether the kernel counts what a job takes, beside the server's own looks.
    pub fn is_counted(&self) -> bool {
        self.cgroup.is_some()
    }

    fn kills(&self) -> u64 {
        self.cgroup.as_ref().and_then(Cgroup::kills).unwrap_or_default()
    }

    /// Runs one job within `limits`: `take` gets the bytes it sends. After `timeout`, which lies beyond the job's own
    /// limits, the server is held for broken. The server itself reads the limits alone: the next job's process is
    /// its copy, and must not find this job in its memory.
    ///
    /// # Errors
    /// If the server broke down; it is of no use any more.
    pub fn run(
        &mut self,
        limits: &impl Serialize,
        job: &impl Serialize,
        timeout: Duration,
        take: impl FnMut(&[u8]),
    ) -> Result<Ended> {
        let before = self.kills();
        let ended = self.run_uncounted(limits, job, timeout, take);
        if self.kills() == before {
            return ended;
        }
        match ended {
            Ok(ended) if ended.signal != SIGKILL || !ended.reason.is_empty() => Ok(ended),
            ended => {
                self.stdin = self.stdin.take().filter(|_| ended.is_ok());
                let broken = Ended { exit_code: -1, signal: SIGKILL, last: true, ..Ended::default() };
                let (reason, detail) =
                    ("memory".to_owned(), "took more memory than the kernel was to give".to_owned());
                Ok(Ended { reason, detail, ..ended.unwrap_or(broken) })
            }
        }
    }

    fn run_uncounted(
        &mut self,
        limits: &impl Serialize,
        job: &impl Serialize,
        timeout: Duration,
        mut take: impl FnMut(&[u8]),
    ) -> Result<Ended> {
        let deadline = Instant::now() + timeout;
        let Some(stdin) = &mut self.stdin else { bail!("the worker has ended") };
        write_frame(stdin, b'L', &serde_json::to_vec(limits).context("cannot write limits")?)?;
        write_frame(stdin, b'J', &serde_json::to_vec(job).context("cannot write a job")?)?;
        loop {
            match self.frames.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Ok(Frame::Bytes(bytes))) => take(&bytes),
                Ok(Ok(Frame::Ended(ended))) => {
                    if ended.last {
                        self.stdin = None;
                    }
                    return Ok(ended);
                }
                Ok(Ok(Frame::Greeting(_))) => bail!("the worker greets twice"),
                Ok(Err(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => bail!("the worker does not answer"),
                Err(RecvTimeoutError::Disconnected) => bail!("the worker has ended"),
            }
        }
    }

    /// Whether it takes another job.
    pub fn is_usable(&self) -> bool {
        self.stdin.is_some()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The server ends when its input does; the kill is for one that cannot.
        drop(self.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(2);
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        end_by_force(&mut self.child, self.end.take());
    }
}

/// Kills a server, and what goes on running without it.
fn end_by_force(child: &mut Child, end: Option<Command>) {
    let _ = child.kill();
    let _ = child.wait();
    if let Some(mut end) = end {
        let _ = end.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn write_frame(stdin: &mut ChildStdin, letter: u8, body: &[u8]) -> Result<()> {
    let length = u32::try_from(body.len()).context("a job of more than 4 GiB")?;
    stdin.write_all(&[letter]).and_then(|()| stdin.write_all(&length.to_be_bytes()))?;
    stdin.write_all(body).and_then(|()| stdin.flush()).context("the worker has ended")
}

fn read_frames(mut stdout: impl Read, send: &SyncSender<Result<Frame>>) {
    loop {
        match read_frame(&mut stdout) {
            Ok(None) => return,
            Ok(Some(frame)) => {
                if send.send(Ok(frame)).is_err() {
                    return;
                }
            }
            Err(error) => {
                let _ = send.send(Err(error));
                return;
            }
        }
    }
}

fn read_frame(stdout: &mut impl Read) -> Result<Option<Frame>> {
    let mut head = [0; 5];
    match stdout.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result.context("cannot read from the worker")?,
    }
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    if length > MAX_FRAME_BYTES {
        bail!("the worker sends a frame of {length} bytes");
    }
    let mut body = vec![0; length as usize];
    stdout.read_exact(&mut body).context("the worker ended in the middle of a frame")?;
    Ok(Some(match head[0] {
        b'H' => Frame::Greeting(serde_json::from_slice(&body).context("the worker's greeting")?),
        b'R' => Frame::Bytes(body),
        b'D' => Frame::Ended(serde_json::from_slice(&body).context("the end of a job")?),
        other => bail!("the worker sends a frame of type {other}"),
    }))
}

/// The first bytes of what a server complains about; the rest is read and dropped, so that it never waits.
fn complaints(mut stderr: impl Read) -> String {
    let mut said = Vec::new();
    let _ = stderr.by_ref().take(STDERR_BYTES).read_to_end(&mut said);
    let _ = io::copy(&mut stderr, &mut io::sink());
    String::from_utf8_lossy(&said).trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use super::{Frame, read_frame};

    fn frame(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap();
        [&[letter], &length.to_be_bytes()[..], body].concat()
    }

    #[test]
    fn frames_are_read_one_by_one() {
        let bytes = [frame(b'R', b"abc"), frame(b'D', b"{\"signal\": 9}")].concat();
        let mut stream = &bytes[..];
        assert!(matches!(read_frame(&mut stream).unwrap(), Some(Frame::Bytes(bytes)) if bytes == b"abc"));
        assert!(matches!(read_frame(&mut stream).unwrap(), Some(Frame::Ended(ended)) if ended.signal == 9));
        assert!(read_frame(&mut stream).unwrap().is_none());
    }

    #[test]
    fn a_broken_worker_is_found_out() {
        let huge = [&b"R"[..], &u32::MAX.to_be_bytes()].concat();
        for (bytes, trouble) in [
            (frame(b'?', b""), "type 63"),
            (frame(b'D', b"no json"), "end of a job"),
            (huge, "4294967295 bytes"),
            (frame(b'R', b"abc")[..6].to_vec(), "middle of a frame"),
        ] {
            let error = read_frame(&mut &bytes[..]).err().unwrap();
            assert!(error.to_string().contains(trouble), "{error}");
        }
    }
}
