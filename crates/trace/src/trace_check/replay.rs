//! Computes the steps of a trace anew: assignments, conditions and returns that run nobody's code.
//!
//! What is reported must be wrong: a name counts as known only where no other frame can have bound it anew, and
//! after lines that were not recorded nothing is known until it is bound again.

use pysource::{Dialect, Field, Node, NodeId, NodeKind, Tree};
use records::{Change, Contradiction, Record as _, TraceCheck, TraceEvent};
use rustc_hash::FxHashMap;

use super::arithmetic::binary;
use super::expression::evaluate;
use super::known::KnownNames;
use super::value::Value;
use crate::program::Program;
use crate::state::State;
use crate::statements::{Statement, Statements};

/// Replays a trace.
pub fn replay(program: &Program) -> TraceCheck {
    let trace = &program.trace;
    let mut found = TraceCheck {
        schema: TraceCheck::SCHEMA.to_owned(),
        id: trace.id.clone(),
        path: trace.path.clone(),
        repo: trace.repo.clone(),
        extra: trace.extra.clone(),
        ..TraceCheck::default()
    };
    let statements = Statements::of(&trace.code);
    let tree = Tree::parse(&trace.code, Dialect::Python).ok();
    let nodes = tree.as_ref().map(by_place).unwrap_or_default();
    let mut known = KnownNames::of(program, &statements);
    let mut state = State::before(program);
    known.bound(0, trace.initial.iter().map(|(name, _)| *name));
    for (at, event) in program.events.iter().enumerate() {
        if let TraceEvent::Line { line, changes } = event
            && let Some(statement) = statements.at(*line)
        {
            let step = Step { program, statements: &statements, known: &known, state: &state, at };
            let place = statement.tokens.first().map(|first| first.range.start);
            let node = place.and_then(|place| nodes.get(&place));
            let checked = tree
                .as_ref()
                .zip(node)
                .and_then(|(tree, node)| tree.recurse(|| step.check(statement, tree.node(*node), changes)));
            match checked {
                Some(contradictions) => {
                    found.checked += 1;
                    found.contradictions.extend(contradictions);
                }
                None => found.passed_over += 1,
            }
        }
        state.apply(event);
        let frame = state.top().number;
        match event {
            TraceEvent::Line { changes, .. } | TraceEvent::Changes(changes) => {
                known.bound(frame, changes.iter().map(|change| change.name));
            }
            TraceEvent::Call { parameters, .. } => known.bound(frame, parameters.iter().map(|it| it.name)),
            TraceEvent::Elided => known.forget(),
            _ => {}
        }
    }
    found
}

/// Statements, and the clauses of an `if`, by the places where they begin.
fn by_place(tree: &Tree<'_>) -> FxHashMap<usize, NodeId> {
    let is_line = |node: &Node<'_>| node.is_statement() || node.kind() == NodeKind::Clause;
    tree.nodes().filter(is_line).map(|node| (node.range().start, node.id)).collect()
}

/// One line that begins.
struct Step<'s> {
    program: &'s Program,
    statements: &'s Statements<'s>,
    known: &'s KnownNames<'s>,
    /// Before the line.
    state: &'s State<'s>,
    at: usize,
}

