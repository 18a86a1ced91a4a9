//! The questions about one program.

use records::{Outcome, Random, escape};
use serde_json::json;

use super::operator::{HIDDEN, between, hide};
use super::steps::{Step, around, steps};
use super::{Args, Form, Question, Task};
use crate::loops::{Plan, loops};
use crate::program::{Program, type_of};
use crate::statements::Statements;
use crate::trace_text::{Include, Spelling, dots, fit};

/// Longer answers are not asked for.
const LONGEST_ANSWER: usize = 500;

/// What these lines change is no question.
const DEFINE: [&str; 4] = ["def", "class", "import", "from"];

/// Questions about a program: of each kind as many as asked for, or as there are.
pub fn ask(program: &Program, tasks: &[Task], args: &Args) -> Vec<Question> {
    let statements = Statements::of(&program.trace.code);
    tasks.iter().flat_map(|&task| of_kind(program, &statements, task, args)).collect()
}

fn of_kind(program: &Program, statements: &Statements<'_>, task: Task, args: &Args) -> Vec<Question> {
    let key = format!("{} {}", program.trace.id, task.as_str());
    let random = Random::keyed(args.common.seed, "trace-tasks", &key);
    let mut asker = Asker { program, statements, args, random, task };
    let mut questions = match task {
        Task::NextState => asker.at_steps(|step| step.changes, Asker::next_state),
        Task::StateAt => asker.at_steps(|_| true, Asker::state_at),
        Task::Value => asker.at_steps(|step| step.changes, |asker, step| asker.variable(step, false)),
        Task::Type => asker.at_steps(|step| step.changes, |asker, step| asker.variable(step, true)),
        Task::Branch => asker.at_steps(|_| true, Asker::branch),
        Task::Operator => asker.at_steps(|_| true, Asker::operator),
        Task::LoopCount => asker.loop_counts(),
        Task::Output => asker.output().into_iter().collect(),
        Task::Raises => asker.raises().into_iter().collect(),
        Task::Text => vec![asker.text()],
        Task::Divergence => Vec::new(),
    };
    questions.truncate(args.per_program);
    questions
}

struct Asker<'p> {
    program: &'p Program,
    statements: &'p Statements<'p>,
    args: &'p Args,
    random: Random,
    task: Task,
}

