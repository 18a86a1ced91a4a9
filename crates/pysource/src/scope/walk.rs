//! The two walks that find scopes and resolve names.

use rustc_hash::FxHashMap;

use super::{Access, AccessKind, Scope, ScopeId, ScopeKind, Scopes, Variable, VariableId};
use crate::tree::{Field, NameId, Node, NodeId, NodeKind, Tree};

/// What a scope does with a name: something in it binds it, …
const BOUND: u8 = 1;
/// … it is a parameter, …
const PARAMETER: u8 = 2;
/// … `global` names it, …
const GLOBAL: u8 = 4;
/// … or `nonlocal`, or it is bound in a comprehension for the scope around it.
const ELSEWHERE: u8 = 8;

const MODULE: ScopeId = ScopeId(0);

pub(super) fn scopes(tree: &Tree<'_>) -> Scopes {
    let mut collect = Collect {
        tree,
        scopes: Vec::new(),
        names: Vec::new(),
        accesses: Vec::new(),
        mangled: Vec::new(),
        numbers: (0..tree.n_names() as u32).map(|at| (tree.name(NameId(at)).into(), NameId(at))).collect(),
        scope: MODULE,
        class: None,
    };
    collect.enter(ScopeKind::Module, tree.root(), |collect| {
        tree.root().children().for_each(|statement| collect.visit(statement));
    });
    collect.resolve()
}

struct Collect<'a> {
    tree: &'a Tree<'a>,
    scopes: Vec<Scope>,
    /// Of every scope the names that it does something with.
    names: Vec<FxHashMap<NameId, u8>>,
    accesses: Vec<Access>,
    mangled: Vec<Box<str>>,
    /// The numbers of all names.
    numbers: FxHashMap<Box<str>, NameId>,
    scope: ScopeId,
    /// The innermost class around, whose private names are changed.
    class: Option<Node<'a>>,
}

impl<'a> Collect<'a> {
    fn enter(&mut self, kind: ScopeKind, node: Node<'a>, visit: impl FnOnce(&mut Self)) {
        let id = ScopeId(self.scopes.len() as u32);
        let parent = (kind != ScopeKind::Module).then_some(self.scope);
        self.scopes.push(Scope { kind, node: node.id, parent, imports_all: false });
        self.names.push(FxHashMap::default());
        let outer = std::mem::replace(&mut self.scope, id);
        visit(self);
        self.scope = outer;
    }

    fn flag(&mut self, scope: ScopeId, name: NameId, flag: u8) {
        *self.names[scope.0 as usize].entry(name).or_default() |= flag;
    }

    fn access(&mut self, node: NodeId, name: NameId, kind: AccessKind) {
        // Until it is resolved, the name stands in for the variable.
        self.accesses.push(Access { node, kind, scope: self.scope, variable: VariableId(name.0) });
    }

    fn read(&mut self, node: Node<'a>) {
        if let Some(name) = self.name_of(node) {
            self.flag(self.scope, name, 0);
            self.access(node.id, name, AccessKind::Read);
        }
    }

    fn write(&mut self, node: Node<'a>) {
        self.bind(node, AccessKind::Write, BOUND);
    }

    fn bind(&mut self, node: Node<'a>, kind: AccessKind, flags: u8) {
        if let Some(name) = self.name_of(node) {
            self.flag(self.scope, name, flags);
            self.access(node.id, name, kind);
        }
    }

    /// The name of a node as the compiler takes it: of an imported module its first part, of a private name in a class
    /// the class's own form.
    fn name_of(&mut self, node: Node<'a>) -> Option<NameId> {
        let (id, name) = (node.name_id()?, node.name()?);
        let first = name.split('.').next().unwrap_or(name).trim();
        if first.len() < name.len() && node.kind() == NodeKind::Identifier {
            return Some(self.made(first.to_owned()));
        }
        let Some(class) = self.class.and_then(Node::name).map(|class| class.trim_start_matches('_')) else {
            return Some(id);
        };
        let is_private = name.starts_with("__") && !name.ends_with("__") && !class.is_empty();
        Some(if is_private { self.made(format!("_{class}{name}")) } else { id })
    }

