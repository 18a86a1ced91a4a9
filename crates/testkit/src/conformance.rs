//! What every program of the pipeline must do as a process, whatever it is written in.
//!
//! Each check is a function of a [`Program`], so that the same code tests our own programs
//! (`process_tests!`) and any replacement of one (`cargo xtask conformance`).

use serde_json::Value;

use crate::{Command, Finished, sample};

/// Fields that tell of one run on one machine; they may differ from run to run.
const VOLATILE: [&str; 3] = ["wall_seconds", "cpu_seconds", "peak_bytes"];

/// A program to check.
pub struct Program {
    /// The command, with the arguments that it always needs.
    pub command: Vec<String>,
    /// The record that it reads, by the name of its sample: `"script"`.
    pub input: String,
    /// Whether it takes the common flags (`--jobs`, `--max-record-bytes`, `--quiet`).
    pub common_flags: bool,
    /// Whether unknown fields of its input must be found in its output.
    pub hands_on_fields: bool,
}

/// One thing that a program must do.
pub struct Check {
    /// Its name: also that of the test.
    pub name: &'static str,
    /// What is demanded.
    pub demand: &'static str,
    /// Runs the check; the error tells what went wrong.
    pub run: fn(&Program) -> Result<(), String>,
}

/// The eight checks.
pub const CHECKS: [Check; 8] = [
    Check {
        name: "empty_input",
        demand: "an empty stream gives an empty stream and status 0",
        run: empty_input,
    },
    Check { name: "one_record", demand: "one record is enough", run: one_record },
    Check {
        name: "too_long_a_record",
        demand: "a record over the size limit is rejected, the rest goes on",
        run: too_long_a_record,
    },
    Check {
        name: "malformed_line",
        demand: "a line that is no JSON ends the program with status 2 and the place",
        run: malformed_line,
    },
    Check {
        name: "invalid_utf8",
        demand: "a line that is no UTF-8 ends the program with status 2 and the place",
        run: invalid_utf8,
    },
    Check { name: "closed_pipe", demand: "a closed pipe downstream is a quiet 0", run: closed_pipe },
    Check {
        name: "unknown_fields",
        demand: "fields that it does not know flow through",
        run: unknown_fields,
    },
    Check {
        name: "same_bytes_for_any_jobs",
        demand: "the same input gives the same bytes, whatever --jobs is",
        run: same_bytes_for_any_jobs,
    },
];

impl Program {
    /// One of our own programs.
    pub fn new(path: &str, input: &str) -> Self {
        Self {
            command: vec![path.to_owned()],
            input: input.to_owned(),
            common_flags: true,
            hands_on_fields: true,
        }
    }

    /// Adds arguments that it always needs.
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.extend(args.into_iter().map(Into::into));
        self
    }

    /// Says that its output has no place for fields of its input.
    pub fn without_fields(mut self) -> Self {
        self.hands_on_fields = false;
        self
    }

    fn command(&self, flags: &[&str], input: Vec<u8>) -> Command {
        let command = Command::new(&self.command[0]).args(&self.command[1..]);
        let command = if self.common_flags { command.args(flags) } else { command };
        command.stdin(input)
    }

    fn run(&self, flags: &[&str], input: Vec<u8>) -> Finished {
        self.command(flags, input).run()
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        sample(&self.input)
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect()
    }
}

fn demand(holds: bool, wanted: &str, finished: &Finished) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{wanted}\n{finished}")) }
}

