//! A program at work: its input and output, its accounts, and its voice.

use std::time::Instant;

use anyhow::{Context as _, Result};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use records::{Reason, Record, Summary};

use crate::emit::{Emit, reject_record};
use crate::output::write_whole;
use crate::progress::Progress;
use crate::say::say;
use crate::{Common, Input, Line, Output, ordered_map};

/// Lines are handed to workers in batches of about this size: small enough to spread, large enough
/// that handing over costs nothing.
const BATCH_BYTES: usize = 1 << 16;

/// One run of one program.
pub struct Stage {
    name: &'static str,
    common: Common,
    output: Output,
    rejects: Option<Output>,
    progress: Progress,
    summary: Summary,
    start: Instant,
    answer: bool,
}

impl Stage {
    pub(crate) fn open(name: &'static str, common: &Common) -> Result<Self> {
        let summary = Summary {
            schema: Summary::SCHEMA.to_owned(),
            stage: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            arguments: std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect(),
            ..Summary::default()
        };
        Ok(Self {
            name,
            output: Output::create(&common.output)?,
            rejects: common.rejects.as_deref().map(Output::create).transpose()?,
            progress: Progress::new(name, common.progress, common.quiet),
            summary,
            start: Instant::now(),
            answer: true,
            common: common.clone(),
        })
    }

    /// Writes to `output` from now on, instead of what `--output` names.
    pub fn redirect(&mut self, output: Output) {
        self.output = output;
    }

    /// The arguments that all programs share.
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// The input of a filter: files in order, or stdin.
    pub fn input(&self, paths: Vec<std::path::PathBuf>) -> Input {
        Input::new(paths, self.common.max_record_bytes, self.common.limit)
    }

    /// Runs a stage that treats each record on its own: parses every line as `I`, calls `work` on
    /// `--jobs` threads, and writes what it emits in the order of input.
    ///
    /// # Errors
    /// The first malformed line, or the first error of `work` or of writing.
    pub fn map<I: Record>(
        &mut self,
        input: Input,
        work: impl Fn(I, &mut Emit) -> Result<()> + Sync,
    ) -> Result<()> {
        self.map_lines(input, |line, emit| work(line.parse()?, emit))
    }

    /// As [`Stage::map`], with the lines as they are, for stages that read records of several types.
    ///
    /// # Errors
    /// As [`Stage::map`].
    pub fn map_lines(
        &mut self,
        input: Input,
        work: impl Fn(Line, &mut Emit) -> Result<()> + Sync,
    ) -> Result<()> {
        let treat = |batch: Vec<Line>, emit: &mut Emit| {
            let result = batch.into_iter().try_for_each(|line| work(line, emit));
            ((), result)
        };
        self.map_batches(input, treat, |()| Ok(()))
    }

    /// As [`Stage::map_lines`], for stages that work on many records at once: `work` gets all the lines
    /// that have arrived, up to a limit; what it returns beside its records goes to `take`, on this thread
    /// and in the order of input. How lines fall into batches is left to chance: it must not show.
    ///
    /// # Errors
    /// The first error of `work`, behind what it emitted before, of `take`, or of writing.
    pub fn map_batches<T: Send>(
        &mut self,
        mut input: Input,
        work: impl Fn(Vec<Line>, &mut Emit) -> (T, Result<()>) + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let batches = std::iter::from_fn(|| match input.next_batch(BATCH_BYTES) {
            Ok(batch) if batch.is_empty() => None,
            result => Some(result),
        });
        let workers = self.common.workers();
        let treat = |batch: Vec<Line>| {
            let mut emit = Emit { records_in: batch.len() as u64, ..Emit::default() };
            let (too_long, lines): (Vec<Line>, Vec<Line>) = batch.into_iter().partition(|line| line.too_long);
            too_long.iter().for_each(|line| emit.reject_too_long(line));
            // What came before a malformed line must still leave, so the error travels beside the records.
            let (output, result) = work(lines, &mut emit);
            Ok((emit, output, result))
        };
        ordered_map(batches, workers, treat, |(emit, output, result), more| {
            self.absorb(emit)?;
            take(output)?;
            if !more {
                self.flush()?;
            }
            result
        })?;
        self.summary.bytes_in += input.bytes;
        Ok(())
    }