impl Asker<'_> {
    fn question(
        &self,
        until: usize,
        ask: &str,
        target: String,
        meta: Vec<(&'static str, serde_json::Value)>,
    ) -> Question {
        let prompt = format!("{}{ask}\n", self.known(self.program, self.args.form, until));
        Question { task: self.task, prompt, target, meta }
    }

    /// What a prompt begins with: the program, its input, and as the form wants it what it did before an event.
    fn known(&self, program: &Program, form: Form, until: usize) -> String {
        let trace = &program.trace;
        let mut text = with_newline(&trace.code);
        if !trace.argv.is_empty() {
            let arguments: Vec<_> = trace.argv.iter().map(|argument| escape(argument)).collect();
            text.push_str(&format!("# arguments: {}\n", arguments.join(" ")));
        }
        if !trace.stdin.is_empty() {
            text.push_str(&format!("# input:\n{}", with_newline(&trace.stdin)));
        }
        if form == Form::CodeAndTrace {
            text.push_str(&format!("# trace:\n{}", self.told(program, until)));
        }
        text
    }

    /// What a program did before an event, as dots.
    fn told(&self, program: &Program, until: usize) -> String {
        let mut before = Program { trace: program.trace.clone(), events: program.events[..until].to_vec() };
        // What comes behind is not to be guessed from how the trace ended.
        (before.trace.truncated, before.trace.exception) = (false, String::new());
        let hidden;
        let statements = if program.trace.code == self.program.trace.code {
            self.statements
        } else {
            hidden = Statements::of(&program.trace.code);
            &hidden
        };
        let spelling = Spelling { program: &before, statements, glyphs: None };
        let render = |plan: &Plan| dots(&spelling, plan, Include::default());
        fit(&before, statements, Plan::all(&before), self.args.trace_tokens as usize, render).0
    }

    /// Asks about steps in an order that is drawn, until there are enough questions.
    fn at_steps(
        &mut self,
        suits: impl Fn(&Step) -> bool,
        ask: impl Fn(&mut Self, Step) -> Option<Question>,
    ) -> Vec<Question> {
        let mut steps: Vec<Step> = steps(self.program).into_iter().filter(suits).collect();
        self.random.shuffle(&mut steps);
        let mut questions: Vec<Question> = Vec::new();
        for step in steps {
            if questions.len() == self.args.per_program {
                break;
            }
            questions.extend(ask(self, step));
        }
        questions
    }

    fn moment(&self, step: Step) -> Vec<(&'static str, serde_json::Value)> {
        vec![("event", json!(step.at)), ("line", json!(step.line)), ("time", json!(step.time))]
    }

    fn source(&self, line: u32) -> String {
        escape(self.statements.line(line).trim()).into_owned()
    }

    fn next_state(&mut self, step: Step) -> Option<Question> {
        if self.statements.at(step.line).is_some_and(|it| DEFINE.contains(&it.keyword())) {
            return None;
        }
        let [before, after] = around(self.program, step.at);
        let state: String = before.iter().map(|(name, value)| format!("{}\n", bound(name, value))).collect();
        let ask = format!("# state:\n{state}# line {}: {}", step.line, self.source(step.line));
        let mut changes: Vec<String> =
            after.iter().filter(|it| !before.contains(it)).map(|(name, value)| bound(name, value)).collect();
        let gone = before.iter().filter(|(name, _)| after.iter().all(|it| it.0 != *name));
        changes.extend(gone.map(|(name, _)| format!("del {}", escape(name))));
        Some(self.question(step.at, &ask, changes.join("\n"), self.moment(step)))
    }

    fn state_at(&mut self, step: Step) -> Option<Question> {
        let [_, after] = around(self.program, step.at);
        let target: Vec<String> = after.iter().map(|(name, value)| bound(name, value)).collect();
        let ask = format!("# state after line {} has run {}:", step.line, times(step.time));
        let is_fit = !target.is_empty() && target.iter().map(String::len).sum::<usize>() <= LONGEST_ANSWER;
        is_fit.then(|| self.question(step.at, &ask, target.join("\n"), self.moment(step)))
    }

    /// One variable of the frame: its value, or the type of it.
    fn variable(&mut self, step: Step, is_type: bool) -> Option<Question> {
        let [_, mut after] = around(self.program, step.at);
        // That a function is one is no question.
        after.retain(|(_, value)| !matches!(type_of(value), "function" | "type" | "module"));
        if after.is_empty() {
            return None;
        }
        let (name, value) = after.swap_remove(self.random.below(after.len() as u64) as usize);
        let what = if is_type { "type" } else { "value" };
        let ask =
            format!("# {what} of {} after line {} has run {}:", escape(&name), step.line, times(step.time));
        let target = if is_type { type_of(&value).to_owned() } else { escape(&value).into_owned() };
        let mut meta = self.moment(step);
        meta.push(("name", json!(name)));
        meta.push(("value", json!(value)));
        Some(self.question(step.at, &ask, target, meta))
    }

    fn branch(&mut self, step: Step) -> Option<Question> {
        let statement = self.statements.at(step.line)?;
        let has_block = statement.block_end > statement.last_line;
        if !matches!(statement.keyword(), "if" | "elif" | "while") || !has_block || step.next_line == 0 {
            return None;
        }
        let target = if statement.holds(step.next_line) { "True" } else { "False" };
        let source = self.source(step.line);
        let ask = format!("# whether line {} holds when it runs {}: {source}", step.line, ordinal(step.time));
        let mut meta = self.moment(step);
        meta.push(("next_line", json!(step.next_line)));
        Some(self.question(step.at, &ask, target.to_owned(), meta))
    }

    fn operator(&mut self, step: Step) -> Option<Question> {
        let statement = self.statements.at(step.line)?;
        let operators = between(statement);
        if operators.is_empty() {
            return None;
        }
        let chosen = operators[self.random.below(operators.len() as u64) as usize].clone();
        let (hidden, target) = hide(self.program, &chosen);
        // Without its trace the question has no answer, nor where the line itself had to be left out.
        let known = self.known(&hidden, Form::CodeAndTrace, hidden.events.len());
        if known.matches(HIDDEN).count() < 2 {
            return None;
        }
        let mut meta = self.moment(step);
        meta.push(("place", json!(chosen.range.start)));
        Some(Question { task: self.task, prompt: format!("{known}# operator at {HIDDEN}:\n"), target, meta })
    }

    fn loop_counts(&mut self) -> Vec<Question> {
        let mut all: Vec<_> =
            loops(self.program, self.statements).into_iter().filter(|it| it.ended).collect();
        // The how manieth time each was begun, in the order in which they began.
        all.sort_by_key(|it| it.iterations.first().map_or(usize::MAX, |first| first.start));
        let mut begun: std::collections::BTreeMap<u32, u32> = std::collections::BTreeMap::new();
        let mut numbered: Vec<_> = Vec::new();
        for it in all.into_iter().filter(|it| !it.iterations.is_empty()) {
            let time = begun.entry(it.line).or_default();
            *time += 1;
            numbered.push((*time, it));
        }
        self.random.shuffle(&mut numbered);
        let chosen = numbered.into_iter().take(self.args.per_program);
        chosen
            .map(|(time, it)| {
                let start = it.iterations[0].start;
                let ask = format!(
                    "# how often the body of the loop in line {} runs, when it is begun {}:",
                    it.line,
                    ordinal(time)
                );
                let meta = vec![("event", json!(start)), ("line", json!(it.line)), ("time", json!(time))];
                self.question(start, &ask, it.iterations.len().to_string(), meta)
            })
            .collect()
    }

    fn output(&self) -> Option<Question> {
        let trace = &self.program.trace;
        let is_fit = trace.outcome == Outcome::Ok
            && !trace.truncated
            && !trace.stdout.is_empty()
            && trace.stdout.len() <= LONGEST_ANSWER;
        is_fit
            .then(|| self.question(self.program.events.len(), "# output:", trace.stdout.clone(), Vec::new()))
    }

    fn raises(&self) -> Option<Question> {
        let trace = &self.program.trace;
        let is_known = matches!(trace.outcome, Outcome::Ok | Outcome::CellErrors) && !trace.truncated;
        let target = match (trace.exception.as_str(), trace.message.as_str()) {
            ("", _) => "nothing".to_owned(),
            (kind, "") => kind.to_owned(),
            (kind, message) => format!("{kind}: {message}"),
        };
        // The trace tells by its end that nothing more came: only what is before the last line is shown.
        let last = steps_end(self.program);
        is_known.then(|| self.question(last, "# raises:", target, vec![("line", json!(trace.line))]))
    }

    fn text(&self) -> Question {
        let target = self.known(self.program, self.args.form, self.program.events.len());
        Question { task: self.task, prompt: String::new(), target, meta: Vec::new() }
    }
}

/// The last event that begins a line.
fn steps_end(program: &Program) -> usize {
    program.events.iter().rposition(|event| matches!(event, records::TraceEvent::Line { .. })).unwrap_or(0)
}

fn bound(name: &str, value: &str) -> String {
    format!("{} = {}", escape(name), escape(value))
}

fn with_newline(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn times(n: u32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

fn ordinal(n: u32) -> String {
    format!(
        "for the {n}{} time",
        match (n % 10, n % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        }
    )
}
