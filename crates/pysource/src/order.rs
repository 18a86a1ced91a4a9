//! The order in which a block of code is evaluated: its nodes, with the forks and loops between them.
//!
//! A flat list that an interpreter of any kind can go through with a stack: for the edges of a control flow graph, for
//! the last write and the next use of a name. Bodies of functions and lambdas are blocks of their own. What is left out:
//! that a `finally` also runs on the way out, that a generator runs later, and that anything may raise outside of `try`.

use crate::tree::{Field, Node, NodeId, NodeKind, Tree};

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A node is evaluated: an expression behind its parts, a statement behind all that it does itself.
    Evaluate(NodeId),
    /// A `Name` or `Identifier` is bound, or an attribute or item set.
    Bind(NodeId),
    /// A name, attribute or item is deleted.
    Unbind(NodeId),
    /// One of several ways is taken: the first begins here, the next behind each `Or`, up to the `Join` of this fork.
    Fork,
    /// The way that was taken ends; the next begins where the fork, or `Try`, stands.
    Or,
    /// The ways come together.
    Join,
    /// A loop begins: `Again` comes back here.
    Loop,
    /// The loop may be over: it goes on behind its `Again`.
    Until,
    /// Back to the beginning of the loop, or on; what follows up to `End` is the loop's `else`.
    Again,
    /// Where a `break` goes to.
    End,
    /// From here up to `Catch` anything may end the way and go to one of the handlers.
    Try,
    /// The body came to its end, and goes on at the `Join` of this `Try`; handlers follow, with an `Or` between them.
    Catch,
    /// The way ends: with a `return` or `raise`, or at the `Again` or `End` of the loop around.
    Leave(Exit),
}

/// How a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in Python")]
pub enum Exit {
    Return,
    Raise,
    Break,
    Continue,
}

/// The steps of a block: of the module, or of the parameters and the body of a function or lambda. Of any other node
/// its own.
pub fn order(tree: &Tree<'_>, block: Node<'_>) -> Vec<Step> {
    tree.recurse(|| {
        let mut order = Order { steps: Vec::new() };
        match block.kind() {
            NodeKind::Module => order.all(block, Field::Body),
            NodeKind::FunctionDef | NodeKind::Lambda => {
                for parameter in block.get(Field::Parameters).into_iter().flat_map(Node::children) {
                    order.bind_part(parameter, Field::Name);
                }
                order.all(block, Field::Body);
            }
            _ => order.visit(block),
        }
        order.steps
    })
}

struct Order {
    steps: Vec<Step>,
}

impl Order {
    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn all(&mut self, node: Node<'_>, field: Field) {
        node.all(field).for_each(|child| self.visit(child));
    }

    fn fields(&mut self, node: Node<'_>, fields: &[Field]) {
        fields.iter().for_each(|field| self.all(node, *field));
    }

    fn bind_part(&mut self, node: Node<'_>, field: Field) {
        node.all(field).for_each(|name| self.push(Step::Bind(name.id)));
    }

    /// What a target needs, and its binding.
    fn target(&mut self, target: Node<'_>) {
        self.target_parts(target);
        self.bind_target(target);
    }

    fn target_parts(&mut self, target: Node<'_>) {
        if matches!(target.kind(), NodeKind::Attribute | NodeKind::Subscript) {
            self.fields(target, &[Field::Value, Field::Slice]);
        }
    }

    fn bind_target(&mut self, target: Node<'_>) {
        match target.kind() {
            NodeKind::Tuple | NodeKind::List | NodeKind::Starred => {
                target.children().for_each(|part| self.target(part));
            }
            _ => self.push(Step::Bind(target.id)),
        }
    }

    fn delete(&mut self, target: Node<'_>) {
        self.target_parts(target);
        match target.kind() {
            NodeKind::Tuple | NodeKind::List => target.children().for_each(|part| self.delete(part)),
            _ => self.push(Step::Unbind(target.id)),
        }
    }

