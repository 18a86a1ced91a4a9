//! Builds the owned tree from the parser's: statements.

mod expression;
mod part;

use ruff_python_ast::{ExceptHandler, Expr, Identifier, Operator as BinaryOp, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::{ASYNC, Field, Literal, NodeKind, Operator, Row, SPECIAL, Tree};
use crate::token::{Token, TokenKind};

/// Turns the parser's tree of a text into ours.
pub(super) fn tree<'t>(text: &'t str, body: &[Stmt], tokens: Vec<Token>, stack: usize) -> Tree<'t> {
    let tree = Tree { text, nodes: Vec::new(), names: Vec::new(), literals: Vec::new(), tokens, stack };
    let mut build = Build { tree, known: FxHashMap::default(), parent: 0 };
    let whole = TextRange::up_to(TextSize::of(text));
    build.node(NodeKind::Module, Field::Root, whole, |build| build.statements(Field::Body, body));
    build.tree
}

struct Build<'t> {
    tree: Tree<'t>,
    known: FxHashMap<Box<str>, u32>,
    /// The node whose children are being added.
    parent: u32,
}

impl<'t> Build<'t> {
    fn leaf(&mut self, kind: NodeKind, field: Field, range: TextRange) -> &mut Row {
        let at = self.tree.nodes.len();
        self.tree.nodes.push(Row {
            kind,
            field,
            flags: 0,
            start: range.start().into(),
            end: range.end().into(),
            parent: self.parent,
            last: at as u32 + 1,
            data: 0,
        });
        &mut self.tree.nodes[at]
    }

    /// Adds a node, and below it what `add` adds.
    fn node(
        &mut self,
        kind: NodeKind,
        field: Field,
        range: TextRange,
        add: impl FnOnce(&mut Self),
    ) -> &mut Row {
        let at = self.tree.nodes.len();
        self.leaf(kind, field, range);
        let outer = std::mem::replace(&mut self.parent, at as u32);
        add(self);
        self.parent = outer;
        self.tree.nodes[at].last = self.tree.nodes.len() as u32;
        &mut self.tree.nodes[at]
    }

