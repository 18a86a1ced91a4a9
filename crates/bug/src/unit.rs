//! What is scanned as one: an outermost function or method, or the top level of a notebook.

use std::ops::Range;

use pysource::{AccessKind, Dialect, Node, NodeId, NodeKind, SyntaxError};
use records::Function;

use crate::code::Code;

/// One unit of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The function's definition, or the module.
    pub node: NodeId,
    /// What it is.
    pub kind: UnitKind,
    /// Where it stands: a function from its `def` on.
    pub range: Range<usize>,
}

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A function of a module.
    Function,
    /// A function of a class.
    Method,
    /// What stands in no function.
    Cells,
}

impl UnitKind {
    /// The word that stands for it in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Cells => "cells",
        }
    }
}

impl Unit {
    /// The outermost functions and methods of a text, in order.
    pub fn functions(code: &Code<'_>) -> Vec<Self> {
        let mut units = Vec::new();
        let mut end = 0;
        for node in code.tree.nodes() {
            if node.id.0 >= end && node.kind() == NodeKind::FunctionDef {
                end = node.id.0 + node.subtree().len() as u32;
                let is_method = ancestors(node).any(|above| above.kind() == NodeKind::ClassDef);
                let kind = if is_method { UnitKind::Method } else { UnitKind::Function };
                let range = node.definition_start()..node.range().end;
                units.push(Self { node: node.id, kind, range });
            }
        }
        units
    }

    /// What of a text stands in no function.
    pub fn cells(code: &Code<'_>) -> Self {
        let root = code.tree.root();
        Self { node: root.id, kind: UnitKind::Cells, range: root.range() }
    }

    /// Its name with those of the classes around it.
    pub fn name(&self, code: &Code<'_>) -> String {
        let node = code.tree.node(self.node);
        let classes = ancestors(node).filter(|above| above.kind() == NodeKind::ClassDef);
        let mut names: Vec<&str> = std::iter::once(node).chain(classes).filter_map(Node::name).collect();
        names.reverse();
        names.join(".")
    }

    /// Its text as records have it: from the beginning of its first line.
    pub fn text<'t>(&self, code: &Code<'t>) -> &'t str {
        &code.text()[code.places.line_start(self.range.start)..self.range.end]
    }

    /// Its nodes; those of the top level without the functions.
    pub fn nodes<'c>(&self, code: &'c Code<'_>) -> impl Iterator<Item = Node<'c>> {
        let is_cells = self.kind == UnitKind::Cells;
        let start = self.range.start;
        let mut end = 0;
        code.tree.node(self.node).subtree().filter(move |node| {
            if is_cells && node.id.0 >= end && node.kind() == NodeKind::FunctionDef {
                end = node.id.0 + node.subtree().len() as u32;
            }
            node.id.0 >= end && (is_cells || node.range().start >= start)
        })
    }

    /// Names that it declares `global` and that are bound on earlier lines.
    pub fn globals(&self, code: &Code<'_>) -> Vec<String> {
        let first = code.places.line(self.range.start);
        let node = code.tree.node(self.node);
        let below = node.id.0..node.id.0 + node.subtree().len() as u32;
        let mut names: Vec<String> = Vec::new();
        if self.kind == UnitKind::Cells || !node.subtree().any(|node| node.kind() == NodeKind::Global) {
            return names;
        }
        for access in code.scopes.accesses() {
            let is_here = access.kind == AccessKind::Declare && below.contains(&access.node.0);
            let is_global = || code.scopes.variable(access.variable).scope.0 == 0;
            if is_here && is_global() && code.first_bound(access.variable) < first {
                names.push(code.name(access.variable).to_owned());
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), |above| above.parent())
}

/// The text of a record made whole: what is indented stands in a block.
pub struct Fragment {
    source: String,
    prefix: &'static str,
}

impl Fragment {
    /// Of the text of a function.
    pub fn new(text: &str) -> Self {
        let prefix = if text.starts_with([' ', '\t']) { "if 1:\n" } else { "" };
        Self { source: format!("{prefix}{text}"), prefix }
    }

    /// The text made whole.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many bytes stand before the text.
    pub fn prefix(&self) -> usize {
        self.prefix.len()
    }

    /// Its code with the lines of the file, and the unit in it.
    ///
    /// # Errors
    /// If it does not parse, or holds no function where it should.
    pub fn code(
        &self,
        kind: &str,
        language: &str,
        line: u32,
        globals: &[String],
    ) -> Result<(Code<'_>, Unit), SyntaxError> {
        let first_line = i64::from(line) - i64::from(!self.prefix.is_empty());
        let code = Code::parse(&self.source, dialect(language), first_line, globals)?;
        let unit = match kind {
            "cells" => Some(Unit::cells(&code)),
            _ => Unit::functions(&code).into_iter().next(),
        };
        match unit {
            Some(unit) => Ok((code, unit)),
            None => Err(SyntaxError { line, message: "there is no function".to_owned() }),
        }
    }

    /// That of a function's record.
    ///
    /// # Errors
    /// As [`Fragment::code`].
    pub fn of_function(&self, function: &Function) -> Result<(Code<'_>, Unit), SyntaxError> {
        self.code(&function.kind, &function.language, function.line, &function.globals)
    }
}

/// The dialect of a record's `language`.
pub fn dialect(language: &str) -> Dialect {
    if language == "ipython" { Dialect::Ipython } else { Dialect::Python }
}
