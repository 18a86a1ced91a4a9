//! Every kind of question, and that its answer is what the trace says.

use clap::Parser as _;
use records::{Split, TraceEvent, TraceTask};

use super::{Args, Pairs, Task, TokenBudget, ask, beginning};
use crate::program::Program;
use crate::samples::{recorded, recorded_at};
use crate::trace_text::tokens_in;

fn args(arguments: &[&str]) -> Args {
    Args::try_parse_from([&["trace-tasks"], arguments].concat()).unwrap()
}

fn asked(program: &Program, task: Task, arguments: &[&str]) -> Vec<TraceTask> {
    let args = args(arguments);
    ask(program, &[task], &args).into_iter().map(|question| question.record(program, &args)).collect()
}

fn all(path: &str, task: Task) -> Vec<(String, String)> {
    let tasks = asked(&recorded_at(path), task, &["--per-program", "1000"]);
    tasks.into_iter().map(|it| (it.prompt, it.target)).collect()
}

#[test]
fn a_state_leads_to_the_next() {
    let mut found = all("add.py", Task::NextState);
    found.sort();
    let code = recorded_at("add.py").trace.code;
    let expected = [
        (format!("{code}# state:\n# line 1: x = 2\n"), "x = 2".to_owned()),
        (format!("{code}# state:\nx = 2\n# line 2: y = 3\n"), "y = 3".to_owned()),
        (format!("{code}# state:\nx = 2\ny = 3\n# line 3: z = x * y + 1\n"), "z = 7".to_owned()),
    ];
    assert_eq!(found, expected);
    let gone = all("err.py", Task::NextState);
    assert!(
        gone.iter().any(|(prompt, target)| prompt.ends_with("# line 10: del k\n") && target == "del k"),
        "{gone:?}"
    );
}

#[test]
fn values_types_and_states_are_those_of_the_moment() {
    let values = all("add.py", Task::Value);
    assert_eq!(values.len(), 3);
    let ask = "# value of x after line 1 has run once:\n";
    assert!(values.iter().any(|(prompt, target)| prompt.ends_with(ask) && target == "2"), "{values:?}");
    for (prompt, target) in all("multi.py", Task::Type) {
        let is_list = prompt.contains("# type of x ");
        let is_text = prompt.contains("# type of w ");
        assert_eq!(
            target,
            if is_list {
                "list"
            } else if is_text {
                "str"
            } else {
                "int"
            },
            "{prompt}"
        );
    }
    let states = all("loop.py", Task::StateAt);
    let ask = "# state after line 8 has run 4 times:\n";
    let state = states.iter().find(|(prompt, _)| prompt.ends_with(ask)).unwrap();
    assert_eq!(state.1, "s = 38\ni = 19");
}

#[test]
fn branches_loops_outputs_and_errors() {
    let branches = all("loop.py", Task::Branch);
    let held = branches.iter().filter(|(_, target)| target == "True").count();
    assert_eq!((branches.len(), held), (25, 11));
    let counts: Vec<_> = all("loop.py", Task::LoopCount).into_iter().map(|(_, target)| target).collect();
    assert_eq!(
        {
            let mut counts = counts;
            counts.sort();
            counts
        },
        ["20", "4"]
    );
    assert_eq!(all("fact.py", Task::Output)[0].1, "24\n");
    assert_eq!(all("fact.py", Task::Raises)[0].1, "nothing");
    assert_eq!(all("err.py", Task::Raises)[0].1, "KeyError: 'b'");
    assert!(all("err.py", Task::Output).is_empty());
    let mut torn = recorded_at("err.py");
    torn.trace.truncated = true;
    assert!(asked(&torn, Task::Raises, &[]).is_empty());
}

#[test]
fn operators_are_hidden_in_code_and_trace() {
    let found = all("add.py", Task::Operator);
    assert_eq!(found.len(), 1);
    let (prompt, target) = &found[0];
    let hidden = if target == "*" { "z = x ▢ y + 1\n" } else { "z = x * y ▢ 1\n" };
    assert_eq!(prompt.matches(hidden).count(), 2, "{prompt}");
    assert!(prompt.contains(".. z = 7\n") && prompt.ends_with("# operator at ▢:\n"));
    let assigned = all("loop.py", Task::Operator);
    assert!(assigned.iter().any(|(prompt, target)| prompt.contains("s ▢= i\n") && target == "+"));
}