    /// For stages that need the whole set: calls `look` on every line on `--jobs` threads, and `take`
    /// on this thread with what it saw, in the order of input.
    ///
    /// # Errors
    /// The first malformed line, or the first error of `look` or `take`.
    pub fn fold_lines<T: Send>(
        &mut self,
        input: Input,
        look: impl Fn(&Line) -> Result<T> + Sync,
        take: impl FnMut(T, &mut Emit) -> Result<()>,
    ) -> Result<()> {
        self.fold_owned_lines(input, |line| look(&line), take)
    }

    /// As [`Stage::fold_lines`], for stages that keep the lines themselves.
    ///
    /// # Errors
    /// As [`Stage::fold_lines`].
    pub fn fold_owned_lines<T: Send>(
        &mut self,
        mut input: Input,
        look: impl Fn(Line) -> Result<T> + Sync,
        mut take: impl FnMut(T, &mut Emit) -> Result<()>,
    ) -> Result<()> {
        let batches = std::iter::from_fn(|| match input.next_batch(BATCH_BYTES) {
            Ok(batch) if batch.is_empty() => None,
            result => Some(result),
        });
        let workers = self.common.workers();
        let look_at = |batch: Vec<Line>| {
            let mut emit = Emit::default();
            let mut seen = Vec::with_capacity(batch.len());
            for line in batch {
                emit.records_in += 1;
                if line.too_long {
                    emit.reject_too_long(&line);
                } else {
                    seen.push(look(line)?);
                }
            }
            Ok((emit, seen))
        };
        ordered_map(batches, workers, look_at, |(mut emit, seen), _| {
            for item in seen {
                take(item, &mut emit)?;
            }
            self.absorb(emit)
        })?;
        self.summary.bytes_in += input.bytes;
        Ok(())
    }

    /// As [`Stage::map`], for units of work that are no lines of a stream: the files of a folder, say.
    ///
    /// `work` runs on `--jobs` threads, `finish` on this one with what `work` gave, in the order of the
    /// items: the place for what depends on the items before. Both emit; `--limit` counts items.
    ///
    /// # Errors
    /// The first error among the items, of `work`, of `finish` or of writing.
    pub fn map_items<I: Send, O: Send>(
        &mut self,
        items: impl Iterator<Item = Result<I>> + Send,
        work: impl Fn(I, &mut Emit) -> Result<O> + Sync,
        mut finish: impl FnMut(O, &mut Emit) -> Result<()>,
    ) -> Result<()> {
        let limit = self.common.limit.map_or(usize::MAX, |limit| limit.try_into().unwrap_or(usize::MAX));
        let workers = self.common.workers();
        let treat = |item| {
            let mut emit = Emit { records_in: 1, ..Emit::default() };
            let output = work(item, &mut emit)?;
            Ok((emit, output))
        };
        ordered_map(items.take(limit), workers, treat, |(mut emit, output), more| {
            finish(output, &mut emit)?;
            self.absorb(emit)?;
            if more { Ok(()) } else { self.flush() }
        })
    }

