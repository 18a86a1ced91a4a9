//! The owned tree: what a text is made of, without the parser's types.
//!
//! Nodes lie in one table in the order of the source, a node before its children, so that a subtree is a range of the
//! table and a walk over all nodes is a loop. Each has a kind, a place, the node above and the field that it is there.
//! Whatever has a place of its own in the text is a node: a name in a definition, an operator between two values.

mod build;
mod kind;

use std::fmt;
use std::ops::Range;

use crate::parse::{Dialect, SyntaxError, with_parsed};
use crate::token::{self, Token, TokenKind};

pub use kind::{Field, NodeKind, Operator};

/// A node's place in the table of its tree, from 0, which is the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A text's tree, tokens and comments.
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Row>,
    /// Names, each once.
    names: Vec<Box<str>>,
    literals: Vec<Literal>,
    tokens: Vec<Token>,
    /// Bytes of stack that a recursive walk needs.
    stack: usize,
}

/// One node in the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    kind: NodeKind,
    field: Field,
    flags: u8,
    start: u32,
    end: u32,
    parent: u32,
    /// Behind the last node of the subtree.
    last: u32,
    /// By kind: a place in the names, in the literals, or an operator.
    data: u32,
}

/// What a literal is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A whole number; `None` if it is too large.
    Int(Option<u64>),
    /// A number with a fraction or exponent.
    Float(f64),
    /// A complex number without a real part.
    Imaginary(f64),
    /// A text, of all its parts, with escapes resolved.
    Str(Box<str>),
    /// Bytes, of all their parts.
    Bytes(Box<[u8]>),
}

const ASYNC: u8 = 1;
const STORE: u8 = 2;
const DELETE: u8 = 4;
/// A tuple or generator in brackets of its own.
const BRACKETED: u8 = 8;
/// `except*`, an annotated name without brackets, `f"{x=}"`: see the methods.
const SPECIAL: u8 = 16;
const TRUE: u8 = 32;

impl<'t> Tree<'t> {
    /// Parses a text.
    ///
    /// # Errors
    /// If it does not parse, or is nested deeper than any Python compiles.
    pub fn parse(text: &'t str, dialect: Dialect) -> Result<Self, SyntaxError> {
        with_parsed(text, dialect, |parsed, stack| {
            build::tree(text, parsed.suite(), token::of(parsed.tokens()), stack)
        })
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The module: every other node is below it.
    pub fn root(&self) -> Node<'_> {
        self.node(NodeId(0))
    }

    /// A node of this tree.
    ///
    /// # Panics
    /// Its methods do, if the tree has no such node.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none: never, the module is one.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes in the order of the source, each before its children.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node<'_>> + ExactSizeIterator {
        (0..self.nodes.len() as u32).map(|at| self.node(NodeId(at)))
    }

    /// The tokens, comments among them, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Where the comments stand, in bytes and in order.
    pub fn comments(&self) -> impl Iterator<Item = Range<usize>> {
        self.tokens.iter().filter(|token| token.kind == TokenKind::Comment).map(|token| token.range())
    }

    /// For every token the smallest node that it stands in.
    pub fn holders(&self) -> Vec<NodeId> {
        let mut holders = Vec::with_capacity(self.tokens.len());
        // The nodes that begin before a token, the innermost that is still open last.
        let mut open = vec![NodeId(0)];
        let mut next = 1;
        for token in &self.tokens {
            while let Some(row) = self.nodes.get(next)
                && row.start as usize <= token.range().start
            {
                while self.node(open[open.len() - 1]).id.0 != row.parent {
                    open.pop();
                }
                open.push(NodeId(next as u32));
                next += 1;
            }
            while open.len() > 1 && self.nodes[open[open.len() - 1].0 as usize].end < token.range().end as u32
            {
                open.pop();
            }
            holders.push(open[open.len() - 1]);
        }
        holders
    }

    /// A name by its number, as [`Node::name_id`] gives it.
    pub fn name(&self, name: NameId) -> &str {
        &self.names[name.0 as usize]
    }

    /// How many different names there are.
    pub fn n_names(&self) -> usize {
        self.names.len()
    }

    /// Does work that recurses into the tree, on a stack that suits its depth.
    pub fn recurse<R>(&self, work: impl FnOnce() -> R) -> R {
        stacker::maybe_grow(self.stack, self.stack, work)
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.nodes()).finish()
    }
}

/// A name's place in the table of names of its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree<'a>,
    /// Its place in the table.
    pub id: NodeId,
}

