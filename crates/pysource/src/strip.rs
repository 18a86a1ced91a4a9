//! Takes probes out of a tree again.

use ruff_python_ast::visitor::transformer::{self, Transformer};
use ruff_python_ast::{
    BoolOp, Comprehension, ElifElseClause, ExceptHandler, Expr, MatchCase, Stmt, StmtClassDef, Suite, UnaryOp,
};

use crate::place::first_base;

/// What probes are called in the code.
#[derive(Clone, Copy, Debug)]
pub struct ProbeNames<'a> {
    /// `NAME(SITE, value)`, whose own value is `None`.
    pub look: &'a str,
    /// `NAME(SITE, (value))`, which returns the value.
    pub pass: &'a str,
}

impl ProbeNames<'_> {
    fn is_look(&self, expression: &Expr) -> bool {
        matches!(expression, Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id == self.look))
    }

    fn is_look_statement(&self, statement: &Stmt) -> bool {
        matches!(statement, Stmt::Expr(it) if self.is_look(&it.value))
    }

    /// Takes the probes out of these statements and all that is in them.
    pub(crate) fn strip(&self, suite: &mut Suite) {
        suite.retain(|statement| !self.is_look_statement(statement));
        self.visit_body(suite);
    }

    /// Takes guards, `NAME(SITE, value) or (expression)`, off an expression.
    fn unguard(&self, expression: &mut Expr) {
        while let Expr::BoolOp(it) = expression
            && it.op == BoolOp::Or
            && it.values.len() == 2
            && self.is_look(&it.values[0])
        {
            *expression = take(&mut it.values[1]);
        }
    }
}

/// What a class evaluates first, as [`crate::place::first_base`] finds it.
fn first_base_mut(it: &mut StmtClassDef) -> Option<&mut Expr> {
    first_base(it)?;
    let arguments = it.arguments.as_deref_mut()?;
    match arguments.args.first_mut() {
        Some(base) => Some(base),
        None => arguments.keywords.first_mut().map(|keyword| &mut keyword.value),
    }
}

fn take(expression: &mut Expr) -> Expr {
    std::mem::replace(expression, Expr::NoneLiteral(ruff_python_ast::ExprNoneLiteral::default()))
}

impl Transformer for ProbeNames<'_> {
    fn visit_stmt(&self, statement: &mut Stmt) {
        let keep = |suite: &mut Suite| suite.retain(|inner| !self.is_look_statement(inner));
        // Guards are taken off where they run first and once, and nowhere else.
        match statement {
            Stmt::If(it) => self.unguard(&mut it.test),
            Stmt::For(it) => self.unguard(&mut it.iter),
            Stmt::With(it) => {
                it.items.first_mut().into_iter().for_each(|item| self.unguard(&mut item.context_expr))
            }
            Stmt::Match(it) => self.unguard(&mut it.subject),
            Stmt::ClassDef(it) => first_base_mut(it).into_iter().for_each(|base| self.unguard(base)),
            Stmt::Assign(it) => self.unguard(&mut it.value),
            Stmt::Expr(it) => self.unguard(&mut it.value),
            _ => {}
        }
        match statement {
            Stmt::FunctionDef(it) => keep(&mut it.body),
            Stmt::ClassDef(it) => keep(&mut it.body),
            Stmt::For(it) => [&mut it.body, &mut it.orelse].into_iter().for_each(keep),
            Stmt::While(it) => [&mut it.body, &mut it.orelse].into_iter().for_each(keep),
            Stmt::With(it) => keep(&mut it.body),
            Stmt::If(it) => keep(&mut it.body),
            Stmt::Try(it) => [&mut it.body, &mut it.orelse, &mut it.finalbody].into_iter().for_each(keep),
            _ => {}
        }
        transformer::walk_stmt(self, statement);
    }

    fn visit_elif_else_clause(&self, it: &mut ElifElseClause) {
        it.body.retain(|inner| !self.is_look_statement(inner));
        transformer::walk_elif_else_clause(self, it);
    }

    fn visit_except_handler(&self, it: &mut ExceptHandler) {
        let ExceptHandler::ExceptHandler(handler) = it;
        handler.body.retain(|inner| !self.is_look_statement(inner));
        transformer::walk_except_handler(self, it);
    }

    fn visit_match_case(&self, it: &mut MatchCase) {
        it.body.retain(|inner| !self.is_look_statement(inner));
        it.guard.iter_mut().for_each(|guard| self.unguard(guard));
        transformer::walk_match_case(self, it);
    }

    fn visit_expr(&self, expression: &mut Expr) {
        while let Expr::Call(call) = expression
            && matches!(&*call.func, Expr::Name(name) if name.id == self.pass)
            && let Some(value) = call.arguments.args.get_mut(1)
        {
            *expression = take(value);
        }
        if let Expr::Lambda(it) = expression {
            self.unguard(&mut it.body);
        }
        transformer::walk_expr(self, expression);
    }

    fn visit_comprehension(&self, it: &mut Comprehension) {
        let is_filter = |test: &Expr| matches!(test, Expr::UnaryOp(it) if it.op == UnaryOp::Not && self.is_look(&it.operand));
        it.ifs.retain(|test| !is_filter(test));
        it.ifs.first_mut().into_iter().for_each(|first| self.unguard(first));
        transformer::walk_comprehension(self, it);
    }
}
