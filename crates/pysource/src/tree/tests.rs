//! What trees are made of.

use proptest::prelude::*;

use super::{Field, Literal, Node, NodeKind, Tree};
use crate::{Dialect, TokenKind};

fn parse(text: &str) -> Tree<'_> {
    Tree::parse(text, Dialect::Ipython).unwrap()
}

/// A node and those below it: `kind(field=…, …)`, leaves with their text.
fn shown(node: Node<'_>) -> String {
    let children: Vec<String> =
        node.children().map(|child| format!("{}={}", child.field().as_str(), shown(child))).collect();
    match children.is_empty() {
        true => format!("{}:{}", node.kind().as_str(), node.text()),
        false => format!("{}({})", node.kind().as_str(), children.join(", ")),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let tree = parse(text);
    assert_eq!(shown(tree.root().children().next().unwrap()), expected, "{text}");
}

#[test]
fn statements() {
    check(
        "x, y.z = 1",
        "Assign(targets=Tuple(elts=Name:x, elts=Attribute(value=Name:y, attr=Identifier:z)), value=Number:1)",
    );
    check("x **= (2)", "AugAssign(target=Name:x, op=Operator:**=, value=Number:2)");
    check(
        "@d\ndef f[T](a, /, *b, c=1, **e) -> r: pass",
        "FunctionDef(decorator_list=Decorator(value=Name:d), name=Identifier:f, \
         type_params=TypeParams(names=TypeVar(name=Identifier:T)), parameters=arguments(\
         posonlyargs=arg(name=Identifier:a), vararg=arg(name=Identifier:b), kwonlyargs=arg(name=Identifier:c, default=Number:1), \
         kwarg=arg(name=Identifier:e)), returns=Name:r, body=Pass:pass)",
    );
    check("import a.b as c", "Import(names=alias(name=Identifier:a.b, asname=Identifier:c))");
    check(
        "if a: b\nelif c: d\nelse: e",
        "If(test=Name:a, body=Expr(value=Name:b), clauses=Clause(test=Name:c, body=Expr(value=Name:d)), \
         clauses=Clause(body=Expr(value=Name:e)))",
    );
    check(
        "match v:\n case {1: a, **r} | C(b, k=_): pass",
        "Match(subject=Name:v, cases=match_case(pattern=MatchOr(patterns=MatchMapping(keys=Number:1, \
         patterns=MatchAs(name=Identifier:a), rest=Identifier:r), patterns=MatchClass(cls=Name:C, \
         patterns=MatchAs(name=Identifier:b), keywords=MatchKeyword(attr=Identifier:k, pattern=MatchAs:_))), body=Pass:pass))",
    );
}

#[test]
fn operators_have_places() {
    check(
        "a is  not b not in c",
        "Expr(value=Compare(left=Name:a, op=Operator:is  not, comparators=Name:b, op=Operator:not in, comparators=Name:c))",
    );
    check(
        "(a) and not (  # why\nb)",
        "Expr(value=BoolOp(values=Name:a, op=Operator:and, values=UnaryOp(op=Operator:not, operand=Name:b)))",
    );
    check(
        "(a)+(-b)",
        "Expr(value=BinOp(left=Name:a, op=Operator:+, right=UnaryOp(op=Operator:-, operand=Name:b)))",
    );
}

#[test]
fn brackets_belong_to_what_they_stand_round() {
    let text = "f(a, ( # why\n(b)\n), (c).d)\ng((e))\nfor x in (h): pass\n";
    let tree = parse(text);
    let of = |name: &str| {
        let is_it = |node: &Node<'_>| node.kind() == NodeKind::Name && node.text() == name;
        &text[tree.nodes().find(is_it).unwrap().bracketed_range()]
    };
    assert_eq!(["a", "b", "c", "e", "h"].map(of), ["a", "( # why\n(b)\n)", "(c)", "(e)", "(h)"]);
}

#[test]
fn definitions_begin_behind_their_decorators() {
    let text = "@a\n@b(lambda: c)  # def\n\nasync def f(): pass\n";
    let tree = parse(text);
    let function = tree.root().children().next().unwrap();
    assert_eq!(&text[function.definition_start()..][..9], "async def");
    assert_eq!(function.range().start, 0);
}

#[test]
fn literals_and_flags() {
    let tree = parse("x = ('a' \"b\\n\", b'\\xff', 1_0, 2.5, 3j, 99999999999999999999, True)\n%time f\n");
    let tuple = tree.root().children().next().unwrap().get(Field::Value).unwrap();
    let literals: Vec<_> = tuple.children().map(|it| it.literal().cloned()).collect();
    let expected = [
        Some(Literal::Str("ab\n".into())),
        Some(Literal::Bytes([255].into())),
        Some(Literal::Int(Some(10))),
        Some(Literal::Float(2.5)),
        Some(Literal::Imaginary(3.0)),
        Some(Literal::Int(None)),
        None,
    ];
    assert_eq!(literals, expected);
    assert!(tuple.is_bracketed() && tuple.children().last().unwrap().is_true());
    assert!(tree.nodes().any(|node| node.kind() == NodeKind::Escape && node.text() == "%time f"));
}

#[test]
fn every_token_has_a_holder() {
    let text = "def f(a):  # why\n    return a[0] + g(1,)\n";
    let tree = parse(text);
    let of = |sign: &str| {
        let at = tree.tokens().iter().position(|token| token.text(text) == sign).unwrap();
        tree.node(tree.holders()[at]).kind()
    };
    assert_eq!(
        ["def", "(", "a", "return", "[", "+", ","].map(of).map(NodeKind::as_str),
        ["FunctionDef", "arguments", "Identifier", "Return", "Subscript", "Operator", "Call"]
    );
    assert_eq!(tree.comments().map(|range| &text[range]).collect::<Vec<_>>(), ["# why"]);
}

#[test]
fn depth_without_measure_is_walked_on_a_stack_that_suits_it() {
    let text = format!("x = {}1\n", "-".repeat(9_000));
    let tree = parse(&text);
    fn depth(node: Node<'_>) -> usize {
        node.children().map(depth).max().map_or(1, |deepest| deepest + 1)
    }
    assert_eq!(tree.recurse(|| depth(tree.root())), 9_003);
    assert!(Tree::parse(&format!("x = {}1\n", "-".repeat(100_000)), Dialect::Python).is_err());
}

/// What must hold of any tree: children lie in their parents, in order, and nothing is counted twice.
fn check_table(tree: &Tree<'_>) -> Result<(), TestCaseError> {
    for node in tree.nodes() {
        let mut end = node.range().start;
        let mut below = 1;
        for child in node.children() {
            prop_assert_eq!(child.parent(), Some(node));
            prop_assert!(
                child.range().start >= end && child.range().end <= node.range().end,
                "{:?} {:?}",
                node,
                child
            );
            end = child.range().end;
            below += child.subtree().len();
        }
        prop_assert_eq!(below, node.subtree().len());
    }
    for (token, holder) in tree.tokens().iter().zip(tree.holders()) {
        let holder = tree.node(holder);
        let is_in = |range: std::ops::Range<usize>| {
            range.start <= token.range().start && token.range().end <= range.end
        };
        prop_assert!(is_in(holder.range()));
        let tighter = holder.children().find(|child| is_in(child.range()) && !token.range().is_empty());
        prop_assert!(
            tighter.is_none() || token.kind == TokenKind::Newline,
            "{:?} {:?} {:?}",
            token,
            holder,
            tighter
        );
    }
    Ok(())
}

#[test]
fn the_runtime_is_a_sound_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/nalin_runtime");
    let mut n_trees = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            let text = std::fs::read_to_string(&path).unwrap();
            check_table(&Tree::parse(&text, Dialect::Python).unwrap()).unwrap();
            n_trees += 1;
        }
    }
    assert!(n_trees > 3);
}

proptest! {
    #[test]
    fn any_text_that_parses_is_a_sound_table(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "x", "f(a, *b, k=v)", "lambda q: q", "[i for i in y if i]", "f'{x!r:>{w}}'", "not z", "{1: 2, **d}", "a[1:2]",
            "(p, q)", "'s' b''", "'s' 't'", "b if c else d", "w.e", "await g", "-1",
        ]), 1..6),
        joins in proptest::collection::vec(proptest::sample::select(vec![
            " + ", " and ", " is not ", ", ", "\n", " = ", "; ", " == ", " or not ", "  # c\n", ")(",
        ]), 6),
    ) {
        let text: String = words.iter().zip(&joins).map(|(word, join)| format!("{word}{join}")).collect();
        if let Ok(tree) = Tree::parse(&text, Dialect::Python) {
            check_table(&tree)?;
        }
    }
}