    fn visit(&mut self, node: Node<'_>) {
        match node.kind() {
            NodeKind::Identifier | NodeKind::Operator => return,
            NodeKind::FunctionDef | NodeKind::Lambda => {
                self.all(node, Field::DecoratorList);
                let parameters = || node.get(Field::Parameters).into_iter().flat_map(Node::children);
                parameters().for_each(|parameter| self.all(parameter, Field::Default));
                parameters().for_each(|parameter| self.all(parameter, Field::Annotation));
                self.all(node, Field::Returns);
                self.push(Step::Evaluate(node.id));
                self.bind_part(node, Field::Name);
                return;
            }
            NodeKind::ClassDef => {
                self.fields(node, &[Field::DecoratorList, Field::Bases, Field::Keywords, Field::Body]);
                self.push(Step::Evaluate(node.id));
                self.bind_part(node, Field::Name);
                return;
            }
            NodeKind::Assign => {
                self.all(node, Field::Value);
                node.all(Field::Targets).for_each(|target| self.target(target));
            }
            NodeKind::AugAssign => {
                for target in node.all(Field::Target) {
                    self.target_parts(target);
                    self.push(Step::Evaluate(target.id));
                    self.all(node, Field::Value);
                    self.bind_target(target);
                }
            }
            NodeKind::AnnAssign => {
                self.all(node, Field::Value);
                let has_value = node.get(Field::Value).is_some();
                for target in node.all(Field::Target) {
                    self.target_parts(target);
                    if has_value {
                        self.bind_target(target);
                    }
                }
                self.all(node, Field::Annotation);
            }
            NodeKind::TypeAlias => {
                self.all(node, Field::Value);
                self.bind_part(node, Field::Name);
            }
            NodeKind::Delete => node.children().for_each(|target| self.delete(target)),
            NodeKind::Import | NodeKind::ImportFrom => {
                self.push(Step::Evaluate(node.id));
                for alias in node.all(Field::Names).filter(|alias| alias.name() != Some("*")) {
                    let bound = alias.get(Field::Asname).or_else(|| alias.get(Field::Name));
                    bound.into_iter().for_each(|name| self.push(Step::Bind(name.id)));
                }
                return;
            }
            NodeKind::NamedExpr => {
                self.all(node, Field::Value);
                self.bind_part(node, Field::Target);
            }
            NodeKind::For => {
                self.all(node, Field::Iter);
                self.push(Step::Loop);
                self.push(Step::Until);
                node.all(Field::Target).for_each(|target| self.target(target));
                self.push(Step::Evaluate(node.id));
                return self.rest_of_loop(node);
            }
            NodeKind::While => {
                self.push(Step::Loop);
                self.all(node, Field::Test);
                self.push(Step::Evaluate(node.id));
                self.push(Step::Until);
                return self.rest_of_loop(node);
            }
            NodeKind::If => return self.branches(node),
            NodeKind::Match => return self.cases(node),
            NodeKind::Try => return self.attempt(node),
            NodeKind::With => {
                for item in node.all(Field::Items) {
                    self.all(item, Field::ContextExpr);
                    item.all(Field::OptionalVars).for_each(|target| self.target(target));
                }
                self.push(Step::Evaluate(node.id));
                return self.all(node, Field::Body);
            }
            NodeKind::Assert => {
                self.all(node, Field::Test);
                if node.get(Field::Msg).is_some() {
                    self.push(Step::Fork);
                    self.all(node, Field::Msg);
                    self.push(Step::Leave(Exit::Raise));
                    self.push(Step::Or);
                    self.push(Step::Join);
                }
            }
            NodeKind::IfExp => {
                self.all(node, Field::Test);
                self.push(Step::Fork);
                self.all(node, Field::Body);
                self.push(Step::Or);
                self.all(node, Field::Orelse);
                self.push(Step::Join);
            }
            NodeKind::BoolOp => self.as_far_as(node, Field::Values, 1),
            NodeKind::Compare => {
                self.all(node, Field::Left);
                self.as_far_as(node, Field::Comparators, 1);
            }
            NodeKind::ListComp | NodeKind::SetComp | NodeKind::DictComp | NodeKind::GeneratorExp => {
                self.comprehension(node);
            }
            _ => node.children().for_each(|child| self.visit(child)),
        }
        if node.is_expression() || node.is_statement() {
            self.push(Step::Evaluate(node.id));
        }
        let exit = match node.kind() {
            NodeKind::Return => Exit::Return,
            NodeKind::Raise => Exit::Raise,
            NodeKind::Break => Exit::Break,
            NodeKind::Continue => Exit::Continue,
            _ => return,
        };
        self.push(Step::Leave(exit));
    }

