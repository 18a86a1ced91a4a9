//! The walk over a tree that finds what it binds, in the order in which Python runs it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, Comprehension, Decorator, ElifElseClause, ExceptHandler, Expr, InterpolatedStringElement,
    MatchCase, Parameters, Stmt, StmtClassDef, StmtFunctionDef, TString, TypeParams,
};
use ruff_text_size::{Ranged, TextRange};

use crate::parse::with_module;
use crate::place::{self, before, bytes, defined_first, function_start, is_magic};
use crate::targets::{self, Target};
use crate::{Binding, Dialect, Kind, NoPlace, Place, Query, Shape, SyntaxError, compiled};

/// Lists the bindings of a text by the place of their names.
///
/// # Errors
/// If the text does not parse.
pub fn bindings(text: &str, dialect: Dialect, query: &Query<'_>) -> Result<Vec<Binding>, SyntaxError> {
    with_module(text, dialect, |module| {
        let mut walk = Walk {
            text,
            query,
            found: Vec::new(),
            scope: "".into(),
            statement: 0..0,
            one_line_body: false,
            foreign_namespace: false,
            closed: None,
        };
        walk.suite(&module.body);
        walk.found.sort_by_key(|binding| (binding.name_range.start, binding.kind));
        walk.found
    })
}

struct Walk<'q> {
    text: &'q str,
    query: &'q Query<'q>,
    found: Vec<Binding>,
    scope: Arc<str>,
    statement: Range<usize>,
    one_line_body: bool,
    /// Whether names of this scope lie in a namespace that a metaclass made.
    foreign_namespace: bool,
    /// Why nothing may be put into the part that we are in.
    closed: Option<NoPlace>,
}