impl Step<'_> {
    /// What is wrong with the line; `None` when it is not computed.
    fn check(
        &self,
        statement: &Statement<'_>,
        node: Node<'_>,
        changes: &[Change],
    ) -> Option<Vec<Contradiction>> {
        if statement.tokens.iter().any(|token| token.text == ";") {
            return None;
        }
        match statement.keyword() {
            "if" | "elif" | "while" => self.condition(statement, node),
            "return" => self.returned(statement, node),
            "" => self.assignment(statement, node, changes),
            _ => None,
        }
    }

    fn look_up(&self, name: &str) -> Option<Value> {
        let place = *self.known.places.get(name)?;
        let top = self.state.top();
        let frame = if top.value_of(place).is_some() {
            // Inside a function such a name may be another frame's.
            if top.number > 0 && self.known.declared.contains(&place) {
                return None;
            }
            top
        } else if top.number > 0 && !self.known.shared.contains(&place) {
            self.state.bottom()
        } else {
            return None;
        };
        let value = frame.value_of(place).filter(|_| self.known.is_fresh(frame.number, place))?;
        Value::of(self.program.value(value))
    }

    fn value_of(&self, expression: Node<'_>) -> Option<Value> {
        evaluate(expression, &|name| self.look_up(name))
    }

    /// The event behind the line, when nothing but the line itself can have happened in between.
    fn next(&self) -> Option<&TraceEvent> {
        self.program.events.get(self.at + 1)
    }

    fn assignment(
        &self,
        statement: &Statement<'_>,
        node: Node<'_>,
        changes: &[Change],
    ) -> Option<Vec<Contradiction>> {
        let bound = self.bound(node)?;
        // Of a line that ended the record, or did not come to its end, changes are not known.
        match self.next() {
            None if self.program.trace.truncated || !self.program.trace.exception.is_empty() => return None,
            Some(
                TraceEvent::Raise(_) | TraceEvent::Changes(_) | TraceEvent::Elided | TraceEvent::Call { .. },
            ) => {
                return None;
            }
            _ => {}
        }
        let mut wrong = Vec::new();
        for (name, computed) in bound {
            let place = *self.known.places.get(name)?;
            let changed = changes.iter().rev().find(|change| change.name == place).map(|change| change.value);
            let recorded = match changed {
                Some(value) => value,
                // What did not change is what it was.
                None => {
                    let top = self.state.top();
                    top.value_of(place).filter(|_| self.known.is_fresh(top.number, place))?
                }
            };
            let text = self.program.value(recorded);
            let agrees = match Value::of(text) {
                Some(value) => value.is_same(&computed),
                // Only of texts that are cut is nothing known.
                None => text.starts_with(['\'', '"']) || text.contains("..."),
            };
            if !agrees {
                wrong.push(self.contradiction(statement, name, &computed, text));
            }
        }
        Some(wrong)
    }

    /// Names that an assignment binds, with the values that it gives them.
    fn bound<'n>(&self, node: Node<'n>) -> Option<Vec<(&'n str, Value)>> {
        let value = node.get(Field::Value)?;
        if node.kind() == NodeKind::AugAssign {
            let target = node.get(Field::Target).filter(|target| target.kind() == NodeKind::Name)?;
            let (left, right) = (self.look_up(target.text())?, self.value_of(value)?);
            let changed = binary(node.operator()?.as_str(), &left, &right)?;
            return Some(vec![(target.text(), changed)]);
        }
        if node.kind() != NodeKind::Assign {
            return None;
        }
        let values: Vec<Value> =
            parts(value)?.into_iter().map(|part| self.value_of(part)).collect::<Option<_>>()?;
        let mut bound = Vec::new();
        for target in node.all(Field::Targets) {
            let names = parts(target)?;
            if names.len() != values.len() || names.iter().any(|name| name.kind() != NodeKind::Name) {
                return None;
            }
            bound.extend(names.iter().map(|name| name.text()).zip(values.iter().cloned()));
        }
        // Of a name that is bound twice the last value counts.
        let twice =
            bound.iter().enumerate().any(|(at, (name, _))| bound[..at].iter().any(|it| it.0 == *name));
        if bound.is_empty() || twice { None } else { Some(bound) }
    }

    fn returned(&self, statement: &Statement<'_>, node: Node<'_>) -> Option<Vec<Contradiction>> {
        let computed = self.value_of(node.get(Field::Value)?)?;
        let Some(TraceEvent::Return(recorded)) = self.next() else { return None };
        let text = self.program.value(*recorded);
        let recorded = Value::of(text);
        if recorded.is_none() && (text.starts_with(['\'', '"']) || text.contains("...")) {
            return None;
        }
        let agrees = recorded.is_some_and(|recorded| recorded.is_same(&computed));
        Some(if agrees { Vec::new() } else { vec![self.contradiction(statement, "return", &computed, text)] })
    }

    fn condition(&self, statement: &Statement<'_>, node: Node<'_>) -> Option<Vec<Contradiction>> {
        let is_header = statement.tokens.last().is_some_and(|last| last.text == ":");
        if !is_header || statement.block_end == statement.last_line {
            return None;
        }
        let computed = self.value_of(node.get(Field::Test)?)?;
        let Some(TraceEvent::Line { line, .. }) = self.next() else { return None };
        // An interpreter may come back to the line within the condition.
        if *line == statement.line {
            return None;
        }
        let runs = statement.holds(*line);
        // Some versions of Python leave out the line of what does nothing.
        let first = self.statements.behind(statement.last_line)?;
        let may_be_silent = matches!(first.keyword(), "pass" | "continue" | "break" | "global" | "nonlocal")
            || first.tokens.len() == 1;
        if computed.truth() == runs || (!runs && may_be_silent) {
            return Some(Vec::new());
        }
        let recorded = if runs { "True" } else { "False" };
        Some(vec![self.contradiction(statement, statement.keyword(), &computed, recorded)])
    }

    fn contradiction(
        &self,
        statement: &Statement<'_>,
        name: &str,
        computed: &Value,
        recorded: &str,
    ) -> Contradiction {
        Contradiction {
            event: self.at as u64,
            line: statement.line,
            source: self.statements.line(statement.line).trim().to_owned(),
            name: name.to_owned(),
            computed: computed.to_string(),
            recorded: recorded.to_owned(),
        }
    }
}

