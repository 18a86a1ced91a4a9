//! What a text does with names that are not its own: reads, binds, deletes, in the order in which it runs.
//!
//! For those who ask which name is missing when a cell runs, and where it would have come from. Names of
//! functions, lambdas and comprehensions are theirs and do not show; what a function does with names from
//! outside shows as [`Event::within`] that function, because it happens when the function is called.

mod bodies;
mod own;

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, ExceptHandler, Expr, ExprCall, ExprContext, Pattern, Stmt, StmtTry};
use ruff_text_size::{Ranged, TextSize};

use self::own::{dotted, leaves, names_in};
use crate::parse::with_module;
use crate::{Dialect, LineIndex, SyntaxError, targets};

/// One thing that a text does with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The name; of a call the callee with its dots (`pd.read_csv`), of an import the whole module.
    pub name: String,
    /// What is done.
    pub act: Act,
    /// Whether it must happen when the text runs.
    pub chance: Chance,
    /// The outermost function in whose body it stands: it happens when that is called. `""` outside functions.
    pub within: String,
    /// Line of the text, from 1.
    pub line: u32,
    /// Last line of the simple statement that it stands in; of a compound one the event's own.
    pub last_line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What is done with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is read.
    Read,
    /// It is read to be called.
    ReadToCall,
    /// It is read in an annotation of a function: when that is defined, or never (`from __future__ import annotations`,
    /// Python 3.14).
    ReadToAnnotate,
    /// It is bound to a value.
    Bind,
    /// It is bound to a value made of these names.
    BindFrom(Vec<String>),
    /// It is bound to a function or class.
    Define,
    /// It is bound to a module, or to something of a module: the module's whole name.
    Import(String),
    /// All names of a module are bound.
    ImportAll,
    /// It is deleted.
    Delete,
    /// Something is called with such texts as its first and second argument, or under these names; `None` where
    /// an argument is no plain text.
    Call(Option<String>, Option<String>),
    /// A module is needed: the event's name is the module's.
    Need,
}

/// How sure it is that something happens when a text runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chance {
    /// It stands in a branch, or where errors are caught.
    Maybe,
    /// It stands in a loop, which may have nothing to go through.
    Likely,
    /// Always, unless something before it fails.
    Sure,
}

/// Lists what a text does with names, in the order in which it runs.
///
/// # Errors
/// If the text does not parse.
pub fn flow(text: &str, dialect: Dialect) -> Result<Vec<Event>, SyntaxError> {
    with_module(text, dialect, |module| {
        let lines = LineIndex::new(text);
        let mut flow = Flow {
            text,
            lines,
            events: Vec::new(),
            chance: Chance::Sure,
            scopes: Vec::new(),
            end: 0,
            annotates: false,
        };
        flow.visit_body(&module.body);
        flow.events
    })
}

struct Flow<'t> {
    text: &'t str,
    lines: LineIndex,
    events: Vec<Event>,
    chance: Chance,
    scopes: Vec<Scope>,
    /// Where the simple statement ends that we are in; 0 in the header of a compound one.
    end: usize,
    /// Whether we are in an annotation.
    annotates: bool,
}

/// Names that belong to a function, class or comprehension.
struct Scope {
    own: BTreeSet<String>,
    /// A function's, whose body runs later; not a class's or a comprehension's.
    function: Option<String>,
}