    /// Takes what came of a unit of work: writes its records, settles the accounts.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn absorb(&mut self, emit: Emit) -> Result<()> {
        self.output.write(&emit.lines)?;
        self.summary.records_in += emit.records_in;
        self.summary.records_out += emit.records_out;
        self.summary.bytes_in += emit.bytes_in;
        for (name, n) in emit.counts {
            self.count(name, n);
        }
        for warning in emit.warnings {
            self.warn(&warning);
        }
        for reject in emit.rejects {
            self.reject(reject)?;
        }
        let rejected = self.rejected();
        self.progress.update(self.summary.records_in, rejected);
        Ok(())
    }

    fn reject(&mut self, reject: (String, String, Reason, String)) -> Result<()> {
        let (_, path, reason, detail) = &reject;
        if self.rejects.is_none() || self.common.verbose > 0 {
            self.warn(&format!("{path}: {}: {detail}", reason.as_str()));
        }
        *self.summary.rejected.entry(reject.2.as_str().to_owned()).or_default() += 1;
        if let Some(output) = &mut self.rejects {
            let mut line =
                serde_json::to_vec(&reject_record(self.name, reject)).context("cannot write a reject")?;
            line.push(b'\n');
            output.write(&line)?;
        }
        Ok(())
    }

    /// Writes one record from this thread.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write<T: Record>(&mut self, record: &T) -> Result<()> {
        let mut emit = Emit::default();
        emit.record(record)?;
        self.absorb(emit)
    }

    /// Writes bytes that are no records (a report, a table) to the output.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write(bytes)
    }

    /// Hands a reader downstream what there is.
    ///
    /// # Errors
    /// If the reader has gone.
    pub fn flush(&mut self) -> Result<()> {
        self.output.flush()
    }

    /// Adds to a counter of the summary.
    pub fn count(&mut self, name: &str, n: u64) {
        *self.summary.counts.entry(name.to_owned()).or_default() += n;
    }

    /// Says in the summary what of a kind occurred most often, and how often.
    pub fn most(&mut self, what: &str, often: impl IntoIterator<Item = (String, u64)>) {
        self.summary.most.insert(what.to_owned(), often.into_iter().collect());
    }

    /// Adds records that were read without [`Stage::map`] or [`Stage::fold_lines`].
    pub fn count_in(&mut self, records: u64, bytes: u64) {
        self.summary.records_in += records;
        self.summary.bytes_in += bytes;
    }

    /// Tells whoever waits how far the work is that comes after reading: step `done` of `of`, in words.
    pub fn tell(&mut self, done: usize, of: usize, message: &str) {
        self.progress.tell(done, of, message);
    }

    /// Prints a line on stderr unless `--quiet`.
    pub fn warn(&self, message: &str) {
        if !self.common.quiet {
            self.progress.print(|| say(self.name, message));
        }
    }

    /// Prints a line on stderr with `-v`.
    pub fn info(&self, message: &str) {
        if self.common.verbose > 0 {
            self.warn(message);
        }
    }

    /// The work is done and the answer is no: the program will end with status 1.
    pub fn answer_no(&mut self) {
        self.answer = false;
    }

    fn rejected(&self) -> u64 {
        self.summary.rejected.values().sum()
    }

    /// Completes the outputs, or drops them after an error; then the summary. Returns the answer.
    pub(crate) fn close(mut self, result: Result<()>) -> Result<bool> {
        self.progress.finish();
        self.summary.bytes_out = self.output.bytes;
        let result = match result {
            Ok(()) => {
                let rejects = self.rejects.take().map_or(Ok(()), Output::finish);
                self.output.finish().and(rejects)
            }
            Err(error) => {
                // Records of before the error have left on stdout; a file stays absent.
                let _ = self.output.flush();
                Err(error)
            }
        };
        let (cpu_seconds, peak_bytes) = used();
        self.summary.done = result.is_ok();
        self.summary.wall_seconds = self.start.elapsed().as_secs_f64();
        self.summary.cpu_seconds = cpu_seconds;
        self.summary.peak_bytes = peak_bytes;
        if let Some(path) = &self.common.summary {
            let mut line = serde_json::to_vec(&self.summary).context("cannot write the summary")?;
            line.push(b'\n');
            write_whole(path, &line)?;
        }
        result?;
        if !self.common.quiet {
            say(self.name, &one_line(&self.summary));
        }
        let rejected: u64 = self.summary.rejected.values().sum();
        let exceeded =
            self.common.max_rejects.is_some_and(|limit| limit.is_exceeded(rejected, self.summary.records_in));
        if exceeded {
            say(
                self.name,
                &format!(
                    "{rejected} of {} rejected, more than --max-rejects allows",
                    self.summary.records_in
                ),
            );
        }
        Ok(self.answer && !exceeded)
    }
}

fn one_line(summary: &Summary) -> String {
    let mut line = format!("{} in, {} out", summary.records_in, summary.records_out);
    for (reason, n) in &summary.rejected {
        line.push_str(&format!(", {n} {reason}"));
    }
    for (name, n) in &summary.counts {
        line.push_str(&format!(", {} {n}", name.replace('_', " ")));
    }
    line.push_str(&format!(
        "; {:.1} s, {:.1} CPU-s, {} MB",
        summary.wall_seconds,
        summary.cpu_seconds,
        summary.peak_bytes / 1_000_000
    ));
    line
}

/// CPU seconds of this process and its children, and the largest resident memory among them.
fn used() -> (f64, u64) {
    let seconds = |usage: &Usage| (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    let mut total = (0.0, 0);
    for who in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN] {
        if let Ok(usage) = getrusage(who) {
            total.0 += seconds(&usage);
            total.1 = total.1.max(usage.max_rss() as u64 * 1024);
        }
    }
    total
}
