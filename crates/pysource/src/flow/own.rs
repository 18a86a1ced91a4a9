//! Which names belong to a function, and which an expression reads.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Stmt};

use crate::targets;

/// The names that a body binds for itself: those of functions and classes inside it are not looked at.
pub(super) struct Own {
    pub(super) names: BTreeSet<String>,
    /// Whether it is a generator's.
    pub(super) yields: bool,
    foreign: BTreeSet<String>,
}

impl Own {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut own = Self { names: BTreeSet::new(), yields: false, foreign: BTreeSet::new() };
        own.visit_body(body);
        let foreign = std::mem::take(&mut own.foreign);
        own.names.retain(|name| !foreign.contains(name));
        own
    }

    fn add(&mut self, target: &Expr) {
        targets::each(target, crate::Shape::Whole, &mut |part| {
            if let targets::Target::Name(name, _) = part {
                self.names.insert(name.id.to_string());
            }
        });
    }
}

impl Visitor<'_> for Own {
    fn visit_stmt(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(it) => self.names.extend([it.name.to_string()]),
            Stmt::ClassDef(it) => self.names.extend([it.name.to_string()]),
            Stmt::Global(it) => self.foreign.extend(it.names.iter().map(ToString::to_string)),
            // The function around has it: not from outside, as far as a cell is concerned.
            Stmt::Nonlocal(it) => self.names.extend(it.names.iter().map(ToString::to_string)),
            Stmt::Import(it) => self.names.extend(it.names.iter().map(|alias| {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                bound.split('.').next().unwrap_or(bound).trim().to_owned()
            })),
            Stmt::ImportFrom(it) => self.names.extend(
                it.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).to_string()),
            ),
            Stmt::Assign(it) => it.targets.iter().for_each(|target| self.add(target)),
            Stmt::AnnAssign(it) => self.add(&it.target),
            Stmt::AugAssign(it) => self.add(&it.target),
            Stmt::For(it) => self.add(&it.target),
            Stmt::With(it) => {
                it.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(|it| self.add(it));
            }
            Stmt::Try(it) => {
                for ExceptHandler::ExceptHandler(handler) in &it.handlers {
                    self.names.extend(handler.name.iter().map(ToString::to_string));
                }
            }
            Stmt::Match(it) => {
                for case in &it.cases {
                    targets::captures(&case.pattern, &mut |name| {
                        self.names.insert(name.to_string());
                    });
                }
            }
            _ => {}
        }
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Named(it) => self.add(&it.target),
            Expr::Yield(_) | Expr::YieldFrom(_) => self.yields = true,
            Expr::Lambda(_) => return,
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

/// Whether a statement may leave the body that it stands in: by `return`, or by `break` and `continue` of a loop around.
pub(super) fn leaves(statement: &Stmt) -> bool {
    struct Ways {
        loops: usize,
        found: bool,
    }
    impl Visitor<'_> for Ways {
        fn visit_stmt(&mut self, statement: &Stmt) {
            match statement {
                Stmt::Return(_) => self.found = true,
                Stmt::Break(_) | Stmt::Continue(_) => self.found |= self.loops == 0,
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                Stmt::For(it) => {
                    self.loops += 1;
                    self.visit_body(&it.body);
                    self.loops -= 1;
                    self.visit_body(&it.orelse);
                }
                Stmt::While(it) => {
                    self.loops += 1;
                    self.visit_body(&it.body);
                    self.loops -= 1;
                    self.visit_body(&it.orelse);
                }
                Stmt::If(_) | Stmt::With(_) | Stmt::Try(_) | Stmt::Match(_) => {
                    visitor::walk_stmt(self, statement)
                }
                _ => {}
            }
        }

        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut ways = Ways { loops: 0, found: false };
    ways.visit_stmt(statement);
    ways.found
}

/// `a.b.c` of such an expression; a call in it stands as `()`.
pub(super) fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(it) => Some(it.id.to_string()),
        Expr::Attribute(it) => Some(format!("{}.{}", dotted(&it.value).unwrap_or_default(), it.attr)),
        Expr::Call(it) => dotted(&it.func).map(|callee| callee + "()"),
        _ => None,
    }
}

/// The names that an expression reads, each once.
pub(super) fn names_in(expression: &Expr) -> Vec<String> {
    struct Names(Vec<String>);
    impl Visitor<'_> for Names {
        fn visit_expr(&mut self, expression: &Expr) {
            if let Expr::Name(it) = expression
                && !self.0.iter().any(|name| name == it.id.as_str())
            {
                self.0.push(it.id.to_string());
            }
            visitor::walk_expr(self, expression);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_expr(expression);
    names.0
}