    /// The number of a name that the text may not have as it is.
    fn made(&mut self, name: String) -> NameId {
        if let Some(known) = self.numbers.get(name.as_str()) {
            return *known;
        }
        let id = NameId((self.tree.n_names() + self.mangled.len()) as u32);
        self.mangled.push(name.clone().into());
        self.numbers.insert(name.into(), id);
        id
    }

    fn visit_all(&mut self, node: Node<'a>, field: Field) {
        node.all(field).for_each(|child| self.visit(child));
    }

    fn visit_fields(&mut self, node: Node<'a>, fields: &[Field]) {
        fields.iter().for_each(|field| self.visit_all(node, *field));
    }

    fn visit(&mut self, node: Node<'a>) {
        match node.kind() {
            NodeKind::Name if node.is_store() => self.write(node),
            NodeKind::Name if node.is_delete() => self.bind(node, AccessKind::Delete, BOUND),
            NodeKind::Name => self.read(node),
            NodeKind::FunctionDef => self.function(node),
            NodeKind::ClassDef => self.class(node),
            NodeKind::Lambda => {
                let parameters = node.get(Field::Parameters);
                parameters.into_iter().for_each(|parameters| self.defaults(parameters));
                self.enter(ScopeKind::Lambda, node, |collect| {
                    parameters.into_iter().for_each(|parameters| collect.parameters(parameters));
                    collect.visit_all(node, Field::Body);
                });
            }
            NodeKind::ListComp | NodeKind::SetComp | NodeKind::DictComp | NodeKind::GeneratorExp => {
                self.comprehension(node);
            }
            NodeKind::NamedExpr => {
                self.visit_all(node, Field::Value);
                node.get(Field::Target).into_iter().for_each(|target| self.walrus(target));
            }
            NodeKind::TypeAlias => {
                let name = node.get(Field::Name);
                self.with_type_parameters(node, |collect| collect.visit_all(node, Field::Value));
                name.into_iter().for_each(|name| self.visit(name));
            }
            NodeKind::Assign => self.visit_fields(node, &[Field::Value, Field::Targets]),
            NodeKind::AugAssign => {
                let target = node.get(Field::Target);
                let name = target.filter(|target| target.kind() == NodeKind::Name);
                match name {
                    Some(name) => self.read(name),
                    None => self.visit_all(node, Field::Target),
                }
                self.visit_all(node, Field::Value);
                name.into_iter().for_each(|name| self.write(name));
            }
            NodeKind::AnnAssign => self.annotated(node),
            NodeKind::For => {
                self.visit_fields(node, &[Field::Iter, Field::Target, Field::Body, Field::Orelse]);
            }
            NodeKind::IfExp => self.visit_fields(node, &[Field::Test, Field::Body, Field::Orelse]),
            NodeKind::Import | NodeKind::ImportFrom => self.imports(node),
            NodeKind::Global | NodeKind::Nonlocal => {
                let flag = if node.kind() == NodeKind::Global { GLOBAL } else { ELSEWHERE };
                node.children().for_each(|name| self.bind(name, AccessKind::Declare, flag));
            }
            NodeKind::ExceptHandler => {
                self.visit_all(node, Field::Type);
                let name = node.get(Field::Name);
                name.into_iter().for_each(|name| self.write(name));
                self.visit_all(node, Field::Body);
                name.into_iter().for_each(|name| self.bind(name, AccessKind::Delete, BOUND));
            }
            NodeKind::MatchAs | NodeKind::MatchStar | NodeKind::MatchMapping => {
                for child in node.children() {
                    match child.field() {
                        Field::Name | Field::Rest => self.write(child),
                        _ => self.visit(child),
                    }
                }
            }
            _ => node.children().for_each(|child| self.visit(child)),
        }
    }