impl Flow<'_> {
    fn add(&mut self, name: &str, act: Act, at: TextSize) {
        let at = at.to_usize();
        let (line, column) = self.lines.line_column(self.text, at);
        let within = self.scopes.iter().find_map(|scope| scope.function.clone()).unwrap_or_default();
        self.events.push(Event {
            name: name.to_owned(),
            act,
            chance: self.chance,
            within,
            line,
            last_line: self.lines.line(self.end).max(line),
            column,
        });
    }

    fn is_outer(&self, name: &str) -> bool {
        !self.scopes.iter().any(|scope| scope.own.contains(name))
    }

    fn name(&mut self, name: &str, act: Act, at: TextSize) {
        if self.is_outer(name) {
            let is_read = matches!(act, Act::Read | Act::ReadToCall);
            self.add(name, if self.annotates && is_read { Act::ReadToAnnotate } else { act }, at);
        }
    }

    fn with_chance(&mut self, chance: Chance, visit: impl FnOnce(&mut Self)) {
        let outer = self.chance;
        self.chance = outer.min(chance);
        visit(self);
        self.chance = outer;
    }

    fn in_scope(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        visit(self);
        self.scopes.pop();
    }

    fn bind_targets<'a>(&mut self, targets: impl IntoIterator<Item = &'a Expr>, value: Option<&Expr>) {
        let from = value.map(names_in).unwrap_or_default();
        for target in targets {
            targets::each(target, crate::Shape::Whole, &mut |part| {
                if let targets::Target::Name(name, _) = part {
                    let act = if from.is_empty() { Act::Bind } else { Act::BindFrom(from.clone()) };
                    self.name(name.id.as_str(), act, name.range.start());
                }
            });
        }
    }

    fn imports(&mut self, names: &[Alias], module: Option<&str>, at: TextSize) {
        if let Some(module) = module.filter(|module| *module != "__future__") {
            self.add(module, Act::Need, at);
        }
        for alias in names {
            if alias.name == *"*" {
                self.add(module.unwrap_or_default(), Act::ImportAll, at);
                continue;
            }
            if module.is_none() {
                self.add(&alias.name, Act::Need, at);
            }
            let bound = alias.asname.as_ref().map_or_else(
                || alias.name.split('.').next().unwrap_or(&alias.name).trim(),
                |name| name.as_str(),
            );
            let whole =
                module.map_or_else(|| alias.name.to_string(), |module| format!("{module}.{}", alias.name));
            self.name(bound, Act::Import(whole), at);
        }
    }

    fn attempt(&mut self, it: &StmtTry) {
        let chance = if it.handlers.is_empty() { Chance::Sure } else { Chance::Maybe };
        self.with_chance(chance, |flow| flow.visit_body(&it.body));
        for ExceptHandler::ExceptHandler(handler) in &it.handlers {
            self.with_chance(Chance::Maybe, |flow| {
                handler.type_.iter().for_each(|kind| flow.visit_expr(kind));
                if let Some(name) = &handler.name {
                    flow.name(name, Act::Bind, name.start());
                }
                flow.visit_body(&handler.body);
            });
        }
        self.with_chance(Chance::Maybe, |flow| flow.visit_body(&it.orelse));
        self.visit_body(&it.finalbody);
    }

    fn call(&mut self, it: &ExprCall) {
        match &*it.func {
            Expr::Name(name) => self.name(&name.id, Act::ReadToCall, name.range.start()),
            other => self.visit_expr(other),
        }
        for argument in &it.arguments.args {
            match argument {
                // Whoever is handed a generator most likely goes through it.
                Expr::Generator(it) => self.comprehension(&it.generators, &[&*it.elt], Chance::Likely),
                other => self.visit_expr(other),
            }
        }
        it.arguments.keywords.iter().for_each(|keyword| self.visit_expr(&keyword.value));
        if let Some(callee) = dotted(&it.func) {
            let text = |expression: &Expr| match expression {
                Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                _ => None,
            };
            let argument = |position: usize, names: &[&str]| {
                let named =
                    it.arguments.keywords.iter().find(|keyword| {
                        keyword.arg.as_ref().is_some_and(|name| names.contains(&name.as_str()))
                    });
                it.arguments.args.get(position).or(named.map(|keyword| &keyword.value)).and_then(text)
            };
            const FILES: &[&str] = &["filepath_or_buffer", "file", "path", "filename", "fname", "fp", "io"];
            let arguments = Act::Call(argument(0, FILES), argument(1, &["mode"]));
            self.add(&callee, arguments, it.start());
        }
    }
}