/// The parts of a tuple without brackets, or the expression itself; `None` of a tuple that ends with a comma.
fn parts(expression: Node<'_>) -> Option<Vec<Node<'_>>> {
    if expression.kind() != NodeKind::Tuple || expression.is_bracketed() {
        return Some(vec![expression]);
    }
    let has_more = expression.text().ends_with(',');
    if has_more { None } else { Some(expression.children().collect()) }
}

#[cfg(test)]
mod tests {
    use records::{Change, TraceEvent};

    use super::replay;
    use crate::program::Program;
    use crate::samples::{program, recorded, recorded_at};

    /// Contradictions as `line name recorded computed`.
    fn wrong(program: &Program) -> Vec<String> {
        let told = replay(program).contradictions;
        told.iter().map(|it| format!("{} {} {} {}", it.line, it.name, it.recorded, it.computed)).collect()
    }

    #[test]
    fn what_was_recorded_agrees() {
        for program in recorded() {
            assert_eq!(wrong(&program), Vec::<String>::new(), "{}", program.trace.path);
        }
        let found = replay(&recorded_at("loop.py"));
        assert_eq!((found.checked, found.passed_over), (50, 22));
        // The first line of a function is the first of its call; `return 1` is known, `return n * fact(…)` is not.
        assert!(replay(&recorded_at("fact.py")).checked >= 5);
    }

    #[test]
    fn every_value_that_is_changed_is_found() {
        // Each place of a value in what assignments of numbers changed: another number there is a contradiction.
        let whole = recorded_at("loop.py");
        let mut found = 0;
        for at in 0..whole.events.len() {
            let mut damaged = recorded_at("loop.py");
            damaged.trace.values.push("1000".to_owned());
            let place = damaged.trace.values.len() as u32 - 1;
            let TraceEvent::Line { line, changes } = &mut damaged.events[at] else { continue };
            if changes.is_empty() || *line == 2 {
                continue;
            }
            changes[0].value = place;
            assert!(!wrong(&damaged).is_empty(), "event {at}");
            found += 1;
        }
        assert!(found > 20);
    }

    fn line(line: u32, changes: &[(u32, u32)]) -> TraceEvent {
        let changes = changes.iter().map(|&(name, value)| Change { name, value }).collect();
        TraceEvent::Line { line, changes }
    }

    #[test]
    fn contradictions_have_places_and_both_values() {
        let code = "a = 1\nb = a + 1\na, b = b, a\nif a > b:\n    c = 'x'\nb += a\n";
        let values = ["1", "2", "3", "'x'", "4"];
        let right = [
            line(1, &[(0, 0)]),
            line(2, &[(1, 1)]),
            line(3, &[(0, 1), (1, 0)]),
            line(4, &[]),
            line(5, &[(2, 3)]),
            line(6, &[(1, 2)]),
        ];
        let check = |events: &[TraceEvent]| wrong(&program(code, &["a", "b", "c"], &values, events));
        assert_eq!(check(&right), Vec::<String>::new());
        let with = |at: usize, event: TraceEvent| {
            let mut events = right.to_vec();
            events[at] = event;
            check(&events)
        };
        assert_eq!(with(1, line(2, &[(1, 2)]))[0], "2 b 3 2");
        assert_eq!(with(2, line(3, &[(0, 1)]))[0], "3 b 2 1");
        assert_eq!(with(4, line(5, &[(2, 0)])), ["5 c 1 'x'"]);
        assert_eq!(with(5, line(6, &[(1, 4)])), ["6 b 4 3"]);
        let mut skipped = right.to_vec();
        skipped.remove(4);
        assert_eq!(check(&skipped), ["4 if False True"]);
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let code = "a = 1\nb = a + 1\ndef f(x):\n    global b\n    b = x\n    return a + x\nf(2)\nc = b\n";
        let values = ["1", "2", "<function f>", "9"];
        let names = ["a", "b", "f", "x", "c"];
        let gap = [line(1, &[(0, 0)]), TraceEvent::Elided, line(2, &[(1, 3)]), line(2, &[(1, 1)])];
        assert_eq!(wrong(&program(code, &names, &values, &gap)), Vec::<String>::new());
        let change = Change { name: 3, value: 1 };
        let call = |returned| {
            vec![
                line(1, &[(0, 0)]),
                line(2, &[(1, 1)]),
                line(3, &[(2, 2)]),
                line(7, &[]),
                TraceEvent::Call { line: 3, function: 2, parameters: vec![change] },
                line(5, &[]),
                line(6, &[]),
                TraceEvent::Return(returned),
                TraceEvent::Changes(vec![]),
                line(8, &[(4, 1)]),
            ]
        };
        let mut values = values.to_vec();
        values.push("3");
        assert_eq!(wrong(&program(code, &names, &values, &call(4))), Vec::<String>::new());
        assert_eq!(wrong(&program(code, &names, &values, &call(3))), ["6 return 9 3"]);
        let mut torn = program(code, &names, &values, &[line(1, &[(0, 0)]), line(2, &[])]);
        torn.trace.truncated = true;
        assert_eq!(wrong(&torn), Vec::<String>::new());
    }
}