    fn function(&mut self, node: Node<'a>) {
        self.visit_all(node, Field::DecoratorList);
        let parameters = node.get(Field::Parameters);
        parameters.into_iter().for_each(|parameters| self.defaults(parameters));
        self.with_type_parameters(node, |collect| {
            for parameter in parameters.into_iter().flat_map(Node::children) {
                collect.visit_all(parameter, Field::Annotation);
            }
            collect.visit_all(node, Field::Returns);
            collect.enter(ScopeKind::Function, node, |collect| {
                parameters.into_iter().for_each(|parameters| collect.parameters(parameters));
                collect.visit_all(node, Field::Body);
            });
        });
        node.get(Field::Name).into_iter().for_each(|name| self.write(name));
    }

    fn class(&mut self, node: Node<'a>) {
        self.visit_all(node, Field::DecoratorList);
        self.with_type_parameters(node, |collect| {
            collect.visit_fields(node, &[Field::Bases, Field::Keywords]);
            let outer = collect.class.replace(node);
            collect.enter(ScopeKind::Class, node, |collect| collect.visit_all(node, Field::Body));
            collect.class = outer;
        });
        node.get(Field::Name).into_iter().for_each(|name| self.write(name));
    }

    /// Visits what sees a definition's type parameters, in a scope of theirs if there are any.
    fn with_type_parameters(&mut self, node: Node<'a>, visit: impl FnOnce(&mut Self)) {
        let Some(list) = node.get(Field::TypeParams) else { return visit(self) };
        self.enter(ScopeKind::TypeParameters, list, |collect| {
            for parameter in list.children() {
                parameter.get(Field::Name).into_iter().for_each(|name| collect.write(name));
                collect.visit_fields(parameter, &[Field::Bound, Field::Default]);
            }
            visit(collect);
        });
    }

    fn defaults(&mut self, parameters: Node<'a>) {
        parameters.children().for_each(|parameter| self.visit_all(parameter, Field::Default));
    }

    fn parameters(&mut self, parameters: Node<'a>) {
        for parameter in parameters.children() {
            let name = parameter.get(Field::Name);
            name.into_iter().for_each(|name| self.bind(name, AccessKind::Write, BOUND | PARAMETER));
        }
    }

    fn comprehension(&mut self, node: Node<'a>) {
        let generators = || node.all(Field::Generators);
        generators().take(1).for_each(|first| self.visit_all(first, Field::Iter));
        self.enter(ScopeKind::Comprehension, node, |collect| {
            for (at, generator) in generators().enumerate() {
                if at > 0 {
                    collect.visit_all(generator, Field::Iter);
                }
                collect.visit_fields(generator, &[Field::Target, Field::Ifs]);
            }
            collect.visit_fields(node, &[Field::Elt, Field::Key, Field::Value]);
        });
    }

    /// A walrus in a comprehension binds for the scope around all comprehensions that it stands in.
    fn walrus(&mut self, target: Node<'a>) {
        let Some(name) = self.name_of(target) else { return self.visit(target) };
        let mut scope = self.scope;
        while let Scope { kind: ScopeKind::Comprehension, parent: Some(parent), .. } =
            self.scopes[scope.0 as usize]
        {
            self.flag(scope, name, ELSEWHERE);
            scope = parent;
        }
        self.flag(scope, name, BOUND);
        self.access(target.id, name, AccessKind::Write);
    }

    fn annotated(&mut self, node: Node<'a>) {
        self.visit_all(node, Field::Value);
        let has_value = node.get(Field::Value).is_some();
        for target in node.all(Field::Target) {
            match target.kind() {
                NodeKind::Name if has_value => self.write(target),
                // `(x): int` does not even make the name the function's own.
                NodeKind::Name => {
                    let flag = if node.is_special() { BOUND } else { 0 };
                    self.bind(target, AccessKind::Declare, flag);
                }
                _ => self.visit(target),
            }
        }
        self.visit_all(node, Field::Annotation);
    }