    /// Parts of which the first `sure` are evaluated, and the others as far as those before them ask for it.
    fn as_far_as(&mut self, node: Node<'_>, field: Field, sure: usize) {
        let mut forks = 0;
        for (at, part) in node.all(field).enumerate() {
            if at >= sure {
                self.push(Step::Fork);
                forks += 1;
            }
            self.visit(part);
        }
        self.join(forks);
    }

    /// Ends so many forks whose other way is to do nothing.
    fn join(&mut self, forks: usize) {
        for _ in 0..forks {
            self.push(Step::Or);
            self.push(Step::Join);
        }
    }

    fn rest_of_loop(&mut self, node: Node<'_>) {
        self.all(node, Field::Body);
        self.push(Step::Again);
        self.all(node, Field::Orelse);
        self.push(Step::End);
    }

    fn branches(&mut self, node: Node<'_>) {
        self.all(node, Field::Test);
        self.push(Step::Evaluate(node.id));
        self.push(Step::Fork);
        self.all(node, Field::Body);
        self.push(Step::Or);
        let mut forks = 1;
        for clause in node.all(Field::Clauses) {
            if clause.get(Field::Test).is_some() {
                self.all(clause, Field::Test);
                self.push(Step::Fork);
                self.all(clause, Field::Body);
                self.push(Step::Or);
                forks += 1;
            } else {
                self.all(clause, Field::Body);
            }
        }
        (0..forks).for_each(|_| self.push(Step::Join));
    }

    fn cases(&mut self, node: Node<'_>) {
        self.all(node, Field::Subject);
        self.push(Step::Evaluate(node.id));
        let mut forks = 0;
        for case in node.all(Field::Cases) {
            self.all(case, Field::Pattern);
            for part in case.get(Field::Pattern).into_iter().flat_map(Node::subtree) {
                let binds =
                    part.kind() == NodeKind::Identifier && matches!(part.field(), Field::Name | Field::Rest);
                if binds {
                    self.push(Step::Bind(part.id));
                }
            }
            self.all(case, Field::Guard);
            self.push(Step::Fork);
            self.all(case, Field::Body);
            self.push(Step::Or);
            forks += 1;
        }
        (0..forks).for_each(|_| self.push(Step::Join));
    }

    fn attempt(&mut self, node: Node<'_>) {
        let has_handlers = node.get(Field::Handlers).is_some();
        if has_handlers {
            self.push(Step::Try);
        }
        self.fields(node, &[Field::Body, Field::Orelse]);
        for (at, handler) in node.all(Field::Handlers).enumerate() {
            self.push(if at == 0 { Step::Catch } else { Step::Or });
            self.all(handler, Field::Type);
            self.bind_part(handler, Field::Name);
            self.all(handler, Field::Body);
            handler.all(Field::Name).for_each(|name| self.push(Step::Unbind(name.id)));
        }
        if has_handlers {
            self.push(Step::Join);
        }
        self.all(node, Field::Finalbody);
    }