impl Walk<'_> {
    fn bind(
        &mut self,
        kind: Kind,
        name: impl Into<String>,
        shape: Shape,
        name_range: Range<usize>,
        place: Result<Place, NoPlace>,
    ) {
        if !self.query.kinds.has(kind) {
            return;
        }
        let name = name.into();
        let in_namespace = !matches!(kind, Kind::Comprehension | Kind::Parameter | Kind::Return);
        // The one name that the standard library's own namespace (of `Enum`) files under another.
        let foreign_namespace = self.foreign_namespace || name == "__order__";
        let place = match self.closed {
            Some(reason) => Err(reason),
            None if in_namespace && foreign_namespace => Err(NoPlace::ClassNamespace),
            None => place,
        };
        self.found.push(Binding {
            name,
            kind,
            shape,
            name_range,
            statement: self.statement.clone(),
            scope: self.scope.clone(),
            one_line_body: self.one_line_body,
            place,
        });
    }

    /// Binds the parts of targets; attributes and items have a place only where `value` can be wrapped.
    fn bind_targets<'a>(
        &mut self,
        kind: Kind,
        targets: impl IntoIterator<Item = &'a Expr>,
        place: &Result<Place, NoPlace>,
        value: Option<&Expr>,
    ) {
        let first = self.found.len();
        let wrap = |shape| match value {
            Some(value) if shape == Shape::Whole => place::value(value),
            _ => Err(NoPlace::SecondRead),
        };
        for target in targets {
            targets::each(target, Shape::Whole, &mut |part| match part {
                Target::Name(name, shape) => {
                    self.bind(kind, name.id.as_str(), shape, bytes(name.range), place.clone());
                }
                Target::Attribute(it, shape) => {
                    let range = bytes(it.attr.range);
                    self.bind(Kind::Attribute, it.attr.as_str(), shape, range, wrap(shape));
                }
                Target::Subscript(it, shape) => {
                    let (name, range) = item_name(it);
                    self.bind(Kind::Subscript, name, shape, bytes(range), wrap(shape));
                }
            });
        }
        self.mark_rebound(first);
    }

    /// Of names bound more than once by one statement only the last can be read afterwards.
    fn mark_rebound(&mut self, first: usize) {
        if self.found.len() - first < 2 {
            return;
        }
        let mut later = HashSet::new();
        for binding in self.found[first..].iter_mut().rev() {
            let is_name = !matches!(binding.kind, Kind::Attribute | Kind::Subscript);
            if is_name && !later.insert(binding.name.clone()) && binding.place.is_ok() {
                binding.place = Err(NoPlace::Rebound);
            }
        }
    }

    /// A function that is defined before the place of a probe may have taken the name.
    fn mark_redefined(&mut self, first: usize, body: &[Stmt]) {
        for binding in &mut self.found[first..] {
            let is_taken = binding.place.is_ok() && defined_first(body).any(|name| name == binding.name);
            if is_taken {
                binding.place = Err(NoPlace::Rebound);
            }
        }
    }

    /// Binds the targets of a header, to be read where its body begins.
    fn bind_in_header<'a>(&mut self, kind: Kind, targets: impl IntoIterator<Item = &'a Expr>, body: &[Stmt]) {
        let first = self.found.len();
        self.bind_targets(kind, targets, &before(body), None);
        self.mark_redefined(first, body);
    }

    /// Visits expressions in which nothing may be put, for `reason`.
    fn closed(&mut self, reason: NoPlace, visit: impl FnOnce(&mut Self)) {
        let outer = self.closed;
        self.closed = outer.or(Some(reason));
        visit(self);
        self.closed = outer;
    }

    /// Visits the block under a header.
    fn block(&mut self, body: &[Stmt]) {
        let Some(first) = body.first() else { return };
        let outer = (self.one_line_body, self.statement.clone());
        self.one_line_body = self.follows_on_line(first.start().into());
        self.suite(body);
        (self.one_line_body, self.statement) = outer;
    }

    fn suite(&mut self, body: &[Stmt]) {
        for (index, statement) in body.iter().enumerate() {
            self.visit_stmt(statement);
            let (name, range) = match statement {
                Stmt::FunctionDef(it) => (&it.name, it.name.range),
                Stmt::ClassDef(it) => (&it.name, it.name.range),
                _ => continue,
            };
            self.statement = self.definition_header(statement);
            let rest = &body[index + 1..];
            let first = self.found.len();
            self.bind(Kind::Def, name.as_str(), Shape::Whole, bytes(range), before(rest));
            self.mark_redefined(first, rest);
        }
    }

    /// Whether something other than a newline comes before `offset`.
    fn follows_on_line(&self, offset: usize) -> bool {
        let mut before = self.text[..offset].trim_end_matches([' ', '\t', '\x0c']);
        while let Some(rest) = before.strip_suffix("\\\n").or_else(|| before.strip_suffix("\\\r\n")) {
            before = rest.trim_end_matches([' ', '\t', '\x0c']);
        }
        !before.is_empty() && !before.ends_with(['\n', '\r'])
    }

    /// The header that begins at `start`, with the first colon from `end` on, where its last expression ends.
    fn header(&self, start: usize, end: usize) -> Range<usize> {
        let colon = self.text[end..].find(':').map_or(end, |colon| end + colon + 1);
        start..colon
    }

    fn definition_header(&self, statement: &Stmt) -> Range<usize> {
        let (decorators, name, end) = match statement {
            Stmt::FunctionDef(it) => {
                let end = it.returns.as_ref().map_or(it.parameters.end(), |returns| returns.end());
                (&it.decorator_list, it.name.start(), end)
            }
            Stmt::ClassDef(it) => {
                let end = it.arguments.as_ref().map_or(it.name.end(), |arguments| arguments.end());
                let end = it.type_params.as_ref().map_or(end, |parameters| end.max(parameters.end()));
                (&it.decorator_list, it.name.start(), end)
            }
            other => return bytes(other.range()),
        };
        let mut start = usize::from(statement.start());
        if let Some(last) = decorators.last() {
            // Comments may stand between the last decorator and the definition's own line.
            let between = &self.text[last.end().into()..name.into()];
            let line = between.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
            let indent = between[line..].len() - between[line..].trim_start().len();
            start = usize::from(last.end()) + line + indent;
        }
        self.header(start, end.into())
    }

    fn function(&mut self, it: &StmtFunctionDef) {
        it.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        it.type_params.iter().for_each(|parameters| self.visit_type_params(parameters));
        self.defaults(&it.parameters);
        it.returns.iter().for_each(|annotation| self.visit_annotation(annotation));
        let is_compiled =
            compiled::is_compiled(&it.decorator_list) || self.query.compiled.contains(it.name.as_str());
        self.in_scope(&it.name, false, |walk| {
            let outer = walk.closed;
            if is_compiled {
                walk.closed = outer.or(Some(NoPlace::CompiledFunction));
            }
            let first = walk.found.len();
            walk.parameters(&it.parameters, &function_start(&it.body));
            walk.mark_redefined(first, &it.body);
            walk.block(&it.body);
            walk.closed = outer;
        });
    }

    fn class(&mut self, it: &StmtClassDef) {
        it.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        it.type_params.iter().for_each(|parameters| self.visit_type_params(parameters));
        it.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        let foreign = it.arguments.as_ref().is_some_and(|arguments| {
            !arguments.keywords.is_empty() || (self.query.foreign_namespaces && !arguments.args.is_empty())
        });
        let is_compiled = compiled::is_compiled(&it.decorator_list);
        self.in_scope(&it.name, foreign, |walk| {
            let outer = walk.closed;
            if is_compiled {
                walk.closed = outer.or(Some(NoPlace::CompiledFunction));
            }
            walk.block(&it.body);
            walk.closed = outer;
        });
    }

    fn in_scope(&mut self, name: &str, foreign: bool, visit: impl FnOnce(&mut Self)) {
        let inner: Arc<str> =
            if self.scope.is_empty() { name.into() } else { format!("{}.{name}", self.scope).into() };
        let outer = (
            std::mem::replace(&mut self.scope, inner),
            std::mem::replace(&mut self.foreign_namespace, foreign),
        );
        visit(self);
        (self.scope, self.foreign_namespace) = outer;
    }

    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            parameter.default.iter().for_each(|default| self.visit_expr(default));
        }
        for parameter in parameters {
            parameter.annotation().iter().for_each(|annotation| self.visit_annotation(annotation));
        }
    }

    fn parameters(&mut self, parameters: &Parameters, place: &Result<Place, NoPlace>) {
        for parameter in parameters {
            let name = parameter.name();
            self.bind(Kind::Parameter, name.as_str(), Shape::Whole, bytes(name.range), place.clone());
        }
    }

    fn imports(&mut self, names: &[Alias], place: Result<Place, NoPlace>) {
        let first = self.found.len();
        for alias in names {
            if alias.name == *"*" {
                let range = bytes(alias.name.range);
                self.bind(Kind::Import, "*", Shape::Whole, range, Err(NoPlace::StarImport));
                continue;
            }
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            let range = bytes(bound.range);
            // `import a.b` binds `a`; blanks may stand round the dot.
            let length = self.text[range.clone()]
                .find(|character: char| character == '.' || character == '\\' || character.is_whitespace())
                .unwrap_or(range.len());
            let name = bound.split('.').next().unwrap_or(bound);
            let range = range.start..range.start + length;
            self.bind(Kind::Import, name, Shape::Whole, range, place.clone());
        }
        self.mark_rebound(first);
    }
}