impl Visitor<'_> for Flow<'_> {
    fn visit_body(&mut self, body: &[Stmt]) {
        let outer = self.chance;
        for statement in body {
            self.visit_stmt(statement);
            // What stands behind a way out may never run.
            if leaves(statement) {
                self.chance = Chance::Maybe;
            }
        }
        self.chance = outer;
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        let is_compound = matches!(
            statement,
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::If(_)
                | Stmt::With(_)
                | Stmt::Try(_)
                | Stmt::Match(_)
        );
        self.end = if is_compound { 0 } else { statement.end().to_usize() };
        match statement {
            Stmt::FunctionDef(it) => self.function(it),
            Stmt::ClassDef(it) => self.class(it),
            Stmt::Import(it) => self.imports(&it.names, None, it.start()),
            Stmt::ImportFrom(it) => {
                let module = it.module.as_ref().filter(|_| it.level == 0);
                self.imports(&it.names, Some(module.map_or("", |name| name.as_str())), it.start());
            }
            Stmt::Assign(it) => {
                self.visit_expr(&it.value);
                // `a[i] = x` and `a.b = x` read `a`.
                it.targets.iter().for_each(|target| self.visit_expr(target));
                self.bind_targets(&it.targets, Some(&it.value));
            }
            Stmt::AugAssign(it) => {
                if let Expr::Name(name) = &*it.target {
                    self.name(&name.id, Act::Read, name.range.start());
                }
                self.visit_expr(&it.target);
                self.visit_expr(&it.value);
                self.bind_targets([&*it.target], None);
            }
            Stmt::AnnAssign(it) => {
                it.value.iter().for_each(|value| self.visit_expr(value));
                self.visit_expr(&it.target);
                if it.value.is_some() {
                    self.bind_targets([&*it.target], it.value.as_deref());
                }
            }
            Stmt::Delete(it) => {
                for target in &it.targets {
                    match target {
                        Expr::Name(name) => {
                            self.name(&name.id, Act::Read, name.range.start());
                            self.name(&name.id, Act::Delete, name.range.start());
                        }
                        other => self.visit_expr(other),
                    }
                }
            }
            Stmt::For(it) => {
                self.visit_expr(&it.iter);
                self.with_chance(Chance::Likely, |flow| {
                    flow.visit_expr(&it.target);
                    flow.bind_targets([&*it.target], Some(&it.iter));
                    flow.visit_body(&it.body);
                });
                self.with_chance(Chance::Maybe, |flow| flow.visit_body(&it.orelse));
            }
            Stmt::While(it) => {
                self.visit_expr(&it.test);
                self.with_chance(Chance::Likely, |flow| flow.visit_body(&it.body));
                self.with_chance(Chance::Maybe, |flow| flow.visit_body(&it.orelse));
            }
            Stmt::If(it) => {
                self.visit_expr(&it.test);
                let chance = if is_main_test(&it.test) { Chance::Sure } else { Chance::Maybe };
                self.with_chance(chance, |flow| flow.visit_body(&it.body));
                for clause in &it.elif_else_clauses {
                    self.with_chance(Chance::Maybe, |flow| {
                        clause.test.iter().for_each(|test| flow.visit_expr(test));
                        flow.visit_body(&clause.body);
                    });
                }
            }
            Stmt::With(it) => {
                for item in &it.items {
                    self.visit_expr(&item.context_expr);
                    if let Some(target) = item.optional_vars.as_deref() {
                        self.visit_expr(target);
                        self.bind_targets([target], Some(&item.context_expr));
                    }
                }
                // What follows a manager that may swallow errors is not sure to fail.
                let swallows = it.items.iter().any(|item| {
                    dotted(&item.context_expr).is_some_and(|name| {
                        let name = name.to_lowercase();
                        name.contains("suppress") || name.contains("raises")
                    })
                });
                let chance = if swallows { Chance::Maybe } else { Chance::Sure };
                self.with_chance(chance, |flow| flow.visit_body(&it.body));
            }
            Stmt::Try(it) => self.attempt(it),
            Stmt::Match(it) => {
                self.visit_expr(&it.subject);
                for case in &it.cases {
                    self.with_chance(Chance::Maybe, |flow| {
                        flow.visit_pattern(&case.pattern);
                        case.guard.iter().for_each(|guard| flow.visit_expr(guard));
                        flow.visit_body(&case.body);
                    });
                }
            }
            // What it stands for is looked at when somebody asks.
            Stmt::TypeAlias(it) => self.bind_targets([&*it.name], None),
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            simple => visitor::walk_stmt(self, simple),
        }
    }

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(it) if it.ctx == ExprContext::Load => {
                self.name(&it.id, Act::Read, it.range.start());
            }
            Expr::Name(_) => {}
            Expr::Call(it) => self.call(it),
            Expr::Lambda(it) => self.lambda(it),
            Expr::ListComp(it) => self.comprehension(&it.generators, &[&*it.elt], Chance::Likely),
            Expr::SetComp(it) => self.comprehension(&it.generators, &[&*it.elt], Chance::Likely),
            // It runs when somebody goes through it, if ever.
            Expr::Generator(it) => self.comprehension(&it.generators, &[&*it.elt], Chance::Maybe),
            Expr::DictComp(it) => {
                let elements: Vec<&Expr> = it.key.as_deref().into_iter().chain([&*it.value]).collect();
                self.comprehension(&it.generators, &elements, Chance::Likely);
            }
            Expr::Named(it) => {
                self.visit_expr(&it.value);
                if let Expr::Name(name) = &*it.target {
                    self.name(&name.id, Act::Bind, name.range.start());
                }
            }
            Expr::BoolOp(it) => {
                self.visit_expr(&it.values[0]);
                self.with_chance(Chance::Maybe, |flow| {
                    it.values[1..].iter().for_each(|value| flow.visit_expr(value));
                });
            }
            Expr::If(it) => {
                self.visit_expr(&it.test);
                self.with_chance(Chance::Maybe, |flow| {
                    flow.visit_expr(&it.body);
                    flow.visit_expr(&it.orelse);
                });
            }
            other => visitor::walk_expr(self, other),
        }
    }

    fn visit_pattern(&mut self, pattern: &Pattern) {
        let mut bound = Vec::new();
        targets::captures(pattern, &mut |name| bound.push((name.to_string(), name.start())));
        bound.into_iter().for_each(|(name, at)| self.name(&name, Act::Bind, at));
    }
}

/// `__name__ == "__main__"`, which holds in a notebook, and `True`.
fn is_main_test(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(it) => it.value,
        Expr::Compare(it) => matches!(&*it.left, Expr::Name(name) if name.id == "__name__"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