    fn comprehension(&mut self, node: Node<'_>) {
        let mut ends = Vec::new();
        for generator in node.all(Field::Generators) {
            self.all(generator, Field::Iter);
            self.push(Step::Loop);
            self.push(Step::Until);
            generator.all(Field::Target).for_each(|target| self.target(target));
            let mut forks = 0;
            for test in generator.all(Field::Ifs) {
                self.visit(test);
                self.push(Step::Fork);
                forks += 1;
            }
            ends.push(forks);
        }
        self.fields(node, &[Field::Elt, Field::Key, Field::Value]);
        for forks in ends.into_iter().rev() {
            self.join(forks);
            self.push(Step::Again);
            self.push(Step::End);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Step, order};
    use crate::{AccessKind, Dialect, NodeKind, Scopes, Tree};

    /// The steps in short: `name` read, `+name` bound, `-name` deleted, signs for the rest; what is evaluated and is no
    /// name is left out.
    fn short(text: &str) -> String {
        let tree = Tree::parse(text, Dialect::Python).unwrap();
        let words = order(&tree, tree.root()).into_iter().filter_map(|step| {
            let text = |id| tree.node(id).text().to_owned();
            Some(match step {
                Step::Evaluate(id) if tree.node(id).kind() == NodeKind::Name => text(id),
                Step::Evaluate(_) => return None,
                Step::Bind(id) => format!("+{}", text(id)),
                Step::Unbind(id) => format!("-{}", text(id)),
                Step::Fork => "(".to_owned(),
                Step::Or => "|".to_owned(),
                Step::Join => ")".to_owned(),
                Step::Loop => "[".to_owned(),
                Step::Until => "?".to_owned(),
                Step::Again => "]".to_owned(),
                Step::End => ".".to_owned(),
                Step::Try => "{".to_owned(),
                Step::Catch => "!".to_owned(),
                Step::Leave(exit) => format!("{exit:?}"),
            })
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_happens_when() {
        assert_eq!(short("x = y\nx += z\na.b = c[d]\ndel x, a[i]"), "y +x x z +x c d a +a.b -x a i -a[i]");
        assert_eq!(short("if a: b\nelif c: d\nelse: e"), "a ( b | c ( d | e ) )");
        assert_eq!(short("x = a and b or c if d else e < f < g"), "d ( a ( b | ) ( c | ) | e f ( g | ) ) +x");
        assert_eq!(
            short("for i in a:\n  if b: break\n  continue\nelse: c"),
            "a [ ? +i b ( Break | ) Continue ] c ."
        );
        assert_eq!(short("while a: b"), "[ a ? b ] .");
        assert_eq!(
            short("try: a\nexcept E as e: b\nexcept: raise\nelse: c\nfinally: d"),
            "{ a c ! E +e b -e | Raise ) d"
        );
        assert_eq!(short("[x for y in z if y for x in y]"), "z [ ? +y y ( y [ ? +x x ] . | ) ] .");
        assert_eq!(short("match a:\n  case [b, *c] if d: e\n  case f: g"), "a +b +c d ( e | +f ( g | ) )");
        assert_eq!(short("with a as b, c: (d := e)"), "a +b c e +d");
        assert_eq!(short("@a\ndef f(b: c = d): return b"), "a d c +f");
        assert_eq!(short("class C(a, k=b):\n  c = d"), "a b d +c +C");
        assert_eq!(short("import a.b as c, d\nfrom m import *\nassert a, b"), "+c +d a ( b Raise | )");
    }

    #[test]
    fn every_access_is_a_step_of_one_block() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/nalin_runtime");
        let mut n_accesses = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "py") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let tree = Tree::parse(&text, Dialect::Python).unwrap();
            let is_block = |kind| matches!(kind, NodeKind::Module | NodeKind::FunctionDef | NodeKind::Lambda);
            let mut steps: BTreeMap<(u32, AccessKind), usize> = BTreeMap::new();
            for block in tree.nodes().filter(|node| is_block(node.kind())) {
                for step in order(&tree, block) {
                    let (id, kind) = match step {
                        Step::Evaluate(id) => (id, AccessKind::Read),
                        Step::Bind(id) => (id, AccessKind::Write),
                        Step::Unbind(id) => (id, AccessKind::Delete),
                        _ => continue,
                    };
                    if matches!(tree.node(id).kind(), NodeKind::Name | NodeKind::Identifier) {
                        *steps.entry((id.0, kind)).or_default() += 1;
                    }
                }
            }
            let mut accesses: BTreeMap<(u32, AccessKind), usize> = BTreeMap::new();
            for access in Scopes::of(&tree).accesses() {
                if access.kind != AccessKind::Declare {
                    *accesses.entry((access.node.0, access.kind)).or_default() += 1;
                }
            }
            n_accesses += accesses.len();
            assert_eq!(steps, accesses, "{}", path.display());
        }
        assert!(n_accesses > 500);
    }
}