/// What to call an item: `price` for `df["price"]`, `xs` for `self.xs[0]`.
fn item_name(item: &ruff_python_ast::ExprSubscript) -> (String, TextRange) {
    if let Expr::StringLiteral(key) = &*item.slice {
        return (key.value.to_str().to_owned(), key.range);
    }
    let mut holder = &*item.value;
    loop {
        holder = match holder {
            Expr::Name(it) => return (it.id.to_string(), it.range),
            Expr::Attribute(it) => return (it.attr.to_string(), it.attr.range),
            Expr::Subscript(it) => &it.value,
            Expr::Call(it) => &it.func,
            other => return (String::new(), other.range()),
        };
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.block(body);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let start = usize::from(statement.start());
        let end = usize::from(statement.end());
        self.statement = match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => self.definition_header(statement),
            Stmt::For(it) => self.header(start, it.iter.end().into()),
            Stmt::While(it) => self.header(start, it.test.end().into()),
            Stmt::If(it) => self.header(start, it.test.end().into()),
            Stmt::With(it) => self.header(start, it.items.last().map_or(start, |item| item.end().into())),
            Stmt::Match(it) => self.header(start, it.subject.end().into()),
            Stmt::Try(_) => self.header(start, start),
            _ => start..end,
        };
        let after = if is_magic(statement) { Err(NoPlace::Magic) } else { Ok(Place::After(end)) };
        match statement {
            Stmt::FunctionDef(it) => self.function(it),
            Stmt::ClassDef(it) => self.class(it),
            Stmt::TypeAlias(it) => {
                self.closed(NoPlace::SourceIsValue, |walk| walk.visit_expr(&it.value));
                if let Expr::Name(name) = &*it.name {
                    self.bind(Kind::Def, name.id.as_str(), Shape::Whole, bytes(name.range), after);
                }
            }
            Stmt::For(it) => {
                self.visit_expr(&it.iter);
                self.visit_expr(&it.target);
                self.bind_in_header(Kind::For, [&*it.target], &it.body);
                self.block(&it.body);
                self.block(&it.orelse);
            }
            Stmt::With(it) => {
                it.items.iter().for_each(|item| self.visit_with_item(item));
                let targets = it.items.iter().filter_map(|item| item.optional_vars.as_deref());
                self.bind_in_header(Kind::With, targets, &it.body);
                self.block(&it.body);
            }
            Stmt::ImportFrom(it) => {
                // Code between two of these would end the part of a file where they may stand.
                let is_future = it.module.as_deref() == Some("__future__");
                self.imports(
                    &it.names,
                    if is_future { Err(NoPlace::FutureImport) } else { Ok(Place::After(end)) },
                );
            }
            Stmt::Import(it) => self.imports(&it.names, Ok(Place::After(end))),
            simple => {
                visitor::walk_stmt(self, simple);
                match simple {
                    Stmt::Assign(it) => {
                        self.bind_targets(Kind::Assign, &it.targets, &after, Some(&it.value));
                    }
                    Stmt::AnnAssign(it) if it.value.is_some() => {
                        self.bind_targets(Kind::AnnAssign, [&*it.target], &after, it.value.as_deref());
                    }
                    Stmt::AugAssign(it) => {
                        self.bind_targets(Kind::AugAssign, [&*it.target], &after, None);
                    }
                    Stmt::Return(it) => {
                        if let Some(value) = &it.value {
                            let name = self.scope.rsplit('.').next().unwrap_or_default().to_owned();
                            let range = bytes(value.range());
                            self.bind(Kind::Return, name, Shape::Whole, range, place::value(value));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Named(it) => {
                self.visit_expr(&it.value);
                if let Expr::Name(name) = &*it.target {
                    let range = bytes(name.range);
                    self.bind(Kind::Walrus, name.id.as_str(), Shape::Whole, range, place::value(&it.value));
                }
            }
            Expr::Lambda(it) => {
                if let Some(parameters) = &it.parameters {
                    self.defaults(parameters);
                    self.parameters(parameters, &place::guard(&it.body));
                }
                // Names that a lambda binds are its own.
                let outer = std::mem::replace(&mut self.foreign_namespace, false);
                self.visit_expr(&it.body);
                self.foreign_namespace = outer;
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_comprehension(&mut self, it: &'a Comprehension) {
        visitor::walk_comprehension(self, it);
        let place = match it.ifs.first() {
            Some(first) => place::guard(first),
            None => Ok(Place::Filter(it.range.end().into())),
        };
        self.bind_targets(Kind::Comprehension, [&it.target], &place, None);
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        self.closed(NoPlace::SourceIsValue, |walk| walk.visit_expr(annotation));
    }

    fn visit_type_params(&mut self, it: &'a TypeParams) {
        self.closed(NoPlace::SourceIsValue, |walk| visitor::walk_type_params(walk, it));
    }

    fn visit_t_string(&mut self, it: &'a TString) {
        self.closed(NoPlace::SourceIsValue, |walk| visitor::walk_t_string(walk, it));
    }

    fn visit_interpolated_string_element(&mut self, it: &'a InterpolatedStringElement) {
        let shows_source =
            matches!(it, InterpolatedStringElement::Interpolation(it) if it.debug_text.is_some());
        if shows_source {
            let reason = NoPlace::SourceIsValue;
            self.closed(reason, |walk| visitor::walk_interpolated_string_element(walk, it));
        } else {
            visitor::walk_interpolated_string_element(self, it);
        }
    }

    fn visit_elif_else_clause(&mut self, it: &'a ElifElseClause) {
        if let Some(test) = &it.test {
            self.statement = self.header(it.start().into(), test.end().into());
        }
        visitor::walk_elif_else_clause(self, it);
    }

    fn visit_except_handler(&mut self, it: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(handler) = it;
        let end = handler.type_.as_ref().map_or(it.start(), |kind| kind.end());
        self.statement = self.header(it.start().into(), end.into());
        if let Some(name) = &handler.name {
            let first = self.found.len();
            self.bind(Kind::Except, name.as_str(), Shape::Whole, bytes(name.range), before(&handler.body));
            self.mark_redefined(first, &handler.body);
        }
        visitor::walk_except_handler(self, it);
    }

    fn visit_match_case(&mut self, it: &'a MatchCase) {
        let end = it.guard.as_ref().map_or(it.pattern.end(), |guard| guard.end());
        self.statement = self.header(it.start().into(), end.into());
        let place = it.guard.as_deref().map_or_else(|| before(&it.body), place::guard);
        let first = self.found.len();
        targets::captures(&it.pattern, &mut |name| {
            self.bind(Kind::Case, name.as_str(), Shape::Nested, bytes(name.range), place.clone());
        });
        self.mark_rebound(first);
        if it.guard.is_none() {
            self.mark_redefined(first, &it.body);
        }
        visitor::walk_match_case(self, it);
    }

    fn visit_decorator(&mut self, it: &'a Decorator) {
        let outer = std::mem::replace(&mut self.statement, bytes(it.range));
        visitor::walk_decorator(self, it);
        self.statement = outer;
    }
}
