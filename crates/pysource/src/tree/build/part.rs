//! Parts of statements: parameters, arguments, patterns.

use ruff_python_ast::{
    ArgOrKeyword, Arguments, Expr, Parameter, ParameterWithDefault, Parameters, Pattern, Singleton,
    TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextRange};

use super::super::{Field, NodeKind, TRUE};
use super::Build;

impl Build<'_> {
    pub(super) fn type_params(&mut self, it: Option<&TypeParams>) {
        let Some(it) = it else { return };
        self.node(NodeKind::TypeParams, Field::TypeParams, it.range, |build| {
            for parameter in &it.type_params {
                let (kind, name, bound, default) = match parameter {
                    TypeParam::TypeVar(it) => (NodeKind::TypeVar, &it.name, it.bound.as_deref(), &it.default),
                    TypeParam::TypeVarTuple(it) => (NodeKind::TypeVarTuple, &it.name, None, &it.default),
                    TypeParam::ParamSpec(it) => (NodeKind::ParamSpec, &it.name, None, &it.default),
                };
                build.node(kind, Field::Names, parameter.range(), |build| {
                    build.identifier(Field::Name, name);
                    build.expressions(Field::Bound, bound);
                    build.expressions(Field::Default, default.as_deref());
                });
            }
        });
    }

    pub(super) fn parameters(&mut self, it: &Parameters) {
        self.node(NodeKind::Parameters, Field::Parameters, it.range, |build| {
            let with_default = |build: &mut Self, field, it: &ParameterWithDefault| {
                build.parameter(field, it.range, &it.parameter, it.default.as_deref());
            };
            it.posonlyargs.iter().for_each(|it| with_default(build, Field::Posonlyargs, it));
            it.args.iter().for_each(|it| with_default(build, Field::Args, it));
            it.vararg.iter().for_each(|it| build.parameter(Field::Vararg, it.range, it, None));
            it.kwonlyargs.iter().for_each(|it| with_default(build, Field::Kwonlyargs, it));
            it.kwarg.iter().for_each(|it| build.parameter(Field::Kwarg, it.range, it, None));
        });
    }

    pub(super) fn parameter(
        &mut self,
        field: Field,
        range: TextRange,
        it: &Parameter,
        default: Option<&Expr>,
    ) {
        self.node(NodeKind::Parameter, field, range, |build| {
            build.identifier(Field::Name, &it.name);
            build.expressions(Field::Annotation, it.annotation.as_deref());
            build.expressions(Field::Default, default);
        });
    }

    /// The arguments of a call, or the bases and keywords of a class, in the order of the source.
    pub(super) fn arguments(&mut self, field: Field, it: &Arguments) {
        for argument in it.iter_source_order() {
            match argument {
                ArgOrKeyword::Arg(value) => self.expression(field, value),
                ArgOrKeyword::Keyword(keyword) => {
                    self.node(NodeKind::Keyword, Field::Keywords, keyword.range, |build| {
                        keyword.arg.iter().for_each(|name| build.identifier(Field::Name, name));
                        build.expression(Field::Value, &keyword.value);
                    });
                }
            }
        }
    }

    pub(super) fn pattern(&mut self, field: Field, pattern: &Pattern) {
        use Field as F;
        use NodeKind as K;
        let range = pattern.range();
        match pattern {
            Pattern::MatchValue(it) => {
                self.node(K::MatchValue, field, range, |build| build.expression(F::Value, &it.value));
            }
            Pattern::MatchSingleton(it) => {
                let row = self.leaf(K::MatchSingleton, field, range);
                row.flags = if it.value == Singleton::True { TRUE } else { 0 };
            }
            Pattern::MatchSequence(it) => {
                self.node(K::MatchSequence, field, range, |build| {
                    it.patterns.iter().for_each(|inner| build.pattern(F::Patterns, inner));
                });
            }
            Pattern::MatchMapping(it) => {
                self.node(K::MatchMapping, field, range, |build| {
                    for (key, inner) in it.keys.iter().zip(&it.patterns) {
                        build.expression(F::Keys, key);
                        build.pattern(F::Patterns, inner);
                    }
                    it.rest.iter().for_each(|name| build.identifier(F::Rest, name));
                });
            }
            Pattern::MatchClass(it) => {
                self.node(K::MatchClass, field, range, |build| {
                    build.expression(F::Cls, &it.cls);
                    it.arguments.patterns.iter().for_each(|inner| build.pattern(F::Patterns, inner));
                    for keyword in &it.arguments.keywords {
                        build.node(K::MatchKeyword, F::Keywords, keyword.range, |build| {
                            build.identifier(F::Attr, &keyword.attr);
                            build.pattern(F::Pattern, &keyword.pattern);
                        });
                    }
                });
            }
            Pattern::MatchStar(it) => {
                self.node(K::MatchStar, field, range, |build| {
                    it.name.iter().for_each(|name| build.identifier(F::Name, name));
                });
            }
            Pattern::MatchAs(it) => {
                self.node(K::MatchAs, field, range, |build| {
                    it.pattern.iter().for_each(|inner| build.pattern(F::Pattern, inner));
                    it.name.iter().for_each(|name| build.identifier(F::Name, name));
                });
            }
            Pattern::MatchOr(it) => {
                self.node(K::MatchOr, field, range, |build| {
                    it.patterns.iter().for_each(|inner| build.pattern(F::Patterns, inner));
                });
            }
        }
    }
}