impl<'a> Node<'a> {
    fn row(self) -> &'a Row {
        &self.tree.nodes[self.id.0 as usize]
    }

    /// What it is.
    pub fn kind(self) -> NodeKind {
        self.row().kind
    }

    /// What it is to the node above.
    pub fn field(self) -> Field {
        self.row().field
    }

    /// Where it stands, in bytes; a definition with its decorators, an expression without brackets round it.
    pub fn range(self) -> Range<usize> {
        self.row().start as usize..self.row().end as usize
    }

    /// Its text.
    pub fn text(self) -> &'a str {
        &self.tree.text[self.range()]
    }

    /// Where it stands with all brackets round it: `((x))` of the `x` in `f(((x)), y)`. An expression that is the only
    /// argument of a call has not the brackets of the call.
    pub fn bracketed_range(self) -> Range<usize> {
        let Range { mut start, mut end } = self.range();
        let Some(around) = self.parent().map(Self::range) else { return start..end };
        let tokens = &self.tree.tokens;
        let is_code = |token: &&Token| !matches!(token.kind, TokenKind::Comment | TokenKind::LineBreak);
        let first = tokens.partition_point(|token| token.range().end <= start);
        let next = tokens.partition_point(|token| token.range().start < end);
        let mut before = tokens[..first].iter().rev().filter(is_code);
        let mut behind = tokens[next.max(first)..].iter().filter(is_code);
        while let (Some(open), Some(close)) = (before.next(), behind.next())
            && open.text(self.tree.text) == "("
            && close.text(self.tree.text) == ")"
            && open.range().start >= around.start
            && close.range().end <= around.end
            && !(self.is_argument() && close.range().end == around.end)
        {
            (start, end) = (open.range().start, close.range().end);
        }
        start..end
    }

    fn is_argument(self) -> bool {
        self.field() == Field::Args && self.parent().is_some_and(|parent| parent.kind() == NodeKind::Call)
    }

    /// Where a definition begins behind its decorators: at `def`, `async` or `class`.
    pub fn definition_start(self) -> usize {
        let Some(last) = self.all(Field::DecoratorList).last() else { return self.range().start };
        let tokens = &self.tree.tokens;
        let first = tokens.partition_point(|token| token.range().start < last.range().end);
        let keyword = tokens[first..].iter().find(|token| token.kind == TokenKind::Keyword);
        keyword.map_or(self.range().start, |token| token.range().start)
    }

    /// The node above.
    pub fn parent(self) -> Option<Self> {
        (self.id.0 > 0).then(|| self.tree.node(NodeId(self.row().parent)))
    }

    /// The nodes right below it, in the order of the source.
    pub fn children(self) -> Children<'a> {
        Children { tree: self.tree, next: self.id.0 + 1, end: self.row().last }
    }

    /// It and all nodes below it.
    pub fn subtree(self) -> impl DoubleEndedIterator<Item = Node<'a>> + ExactSizeIterator {
        let tree = self.tree;
        (self.id.0..self.row().last).map(move |at| tree.node(NodeId(at)))
    }

    /// The children that are in a field.
    pub fn all(self, field: Field) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| child.field() == field)
    }

    /// The first child in a field.
    pub fn get(self, field: Field) -> Option<Self> {
        self.all(field).next()
    }

    /// As Python knows it, the name of a `Name` or `Identifier`; of what is defined, imported or accessed under one the
    /// name of the `Identifier` below it.
    pub fn name(self) -> Option<&'a str> {
        self.name_id().map(|name| &*self.tree.names[name.0 as usize])
    }

    /// The number of that name: equal names have equal numbers.
    pub fn name_id(self) -> Option<NameId> {
        match self.kind() {
            NodeKind::Name | NodeKind::Identifier => Some(NameId(self.row().data)),
            NodeKind::Attribute => self.get(Field::Attr)?.name_id(),
            _ => self.children().find(|child| child.kind() == NodeKind::Identifier)?.name_id(),
        }
    }

    /// Of an `Operator`, and of what has one: which it is; of several the first.
    pub fn operator(self) -> Option<Operator> {
        match self.kind() {
            NodeKind::Operator => Some(Operator::ALL[self.row().data as usize]),
            _ => self.get(Field::Op)?.operator(),
        }
    }

    /// What a `Str`, `Bytes`, `Number` or `TextPart` is worth.
    pub fn literal(self) -> Option<&'a Literal> {
        match self.kind() {
            NodeKind::Str | NodeKind::Bytes | NodeKind::Number | NodeKind::TextPart => {
                Some(&self.tree.literals[self.row().data as usize])
            }
            _ => None,
        }
    }

    /// The text that a `Str` or `TextPart` is worth.
    pub fn string(self) -> Option<&'a str> {
        match self.literal()? {
            Literal::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Of a `Bool` or `MatchSingleton`: whether it is `True`.
    pub fn is_true(self) -> bool {
        self.row().flags & TRUE != 0
    }

    /// Whether it is an `async` definition, loop, `with` or comprehension.
    pub fn is_async(self) -> bool {
        self.row().flags & ASYNC != 0
    }

    /// Whether it is a target: a name that is bound, an attribute or item that is set.
    pub fn is_store(self) -> bool {
        self.row().flags & STORE != 0
    }

    /// Whether it is what a `del` deletes.
    pub fn is_delete(self) -> bool {
        self.row().flags & DELETE != 0
    }

    /// Whether a tuple or a generator stands in brackets of its own, which belong to it.
    pub fn is_bracketed(self) -> bool {
        self.row().flags & BRACKETED != 0
    }

    /// Of a `Try`: `except*`. Of an `AnnAssign`: a name without brackets. Of a `FormattedValue`: `{x=}`.
    pub fn is_special(self) -> bool {
        self.row().flags & SPECIAL != 0
    }

    /// Of an `ImportFrom`: the dots before the module.
    pub fn level(self) -> u32 {
        if self.kind() == NodeKind::ImportFrom { self.row().data } else { 0 }
    }

    /// Whether it is a statement.
    pub fn is_statement(self) -> bool {
        (NodeKind::FunctionDef..=NodeKind::Escape).contains(&self.kind())
    }

    /// Whether it is an expression.
    pub fn is_expression(self) -> bool {
        (NodeKind::BoolOp..=NodeKind::EscapeValue).contains(&self.kind())
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={} {:?}", self.field().as_str(), self.kind().as_str(), self.range())
    }
}

/// The children of a node.
#[derive(Clone)]
pub struct Children<'a> {
    tree: &'a Tree<'a>,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        (self.next < self.end).then(|| {
            let child = self.tree.node(NodeId(self.next));
            self.next = child.row().last;
            child
        })
    }
}

#[cfg(test)]
mod tests;
