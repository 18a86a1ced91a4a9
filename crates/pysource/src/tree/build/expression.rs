//! Expressions.

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, Expr, ExprContext, FStringPart, InterpolatedStringElement, Number, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::super::{ASYNC, BRACKETED, DELETE, Field, Literal, NodeKind, Operator, SPECIAL, STORE, TRUE};
use super::{Build, binary};

impl Build<'_> {
    pub(super) fn expression(&mut self, field: Field, expression: &Expr) {
        use Field as F;
        use NodeKind as K;
        let range = expression.range();
        let (at, mut flags) = (self.tree.nodes.len(), 0);
        let bracketed = |is_set: bool| if is_set { BRACKETED } else { 0 };
        match expression {
            Expr::BoolOp(it) => {
                let operator = if it.op == BoolOp::And { Operator::And } else { Operator::Or };
                self.node(K::BoolOp, field, range, |build| {
                    let mut end = None;
                    for value in &it.values {
                        end.into_iter().for_each(|end| build.operator(end, operator));
                        build.expression(F::Values, value);
                        end = Some(value.end());
                    }
                });
            }
            Expr::Named(it) => {
                self.node(K::NamedExpr, field, range, |build| {
                    build.expression(F::Target, &it.target);
                    build.expression(F::Value, &it.value);
                });
            }
            Expr::BinOp(it) => {
                self.node(K::BinOp, field, range, |build| {
                    build.expression(F::Left, &it.left);
                    build.operator(it.left.end(), binary(it.op));
                    build.expression(F::Right, &it.right);
                });
            }
            Expr::UnaryOp(it) => {
                self.node(K::UnaryOp, field, range, |build| {
                    build.operator(range.start(), unary(it.op));
                    build.expression(F::Operand, &it.operand);
                });
            }
            Expr::Lambda(it) => {
                self.node(K::Lambda, field, range, |build| {
                    it.parameters.iter().for_each(|parameters| build.parameters(parameters));
                    build.expression(F::Body, &it.body);
                });
            }
            Expr::If(it) => {
                self.node(K::IfExp, field, range, |build| {
                    build.expression(F::Body, &it.body);
                    build.expression(F::Test, &it.test);
                    build.expression(F::Orelse, &it.orelse);
                });
            }
            Expr::Dict(it) => {
                self.node(K::Dict, field, range, |build| {
                    for item in &it.items {
                        build.expressions(F::Keys, &item.key);
                        build.expression(F::Values, &item.value);
                    }
                });
            }
            Expr::Set(it) => {
                self.node(K::Set, field, range, |build| build.expressions(F::Elts, &it.elts));
            }
            Expr::ListComp(it) => self.comprehension(K::ListComp, field, range, &it.elt, &it.generators),
            Expr::SetComp(it) => self.comprehension(K::SetComp, field, range, &it.elt, &it.generators),
            Expr::Generator(it) => {
                flags = bracketed(it.parenthesized);
                self.comprehension(K::GeneratorExp, field, range, &it.elt, &it.generators);
            }
            Expr::DictComp(it) => {
                self.node(K::DictComp, field, range, |build| {
                    build.expressions(F::Key, it.key.as_deref());
                    build.expression(F::Value, &it.value);
                    build.comprehensions(&it.generators);
                });
            }
            Expr::Await(it) => {
                self.node(K::Await, field, range, |build| build.expression(F::Value, &it.value));
            }
            Expr::Yield(it) => {
                self.node(K::Yield, field, range, |build| build.expressions(F::Value, it.value.as_deref()));
            }
            Expr::YieldFrom(it) => {
                self.node(K::YieldFrom, field, range, |build| build.expression(F::Value, &it.value));
            }
            Expr::Compare(it) => {
                self.node(K::Compare, field, range, |build| {
                    build.expression(F::Left, &it.left);
                    let mut end = it.left.end();
                    for (operator, right) in it.ops.iter().zip(&it.comparators) {
                        build.operator(end, comparison(*operator));
                        build.expression(F::Comparators, right);
                        end = right.end();
                    }
                });
            }
            Expr::Call(it) => {
                self.node(K::Call, field, range, |build| {
                    build.expression(F::Func, &it.func);
                    build.arguments(F::Args, &it.arguments);
                });
            }
            Expr::FString(it) => {
                self.node(K::JoinedStr, field, range, |build| {
                    for part in &it.value {
                        match part {
                            FStringPart::Literal(it) => {
                                let text = Literal::Str(it.value.clone());
                                build.literal(K::TextPart, F::Values, it.range, text);
                            }
                            FStringPart::FString(it) => build.elements(&it.elements),
                        }
                    }
                });
            }
            Expr::TString(it) => {
                self.node(K::TemplateStr, field, range, |build| {
                    it.value.iter().for_each(|part| build.elements(&part.elements));
                });
            }
            Expr::StringLiteral(it) => {
                self.literal(K::Str, field, range, Literal::Str(it.value.to_str().into()));
            }
            Expr::BytesLiteral(it) => {
                self.literal(K::Bytes, field, range, Literal::Bytes(it.value.bytes().collect()));
            }
            Expr::NumberLiteral(it) => {
                let literal = match &it.value {
                    Number::Int(value) => Literal::Int(value.as_u64()),
                    Number::Float(value) => Literal::Float(*value),
                    Number::Complex { imag, .. } => Literal::Imaginary(*imag),
                };
                self.literal(K::Number, field, range, literal);
            }
            Expr::BooleanLiteral(it) => {
                flags = if it.value { TRUE } else { 0 };
                self.leaf(K::Bool, field, range);
            }
            Expr::NoneLiteral(_) => {
                self.leaf(K::None, field, range);
            }
            Expr::EllipsisLiteral(_) => {
                self.leaf(K::Ellipsis, field, range);
            }
            Expr::Attribute(it) => {
                flags = context(it.ctx);
                self.node(K::Attribute, field, range, |build| {
                    build.expression(F::Value, &it.value);
                    build.identifier(F::Attr, &it.attr);
                });
            }
            Expr::Subscript(it) => {
                flags = context(it.ctx);
                self.node(K::Subscript, field, range, |build| {
                    build.expression(F::Value, &it.value);
                    build.expression(F::Slice, &it.slice);
                });
            }
            Expr::Starred(it) => {
                flags = context(it.ctx);
                self.node(K::Starred, field, range, |build| build.expression(F::Value, &it.value));
            }
            Expr::Name(it) => {
                flags = context(it.ctx);
                let number = self.name_number(&it.id);
                self.leaf(K::Name, field, range).data = number;
            }
            Expr::List(it) => {
                flags = context(it.ctx);
                self.node(K::List, field, range, |build| build.expressions(F::Elts, &it.elts));
            }
            Expr::Tuple(it) => {
                flags = context(it.ctx) | bracketed(it.parenthesized);
                self.node(K::Tuple, field, range, |build| build.expressions(F::Elts, &it.elts));
            }
            Expr::Slice(it) => {
                self.node(K::Slice, field, range, |build| {
                    build.expressions(F::Lower, it.lower.as_deref());
                    build.expressions(F::Upper, it.upper.as_deref());
                    build.expressions(F::Step, it.step.as_deref());
                });
            }
            Expr::IpyEscapeCommand(_) => {
                self.leaf(K::EscapeValue, field, range);
            }
        }
        self.tree.nodes[at].flags = flags;
    }

    pub(super) fn comprehension(
        &mut self,
        kind: NodeKind,
        field: Field,
        range: TextRange,
        element: &Expr,
        generators: &[Comprehension],
    ) {
        self.node(kind, field, range, |build| {
            build.expression(Field::Elt, element);
            build.comprehensions(generators);
        });
    }

    pub(super) fn comprehensions(&mut self, generators: &[Comprehension]) {
        for it in generators {
            let row = self.node(NodeKind::Comprehension, Field::Generators, it.range, |build| {
                build.expression(Field::Target, &it.target);
                build.expression(Field::Iter, &it.iter);
                build.expressions(Field::Ifs, &it.ifs);
            });
            row.flags = if it.is_async { ASYNC } else { 0 };
        }
    }

    pub(super) fn elements<'e>(&mut self, elements: impl IntoIterator<Item = &'e InterpolatedStringElement>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(it) => {
                    let text = Literal::Str(it.value.clone());
                    self.literal(NodeKind::TextPart, Field::Values, it.range, text);
                }
                InterpolatedStringElement::Interpolation(it) => {
                    let row = self.node(NodeKind::FormattedValue, Field::Values, it.range, |build| {
                        build.expression(Field::Value, &it.expression);
                        if let Some(spec) = &it.format_spec {
                            build.node(NodeKind::FormatSpec, Field::FormatSpec, spec.range, |build| {
                                build.elements(&spec.elements);
                            });
                        }
                    });
                    row.flags = if it.debug_text.is_some() { SPECIAL } else { 0 };
                }
            }
        }
    }
}

fn context(context: ExprContext) -> u8 {
    match context {
        ExprContext::Load | ExprContext::Invalid => 0,
        ExprContext::Store => STORE,
        ExprContext::Del => DELETE,
    }
}

fn unary(operator: UnaryOp) -> Operator {
    match operator {
        UnaryOp::Invert => Operator::Invert,
        UnaryOp::Not => Operator::Not,
        UnaryOp::UAdd => Operator::UAdd,
        UnaryOp::USub => Operator::USub,
    }
}

fn comparison(operator: CmpOp) -> Operator {
    match operator {
        CmpOp::Eq => Operator::Eq,
        CmpOp::NotEq => Operator::NotEq,
        CmpOp::Lt => Operator::Lt,
        CmpOp::LtE => Operator::LtE,
        CmpOp::Gt => Operator::Gt,
        CmpOp::GtE => Operator::GtE,
        CmpOp::Is => Operator::Is,
        CmpOp::IsNot => Operator::IsNot,
        CmpOp::In => Operator::In,
        CmpOp::NotIn => Operator::NotIn,
    }
}