    fn imports(&mut self, node: Node<'a>) {
        for alias in node.all(Field::Names) {
            let bound = alias.get(Field::Asname).or_else(|| alias.get(Field::Name));
            match bound {
                Some(star) if star.name() == Some("*") => {
                    self.scopes[self.scope.0 as usize].imports_all = true
                }
                Some(name) => self.write(name),
                None => {}
            }
        }
    }

    /// Gives every access its variable: one pass over the scopes, with a stack of the scopes that bind a name for
    /// every name.
    fn resolve(mut self) -> Scopes {
        let mut by_scope: Vec<Vec<u32>> = vec![Vec::new(); self.scopes.len()];
        for (at, access) in self.accesses.iter().enumerate() {
            by_scope[access.scope.0 as usize].push(at as u32);
        }
        let class_cell = self.numbers.get("__class__").copied();
        let mut visible: Vec<Vec<ScopeId>> = vec![Vec::new(); self.tree.n_names() + self.mangled.len()];
        // The scopes that we are in, with the names that each made visible.
        let mut open: Vec<(ScopeId, Vec<NameId>)> = Vec::new();
        let mut variables = Vec::new();
        let mut known: FxHashMap<(ScopeId, NameId), VariableId> = FxHashMap::default();
        for (at, accesses) in by_scope.iter().enumerate() {
            let (id, scope) = (ScopeId(at as u32), self.scopes[at]);
            while let Some((last, names)) = open.last()
                && Some(*last) != scope.parent
            {
                for name in names {
                    visible[name.0 as usize].pop();
                }
                open.pop();
            }
            let names = &self.names[at];
            // What a name means here.
            let home = |name: NameId, flags: u8| {
                let outer = || visible[name.0 as usize].last().copied().unwrap_or(MODULE);
                match flags {
                    flags if flags & GLOBAL != 0 => MODULE,
                    flags if flags & ELSEWHERE != 0 => outer(),
                    flags if flags & BOUND != 0 => id,
                    // The scope of type parameters sees the names of a class that it stands in.
                    _ => match scope.parent.map(|parent| (parent, &self.scopes[parent.0 as usize])) {
                        Some((parent, Scope { kind: ScopeKind::Class, .. }))
                            if scope.kind == ScopeKind::TypeParameters
                                && self.names[parent.0 as usize]
                                    .get(&name)
                                    .is_some_and(|it| it & BOUND != 0) =>
                        {
                            parent
                        }
                        _ => outer(),
                    },
                }
            };
            for access in accesses {
                let access = &mut self.accesses[*access as usize];
                let name = NameId(access.variable.0);
                let flags = names.get(&name).copied().unwrap_or_default();
                let scope = home(name, flags);
                access.variable = *known.entry((scope, name)).or_insert_with(|| {
                    variables.push(Variable { name, scope, is_bound: false, is_parameter: false });
                    VariableId(variables.len() as u32 - 1)
                });
                let variable = &mut variables[access.variable.0 as usize];
                variable.is_bound |= access.kind == AccessKind::Write;
                variable.is_parameter |= scope == id && flags & PARAMETER != 0;
            }
            let mut shown = Vec::new();
            match scope.kind {
                ScopeKind::Module => {}
                ScopeKind::Class => {
                    if let Some(name) = class_cell {
                        visible[name.0 as usize].push(id);
                        shown.push(name);
                    }
                }
                _ => {
                    shown.extend(
                        names
                            .iter()
                            .filter(|(_, flags)| **flags & (BOUND | GLOBAL) != 0)
                            .filter(|(_, flags)| **flags & ELSEWHERE == 0)
                            .map(|(name, _)| *name),
                    );
                    for name in &shown {
                        let is_global = names[name] & GLOBAL != 0;
                        visible[name.0 as usize].push(if is_global { MODULE } else { id });
                    }
                }
            }
            open.push((id, shown));
        }
        Scopes { scopes: self.scopes, variables, accesses: self.accesses, mangled: self.mangled }
    }
}
