//! A text that is searched: its tree and names, and which statement binds what first.

use pysource::{AccessKind, Dialect, Field, NodeId, NodeKind, ScopeId, Scopes, SyntaxError, Tree};
use pysource::{Variable, VariableId};

use crate::places::Places;

/// Bound by no statement.
const NEVER: u32 = u32::MAX;

/// A text with all that scouts ask about it.
pub struct Code<'t> {
    /// Its tree.
    pub tree: Tree<'t>,
    /// Its names.
    pub scopes: Scopes,
    /// Its lines.
    pub places: Places<'t>,
    /// For every node the line on which the statement begins that it is part of.
    statements: Vec<u32>,
    /// For every variable the line of the first statement that binds it.
    first_bound: Vec<u32>,
    /// For every scope its variables, by name.
    locals: Vec<Vec<VariableId>>,
    /// The nodes that read, bind or delete a name, in the order of the source, with the scope and the variable.
    occurrences: Vec<(NodeId, ScopeId, VariableId)>,
}

impl<'t> Code<'t> {
    /// Parses a text that begins on line `first_line` of a file, and in which `globals` are bound before.
    ///
    /// # Errors
    /// If it does not parse.
    pub fn parse(
        text: &'t str,
        dialect: Dialect,
        first_line: i64,
        globals: &[String],
    ) -> Result<Self, SyntaxError> {
        let tree = Tree::parse(text, dialect)?;
        let scopes = Scopes::of(&tree);
        let places = Places::new(text, first_line);
        let statements = statement_lines(&tree, &places);
        let mut first_bound = vec![NEVER; scopes.variables().len()];
        let mut occurrences = Vec::with_capacity(scopes.accesses().len());
        for access in scopes.accesses() {
            if access.kind == AccessKind::Write {
                let first = &mut first_bound[access.variable.0 as usize];
                *first = (*first).min(statements[access.node.0 as usize]);
            }
            if access.kind != AccessKind::Declare {
                occurrences.push((access.node, access.scope, access.variable));
            }
        }
        occurrences.sort_unstable_by_key(|(node, ..)| *node);
        occurrences.dedup_by_key(|(node, ..)| *node);
        let mut locals = vec![Vec::new(); scopes.scopes().len()];
        for (at, variable) in scopes.variables().iter().enumerate() {
            if globals.iter().any(|name| is_global(variable) && name == scopes.name(&tree, variable.name)) {
                first_bound[at] = 0;
            }
            if variable.is_bound {
                locals[variable.scope.0 as usize].push(VariableId(at as u32));
            }
        }
        let name = |id: &VariableId| scopes.name(&tree, scopes.variable(*id).name);
        for locals in &mut locals {
            locals.sort_by(|one, other| name(one).cmp(name(other)));
        }
        Ok(Self { tree, scopes, places, statements, first_bound, locals, occurrences })
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.places.text()
    }

    /// The line of the file on which the statement begins that a node is part of.
    pub fn statement_line(&self, node: NodeId) -> u32 {
        self.statements[node.0 as usize]
    }

    /// The line on which a variable is first bound.
    pub fn first_bound(&self, variable: VariableId) -> u32 {
        self.first_bound[variable.0 as usize]
    }

    /// The variables of a scope, by name.
    pub fn locals(&self, scope: ScopeId) -> &[VariableId] {
        &self.locals[scope.0 as usize]
    }

    /// The name of a variable.
    pub fn name(&self, variable: VariableId) -> &str {
        self.scopes.name(&self.tree, self.scopes.variable(variable).name)
    }

    /// The scope in which a name is read, bound or deleted, and the variable that it stands for.
    pub fn occurrence(&self, name: NodeId) -> Option<(ScopeId, VariableId)> {
        let at = self.occurrences.binary_search_by_key(&name, |(node, ..)| *node).ok()?;
        let (_, scope, variable) = self.occurrences[at];
        Some((scope, variable))
    }
}

fn is_global(variable: &Variable) -> bool {
    variable.scope == ScopeId(0)
}

/// For every node the line on which the innermost statement begins that it is part of. An `elif` is a statement; a
/// definition begins behind its decorators.
fn statement_lines(tree: &Tree<'_>, places: &Places<'_>) -> Vec<u32> {
    let mut lines: Vec<u32> = Vec::with_capacity(tree.len());
    for node in tree.nodes() {
        let is_elif = node.kind() == NodeKind::Clause && node.get(Field::Test).is_some();
        let line = if node.is_statement() || is_elif {
            places.line(node.definition_start())
        } else {
            node.parent().map_or(0, |parent| lines[parent.id.0 as usize])
        };
        lines.push(line);
    }
    lines
}