fn join(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

/// The records of an output, without what may differ from run to run.
fn stable(output: &[u8]) -> Result<Vec<Value>, String> {
    let text = std::str::from_utf8(output).map_err(|error| format!("the output is no UTF-8: {error}"))?;
    let parse = |line: &str| -> Result<Value, String> {
        let mut record: Value =
            serde_json::from_str(line).map_err(|error| format!("{error} in output line {line}"))?;
        if let Some(fields) = record.as_object_mut() {
            for name in VOLATILE {
                fields.remove(name);
            }
        }
        Ok(record)
    };
    text.lines().map(parse).collect()
}

fn empty_input(program: &Program) -> Result<(), String> {
    let finished = program.run(&[], Vec::new());
    demand(finished.status.success(), "expected status 0", &finished)?;
    demand(finished.stdout.is_empty(), "expected an empty output", &finished)
}

fn one_record(program: &Program) -> Result<(), String> {
    let finished = program.run(&[], join(&program.lines()[..1]));
    demand(finished.status.success(), "expected status 0", &finished)?;
    let records = stable(&finished.stdout)?;
    demand(!records.is_empty(), "expected a record", &finished)?;
    let has_schema = records.iter().all(|record| record["schema"].is_string());
    demand(has_schema || !program.common_flags, "expected a `schema` in every record", &finished)
}

fn too_long_a_record(program: &Program) -> Result<(), String> {
    let lines = program.lines();
    let longest = lines.iter().map(Vec::len).max().unwrap_or(0);
    let mut oversized = lines[0].clone();
    oversized.pop();
    oversized.extend(br#","padding":""#);
    oversized.resize(oversized.len() + longest, b'x');
    oversized.extend(br#""}"#);
    let limit = longest.to_string();
    let flags = ["--max-record-bytes", &limit];
    let without = program.run(&flags, join(&lines));
    let with = program.run(&flags, join(&[&[oversized], &lines[..]].concat()));
    demand(with.status.success(), "expected status 0", &with)?;
    if program.common_flags {
        demand(with.stderr.contains("too_large"), "expected a reject `too_large`", &with)?;
        demand(stable(&with.stdout)? == stable(&without.stdout)?, "expected the other records", &with)?;
    }
    Ok(())
}

fn damaged(program: &Program, line: &[u8]) -> Result<(), String> {
    let lines = program.lines();
    let finished = program.run(&[], join(&[&lines[..1], &[line.to_vec()], &lines[1..]].concat()));
    demand(finished.status.code() == Some(2) || !program.common_flags, "expected status 2", &finished)?;
    demand(!finished.status.success(), "expected a failure", &finished)?;
    let placed = finished.stderr.contains("stdin:2: expected") || !program.common_flags;
    demand(placed, "expected the place and what was expected there", &finished)
}

fn malformed_line(program: &Program) -> Result<(), String> {
    damaged(program, br#"{"schema": "#)
}

fn invalid_utf8(program: &Program) -> Result<(), String> {
    let mut line = program.lines().swap_remove(0);
    line.pop();
    line.extend(b",\"own\":\"\xff\"}");
    if !program.common_flags {
        // jq, among others, replaces what is no UTF-8 and goes on: of a stranger it is enough to come to an end.
        let finished = program.run(&[], join(&[line]));
        return demand(finished.status.code().is_some(), "expected an exit status", &finished);
    }
    damaged(program, &line)
}

fn closed_pipe(program: &Program) -> Result<(), String> {
    let finished = program.command(&["--quiet"], join(&program.lines())).closed_stdout().run();
    demand(finished.status.success() || !program.common_flags, "expected status 0", &finished)?;
    demand(finished.stderr.is_empty() || !program.common_flags, "expected silence", &finished)
}

fn unknown_fields(program: &Program) -> Result<(), String> {
    let own: Value = serde_json::json!({"a": [1, 2.5, "é", null], "b": {}});
    let mut lines = Vec::new();
    for line in program.lines() {
        let mut record: Value =
            serde_json::from_slice(&line).map_err(|error| format!("a bad sample: {error}"))?;
        record["users_own"] = own.clone();
        lines.push(record.to_string().into_bytes());
    }
    let finished = program.run(&[], join(&lines));
    demand(finished.status.success(), "expected status 0", &finished)?;
    let records = stable(&finished.stdout)?;
    let found = records.iter().all(|record| record["users_own"] == own);
    demand(found || !program.hands_on_fields, "expected the unknown field in every record", &finished)
}

fn same_bytes_for_any_jobs(program: &Program) -> Result<(), String> {
    let lines = program.lines();
    // Enough lines that several workers have something to do.
    let input = join(&vec![lines; 8].concat());
    let one = program.run(&["-j1"], input.clone());
    let four = program.run(&["-j4"], input);
    demand(one.status.success(), "expected status 0 with -j1", &one)?;
    demand(four.status.success(), "expected status 0 with -j4", &four)?;
    demand(stable(&one.stdout)? == stable(&four.stdout)?, "expected the same records for -j1 and -j4", &four)
}
