//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::ProgressMode;
use crate::say::{say, say_raw};

const LINE_EVERY: Duration = Duration::from_secs(30);
const JSON_EVERY: Duration = Duration::from_secs(1);

/// Shows how far a stage has come.
pub(crate) struct Progress {
    name: &'static str,
    face: Face,
    start: Instant,
    last: Instant,
    /// What [`Progress::tell`] counts from: a step, and when it was done.
    told: Option<(usize, Instant)>,
}

enum Face {
    Bar(ProgressBar),
    Lines,
    Json,
    Silent,
}

impl Progress {
    pub(crate) fn new(name: &'static str, mode: ProgressMode, quiet: bool) -> Self {
        let face = match mode {
            ProgressMode::Never => Face::Silent,
            ProgressMode::Json => Face::Json,
            _ if quiet => Face::Silent,
            ProgressMode::Auto if stderr().is_terminal() => Face::Bar(bar(name)),
            ProgressMode::Auto | ProgressMode::Always => Face::Lines,
        };
        let now = Instant::now();
        Self { name, face, start: now, last: now, told: None }
    }

    /// Tells the numbers so far; cheap enough to be called for every record.
    pub(crate) fn update(&mut self, read: u64, rejected: u64) {
        match &self.face {
            Face::Silent => {}
            Face::Bar(bar) => {
                bar.set_position(read);
                bar.set_message(format!("{rejected} rejected"));
            }
            Face::Lines => {
                if self.is_due(LINE_EVERY) {
                    let rate = read as f64 / self.start.elapsed().as_secs_f64();
                    say(self.name, &format!("{read} done, {rejected} rejected, {rate:.1}/s"));
                }
            }
            Face::Json => {
                if self.is_due(JSON_EVERY) {
                    let seconds = self.start.elapsed().as_secs_f64();
                    let line = serde_json::json!({"stage": self.name, "done": read, "rejected": rejected, "seconds": seconds});
                    say_raw(&line.to_string());
                }
            }
        }
    }

    /// Tells in words how far a stage has come that takes its time after reading, and how long the rest will
    /// take, going by the steps told of before.
    pub(crate) fn tell(&mut self, done: usize, of: usize, message: &str) {
        let first = *self.told.get_or_insert((done, Instant::now()));
        // A new count begins where the old one was complete, or behind it.
        let (from, since) = if done <= first.0 { (done, Instant::now()) } else { first };
        self.told = Some((from, since));
        let left =
            since.elapsed().as_secs_f64() * of.saturating_sub(done) as f64 / (done - from).max(1) as f64;
        let text = match done > from {
            true => format!("{message} ({done} of {of}, {left:.0} s left)"),
            false => format!("{message} ({done} of {of})"),
        };
        match &self.face {
            Face::Silent => {}
            Face::Bar(bar) => bar.set_message(text),
            Face::Lines => say(self.name, &text),
            Face::Json => {
                let line =
                    serde_json::json!({"stage": self.name, "done": done, "of": of, "seconds_left": left});
                say_raw(&line.to_string());
            }
        }
    }

    /// Prints above the bar, if there is one.
    pub(crate) fn print(&self, print: impl FnOnce()) {
        match &self.face {
            Face::Bar(bar) => bar.suspend(print),
            _ => print(),
        }
    }

    pub(crate) fn finish(&self) {
        if let Face::Bar(bar) = &self.face {
            bar.finish_and_clear();
        }
    }

    fn is_due(&mut self, every: Duration) -> bool {
        let due = self.last.elapsed() >= every;
        if due {
            self.last = Instant::now();
        }
        due
    }
}

fn bar(name: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_prefix(name);
    if let Ok(style) =
        ProgressStyle::with_template("{prefix} {spinner} {pos} done, {msg}, {per_sec}, {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}