    fn name_number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        let number = self.tree.names.len() as u32;
        self.tree.names.push(name.into());
        self.known.insert(name.into(), number);
        number
    }

    fn identifier(&mut self, field: Field, it: &Identifier) {
        let number = self.name_number(&it.id);
        self.leaf(NodeKind::Identifier, field, it.range).data = number;
    }

    fn literal(&mut self, kind: NodeKind, field: Field, range: TextRange, literal: Literal) {
        let number = self.tree.literals.len() as u32;
        self.tree.literals.push(literal);
        self.leaf(kind, field, range).data = number;
    }

    /// Adds an operator of so many tokens, the first of which is the first behind `from` that is no bracket.
    fn operator(&mut self, from: TextSize, operator: Operator) {
        let first = self.tree.tokens.partition_point(|token| token.range().start < from.to_usize());
        let is_sign = |token: &&Token| token.kind == TokenKind::Operator;
        let n_tokens = if matches!(operator, Operator::IsNot | Operator::NotIn) { 2 } else { 1 };
        let signs = self.tree.tokens[first..].iter().filter(is_sign).take(n_tokens);
        let range = signs.map(|token| token.range()).reduce(|left, right| left.start..right.end);
        let range = range.unwrap_or(from.to_usize()..from.to_usize());
        let range = TextRange::new(offset(range.start), offset(range.end));
        self.leaf(NodeKind::Operator, Field::Op, range).data = operator as u32;
    }

    fn statements(&mut self, field: Field, statements: &[Stmt]) {
        statements.iter().for_each(|statement| self.statement(field, statement));
    }

    fn expressions<'e>(&mut self, field: Field, expressions: impl IntoIterator<Item = &'e Expr>) {
        expressions.into_iter().for_each(|expression| self.expression(field, expression));
    }

    fn statement(&mut self, field: Field, statement: &Stmt) {
        use Field as F;
        use NodeKind as K;
        let mut flags = 0;
        let mut data = 0;
        let range = statement.range();
        let at = self.tree.nodes.len();
        let mut set = |is_set: bool, flag: u8| flags |= if is_set { flag } else { 0 };
        match statement {
            Stmt::FunctionDef(it) => {
                set(it.is_async, ASYNC);
                self.node(K::FunctionDef, field, range, |build| {
                    build.decorators(&it.decorator_list);
                    build.identifier(F::Name, &it.name);
                    build.type_params(it.type_params.as_deref());
                    build.parameters(&it.parameters);
                    build.expressions(F::Returns, it.returns.as_deref());
                    build.statements(F::Body, &it.body);
                });
            }
            Stmt::ClassDef(it) => {
                self.node(K::ClassDef, field, range, |build| {
                    build.decorators(&it.decorator_list);
                    build.identifier(F::Name, &it.name);
                    build.type_params(it.type_params.as_deref());
                    if let Some(arguments) = &it.arguments {
                        build.arguments(F::Bases, arguments);
                    }
                    build.statements(F::Body, &it.body);
                });
            }
            Stmt::Return(it) => {
                self.node(K::Return, field, range, |build| build.expressions(F::Value, it.value.as_deref()));
            }
            Stmt::Delete(it) => {
                self.node(K::Delete, field, range, |build| build.expressions(F::Targets, &it.targets));
            }
            Stmt::TypeAlias(it) => {
                self.node(K::TypeAlias, field, range, |build| {
                    build.expression(F::Name, &it.name);
                    build.type_params(it.type_params.as_deref());
                    build.expression(F::Value, &it.value);
                });
            }
            Stmt::Assign(it) => {
                self.node(K::Assign, field, range, |build| {
                    build.expressions(F::Targets, &it.targets);
                    build.expression(F::Value, &it.value);
                });
            }
            Stmt::AugAssign(it) => {
                self.node(K::AugAssign, field, range, |build| {
                    build.expression(F::Target, &it.target);
                    build.operator(it.target.end(), binary(it.op));
                    build.expression(F::Value, &it.value);
                });
            }
            Stmt::AnnAssign(it) => {
                set(it.simple, SPECIAL);
                self.node(K::AnnAssign, field, range, |build| {
                    build.expression(F::Target, &it.target);
                    build.expression(F::Annotation, &it.annotation);
                    build.expressions(F::Value, it.value.as_deref());
                });
            }
            Stmt::For(it) => {
                set(it.is_async, ASYNC);
                self.node(K::For, field, range, |build| {
                    build.expression(F::Target, &it.target);
                    build.expression(F::Iter, &it.iter);
                    build.statements(F::Body, &it.body);
                    build.statements(F::Orelse, &it.orelse);
                });
            }
            Stmt::While(it) => {
                self.node(K::While, field, range, |build| {
                    build.expression(F::Test, &it.test);
                    build.statements(F::Body, &it.body);
                    build.statements(F::Orelse, &it.orelse);
                });
            }
            Stmt::If(it) => {
                self.node(K::If, field, range, |build| {
                    build.expression(F::Test, &it.test);
                    build.statements(F::Body, &it.body);
                    for clause in &it.elif_else_clauses {
                        build.node(K::Clause, F::Clauses, clause.range, |build| {
                            build.expressions(F::Test, clause.test.as_ref());
                            build.statements(F::Body, &clause.body);
                        });
                    }
                });
            }
            Stmt::With(it) => {
                set(it.is_async, ASYNC);
                self.node(K::With, field, range, |build| {
                    for item in &it.items {
                        build.node(K::WithItem, F::Items, item.range, |build| {
                            build.expression(F::ContextExpr, &item.context_expr);
                            build.expressions(F::OptionalVars, item.optional_vars.as_deref());
                        });
                    }
                    build.statements(F::Body, &it.body);
                });
            }
            Stmt::Match(it) => {
                self.node(K::Match, field, range, |build| {
                    build.expression(F::Subject, &it.subject);
                    for case in &it.cases {
                        build.node(K::MatchCase, F::Cases, case.range, |build| {
                            build.pattern(F::Pattern, &case.pattern);
                            build.expressions(F::Guard, case.guard.as_deref());
                            build.statements(F::Body, &case.body);
                        });
                    }
                });
            }
            Stmt::Raise(it) => {
                self.node(K::Raise, field, range, |build| {
                    build.expressions(F::Exc, it.exc.as_deref());
                    build.expressions(F::Cause, it.cause.as_deref());
                });
            }
            Stmt::Try(it) => {
                set(it.is_star, SPECIAL);
                self.node(K::Try, field, range, |build| {
                    build.statements(F::Body, &it.body);
                    for ExceptHandler::ExceptHandler(handler) in &it.handlers {
                        build.node(K::ExceptHandler, F::Handlers, handler.range, |build| {
                            build.expressions(F::Type, handler.type_.as_deref());
                            handler.name.iter().for_each(|name| build.identifier(F::Name, name));
                            build.statements(F::Body, &handler.body);
                        });
                    }
                    build.statements(F::Orelse, &it.orelse);
                    build.statements(F::Finalbody, &it.finalbody);
                });
            }
            Stmt::Assert(it) => {
                self.node(K::Assert, field, range, |build| {
                    build.expression(F::Test, &it.test);
                    build.expressions(F::Msg, it.msg.as_deref());
                });
            }
            Stmt::Import(it) => {
                self.node(K::Import, field, range, |build| build.aliases(&it.names));
            }
            Stmt::ImportFrom(it) => {
                data = it.level;
                self.node(K::ImportFrom, field, range, |build| {
                    it.module.iter().for_each(|module| build.identifier(F::Module, module));
                    build.aliases(&it.names);
                });
            }
            Stmt::Global(it) => {
                self.node(K::Global, field, range, |build| build.identifiers(&it.names));
            }
            Stmt::Nonlocal(it) => {
                self.node(K::Nonlocal, field, range, |build| build.identifiers(&it.names));
            }
            Stmt::Expr(it) => {
                self.node(K::Expr, field, range, |build| build.expression(F::Value, &it.value));
            }
            Stmt::Pass(_) => {
                self.leaf(K::Pass, field, range);
            }
            Stmt::Break(_) => {
                self.leaf(K::Break, field, range);
            }
            Stmt::Continue(_) => {
                self.leaf(K::Continue, field, range);
            }
            Stmt::IpyEscapeCommand(_) => {
                self.leaf(K::Escape, field, range);
            }
        }
        let row = &mut self.tree.nodes[at];
        (row.flags, row.data) = (flags, data);
    }

    fn identifiers(&mut self, names: &[Identifier]) {
        names.iter().for_each(|name| self.identifier(Field::Names, name));
    }

    fn aliases(&mut self, names: &[ruff_python_ast::Alias]) {
        for alias in names {
            self.node(NodeKind::Alias, Field::Names, alias.range, |build| {
                build.identifier(Field::Name, &alias.name);
                alias.asname.iter().for_each(|name| build.identifier(Field::Asname, name));
            });
        }
    }

    fn decorators(&mut self, decorators: &[ruff_python_ast::Decorator]) {
        for it in decorators {
            self.node(NodeKind::Decorator, Field::DecoratorList, it.range, |build| {
                build.expression(Field::Value, &it.expression);
            });
        }
    }
}

fn offset(at: usize) -> TextSize {
    TextSize::try_from(at).expect("the parser takes no text that is longer")
}

fn binary(operator: BinaryOp) -> Operator {
    match operator {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Sub,
        BinaryOp::Mult => Operator::Mult,
        BinaryOp::MatMult => Operator::MatMult,
        BinaryOp::Div => Operator::Div,
        BinaryOp::Mod => Operator::Mod,
        BinaryOp::Pow => Operator::Pow,
        BinaryOp::LShift => Operator::LShift,
        BinaryOp::RShift => Operator::RShift,
        BinaryOp::BitOr => Operator::BitOr,
        BinaryOp::BitXor => Operator::BitXor,
        BinaryOp::BitAnd => Operator::BitAnd,
        BinaryOp::FloorDiv => Operator::FloorDiv,
    }
}
