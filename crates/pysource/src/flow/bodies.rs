//! Bodies that have names of their own: functions, lambdas, classes, comprehensions.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::Visitor as _;
use ruff_python_ast::{
    Comprehension, Expr, ExprLambda, Parameters, Stmt, StmtClassDef, StmtFunctionDef, TypeParam, TypeParams,
};

use ruff_text_size::Ranged as _;

use super::own::Own;
use super::{Act, Chance, Flow, Scope};
use crate::targets;

impl Flow<'_> {
    pub(super) fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            parameter.default.iter().for_each(|default| self.visit_expr(default));
        }
    }

    pub(super) fn function(&mut self, it: &StmtFunctionDef) {
        it.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        self.defaults(&it.parameters);
        self.annotations(it);
        self.name(&it.name, Act::Define, it.name.start());
        let mut own = Own::of(&it.body);
        own.names.extend(it.parameters.iter().map(|parameter| parameter.name().to_string()));
        own.names.extend(type_names(it.type_params.as_deref()));
        // A generator and a coroutine run later than they are called; what a decorator makes of a call nobody knows.
        let is_later = it.is_async || own.yields || !it.decorator_list.is_empty();
        let scope = Scope { own: own.names, function: Some(it.name.to_string()) };
        let outer = std::mem::replace(&mut self.chance, if is_later { Chance::Maybe } else { Chance::Sure });
        self.in_scope(scope, |flow| flow.visit_body(&it.body));
        self.chance = outer;
    }

    pub(super) fn annotations(&mut self, it: &StmtFunctionDef) {
        // Names that type parameters bring along are the function's own.
        if it.type_params.is_none() {
            let annotations = it.parameters.iter().filter_map(|parameter| parameter.annotation());
            let outer = std::mem::replace(&mut self.annotates, true);
            annotations.chain(it.returns.as_deref()).for_each(|annotation| self.visit_expr(annotation));
            self.annotates = outer;
        }
    }

    pub(super) fn lambda(&mut self, it: &ExprLambda) {
        let mut own = BTreeSet::new();
        if let Some(parameters) = &it.parameters {
            self.defaults(parameters);
            own.extend(parameters.iter().map(|parameter| parameter.name().to_string()));
        }
        let scope = Scope { own, function: Some("lambda".to_owned()) };
        self.in_scope(scope, |flow| flow.with_chance(Chance::Likely, |flow| flow.visit_expr(&it.body)));
    }

    pub(super) fn class(&mut self, it: &StmtClassDef) {
        it.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        if it.type_params.is_none() {
            it.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        }
        // What a class binds is its own once it is bound; a name read before may be one from outside.
        let mut own = Own::of(&it.body).names;
        own.extend(type_names(it.type_params.as_deref()));
        self.in_scope(Scope { own, function: None }, |flow| {
            for statement in &it.body {
                match statement {
                    // The names of a class are not seen by its functions.
                    Stmt::FunctionDef(method) => {
                        let class = flow.scopes.pop();
                        method.decorator_list.iter().for_each(|decorator| {
                            // Those of properties (`@x.setter`) are the class's.
                            if !matches!(&decorator.expression, Expr::Attribute(_)) {
                                flow.visit_expr(&decorator.expression);
                            }
                        });
                        let mut own = Own::of(&method.body).names;
                        own.extend(method.parameters.iter().map(|parameter| parameter.name().to_string()));
                        own.insert("__class__".to_owned());
                        let types =
                            it.type_params.as_deref().into_iter().chain(method.type_params.as_deref());
                        own.extend(types.flat_map(|types| type_names(Some(types))));
                        let scope = Scope { own, function: Some(it.name.to_string()) };
                        let chance = std::mem::replace(&mut flow.chance, Chance::Maybe);
                        if method.name == *"__init__" {
                            flow.chance = Chance::Sure;
                        }
                        flow.in_scope(scope, |flow| flow.visit_body(&method.body));
                        flow.chance = chance;
                        flow.scopes.extend(class);
                    }
                    other => flow.visit_stmt(other),
                }
            }
        });
        self.name(&it.name, Act::Define, it.name.start());
    }

    pub(super) fn comprehension(&mut self, generators: &[Comprehension], elements: &[&Expr], chance: Chance) {
        // The first iterable is evaluated outside, and always.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let mut own = BTreeSet::new();
        for generator in generators {
            targets::each(&generator.target, crate::Shape::Whole, &mut |part| {
                if let targets::Target::Name(name, _) = part {
                    own.insert(name.id.to_string());
                }
            });
        }
        self.in_scope(Scope { own, function: None }, |flow| {
            flow.with_chance(chance, |flow| {
                for (at, generator) in generators.iter().enumerate() {
                    if at > 0 {
                        flow.visit_expr(&generator.iter);
                    }
                    generator.ifs.iter().for_each(|test| flow.visit_expr(test));
                }
                elements.iter().for_each(|element| flow.visit_expr(element));
            });
        });
    }
}

/// The names that `[T, *Ts, **P]` brings along.
fn type_names(types: Option<&TypeParams>) -> impl Iterator<Item = String> {
    types.into_iter().flat_map(|types| &types.type_params).map(|one| match one {
        TypeParam::TypeVar(it) => it.name.to_string(),
        TypeParam::TypeVarTuple(it) => it.name.to_string(),
        TypeParam::ParamSpec(it) => it.name.to_string(),
    })
}