#[test]
fn a_trace_in_the_prompt_ends_before_the_answer() {
    for program in recorded() {
        for task in [Task::Value, Task::Type, Task::NextState, Task::StateAt, Task::LoopCount] {
            for it in asked(
                &program,
                task,
                &["--form", "code+trace", "--per-program", "50", "--trace-tokens", "4000"],
            ) {
                let until = it.meta["event"].as_u64().unwrap() as usize;
                let told = it.prompt.split("# trace:\n").nth(1).unwrap();
                let lines = told
                    .lines()
                    .take_while(|line| !line.starts_with("# "))
                    .filter(|line| line.trim_start().starts_with(".. "));
                let changes = program.events[..until].iter().map(|event| match event {
                    TraceEvent::Line { changes, .. } | TraceEvent::Changes(changes) => changes.len(),
                    TraceEvent::Call { parameters, .. } => parameters.len(),
                    _ => 0,
                });
                assert_eq!(lines.count(), changes.sum::<usize>(), "{}", it.prompt);
            }
        }
    }
}

#[test]
fn questions_are_drawn_alike_and_repositories_stay_whole() {
    let show = |seed: &str| {
        recorded()
            .iter()
            .flat_map(|it| asked(it, Task::Value, &["--seed", seed]))
            .map(|it| it.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(show("1"), show("1"));
    assert_ne!(show("1"), show("2"));
    let mut parts: std::collections::BTreeMap<String, Vec<Split>> = std::collections::BTreeMap::new();
    let mut of_test = 0;
    for at in 0..400 {
        let mut program = recorded_at(["add.py", "loop.py"][at % 2]);
        program.trace.repo = format!("repo {}", at / 2);
        let task = asked(&program, Task::Output, &[]).remove(0);
        of_test += usize::from(task.split == Split::Test);
        parts.entry(task.repo).or_default().push(task.split);
    }
    assert!(parts.values().all(|splits| splits[0] == splits[1]));
    // A tenth, give or take three deviations.
    assert!((20..=60).contains(&of_test), "{of_test}");
}

#[test]
fn totals_of_two_forms_are_equal() {
    for form in ["code", "code+trace"] {
        let args = args(&["--tasks", "text", "--form", form, "--total-tokens", "150"]);
        let mut budget = TokenBudget { left: args.total_tokens };
        let mut emit = filter::Emit::default();
        for program in recorded() {
            for question in ask(&program, &[Task::Text], &args) {
                budget.write(question.record(&program, &args), &mut emit).unwrap();
            }
        }
        assert_eq!(budget.left, Some(0), "{form}");
    }
    for most in 0..20 {
        let short = beginning("x = 12345\n    print(x)\nné\n", most);
        assert!(tokens_in(short) <= most);
    }
    assert_eq!(beginning("abc", 1), "abc");
}

#[test]
fn pairs_part_at_the_first_event_that_differs() {
    let first = recorded_at("add.py");
    let mut other = recorded_at("add.py");
    other.trace.code = other.trace.code.replace('*', "+");
    other.trace.values[2] = "6".to_owned();
    // The same values in another order say the same.
    other.trace.values.swap(0, 1);
    for event in &mut other.events {
        if let TraceEvent::Line { changes, .. } = event {
            changes.iter_mut().for_each(|it| it.value = [1, 0, 2, 3][it.value as usize]);
        }
    }
    let mut pairs = Pairs::by("repo".to_owned());
    assert!(pairs.compare(first).is_none());
    let (question, _) = pairs.compare(other).unwrap();
    assert_eq!(question.target, "line 3: z = 6");
    assert!(question.prompt.contains("z = x * y + 1") && question.prompt.contains("z = x + y + 1"));
    let (same, _) = pairs.compare(recorded_at("add.py")).unwrap();
    assert_eq!(same.target, "nowhere");
    let mut short = recorded_at("add.py");
    short.events.truncate(2);
    assert_eq!(pairs.compare(short).unwrap().0.target, "line 2: the end");
}
