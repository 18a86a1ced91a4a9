//! Edits that keep everything else, and edits that do not.

use std::ops::Range;

use proptest::prelude::*;

use super::{RewriteError, rewrite};
use crate::{Dialect, Edits, NodeKind, Tree};

fn with(text: &str, edit: impl FnOnce(&mut Edits)) -> Result<String, RewriteError> {
    let tree = Tree::parse(text, Dialect::Python).unwrap();
    let mut edits = Edits::default();
    edit(&mut edits);
    rewrite(&tree, edits, Dialect::Python)
}

#[track_caller]
fn replaced(text: &str, range: Range<usize>, by: &str, expected: Result<&str, RewriteError>) {
    assert_eq!(
        with(text, |edits| edits.replace(range, by.into())),
        expected.map(str::to_owned),
        "{text} {by}"
    );
}

#[test]
fn what_is_edited_may_change_and_nothing_else() {
    use RewriteError::Grown;
    replaced("y = x * 3", 4..5, "(1 + 2)", Ok("y = (1 + 2) * 3"));
    replaced("y = x * 3", 4..5, "1 + 2", Err(Grown(1)));
    replaced("y = x * 3", 8..9, "3 + z", Err(Grown(1)));
    replaced("y = x ** 2", 4..5, "-z", Err(Grown(1)));
    replaced("y = x < 2", 6..7, "!=", Ok("y = x != 2"));
    replaced("y = x < 2", 6..7, "and", Err(Grown(1)));
    replaced("y = x\nz  # why\n", 4..5, "x  # y", Ok("y = x  # y\nz  # why\n"));
}

#[test]
fn what_swallows_the_rest_is_found_out() {
    assert!(with("x = 1; y = 2\n", |edits| edits.before(5, "# ".into())).is_err());
    assert!(
        with("x = 1\ny = 2  # why\nz = 3\n", |edits| {
            edits.before(0, "'''".into());
            edits.after(24, "'''".into());
        })
        .is_err()
    );
    assert!(
        with("f(a)\n# c\nb\n", |edits| {
            edits.after(4, " + '''".into());
            edits.before(9, "'''; ".into());
        })
        .is_err()
    );
    assert!(with("if a:\n    b\nc\n", |edits| edits.before(12, "    ".into())).is_err());
}

#[test]
fn something_round_a_range_is_no_change_of_it() {
    let around = |text: &str, range: Range<usize>, open: &str, close: &str| {
        with(text, |edits| edits.around(&range, open.into(), close))
    };
    assert_eq!(around("if a == b: c", 3..9, "not ", "").as_deref(), Ok("if not a == b: c"));
    assert_eq!(around("x = a and b", 4..5, "not ", "").as_deref(), Ok("x = not a and b"));
    assert!(around("x = a and b", 4..11, "not ", "").is_err());
    assert_eq!(around("x = a.b(c)", 4..5, "f(", ")").as_deref(), Ok("x = f(a).b(c)"));
    assert_eq!(around("x = f(y)", 4..8, "g(", ")").as_deref(), Ok("x = g(f(y))"));
    let several = with("def f():\n    x = 1\n    return x\n", |edits| {
        edits.after(18, "; look(x)".into());
        edits.around(&(30..31), "pass_(".into(), ")");
    });
    assert_eq!(several.as_deref(), Ok("def f():\n    x = 1; look(x)\n    return pass_(x)\n"));
}

#[test]
fn statements_come_and_go_over_lines() {
    let text = "def f(a):\n    b = a\n    if b:\n        c()\n    return (b,\n            a)\n";
    let with = |edit: &dyn Fn(&mut Edits)| with(text, edit);
    assert!(with(&|edits| edits.replace(46..71, "return [\n        a, b,\n    ]".into())).is_ok());
    assert!(with(&|edits| edits.delete(10..20)).is_ok());
    assert!(with(&|edits| edits.before(24, "log(\n        b)\n    ".into())).is_ok());
    assert!(with(&|edits| edits.delete(42..71)).is_ok());
    // The body of the `if`, so that what follows would be its body, or nothing.
    assert!(with(&|edits| edits.delete(30..42)).is_err());
    assert!(with(&|edits| edits.replace(30..46, "        ".into())).is_err());
}

const SOURCE: &str = concat!(
    "import os, sys\n\n@dec  # one\ndef f(a, b=(1,\n        2)):\n    '''Doc.'''\n    x = a; y = b  # two\n    if x and y:\n",
    "        while x: x -= 1\n    elif [i for i in y if i]:\n        y = {**a}; del a[0]\n    else:\n        pass\n    # three\n",
    "    return f'{x!r} {y}'\n\nclass C(B, k=v):\n    z: int = 1\n    try:\n        g(z, *w)\n    except E as e:\n        raise e\n",
    "    finally:\n        h()\n\nmatch t:\n    case [p, *q] if p: r = lambda s: s\n    case _: u\n",
);

/// The simple statements of a text with their places.
fn simple(text: &str) -> Vec<Range<usize>> {
    let tree = Tree::parse(text, Dialect::Python).unwrap();
    let is_simple = |kind| {
        !matches!(
            kind,
            NodeKind::FunctionDef
                | NodeKind::ClassDef
                | NodeKind::For
                | NodeKind::While
                | NodeKind::If
                | NodeKind::With
                | NodeKind::Match
                | NodeKind::Try
        )
    };
    tree.nodes()
        .filter(|node| node.is_statement() && is_simple(node.kind()))
        .map(|node| node.range())
        .collect()
}

proptest! {
    #[test]
    fn random_edits_of_random_statements_keep_everything_else(
        picked in proptest::collection::btree_map(0_usize..18, 0_usize..5, 1..6),
    ) {
        let places = simple(SOURCE);
        let tree = Tree::parse(SOURCE, Dialect::Python).unwrap();
        let mut edits = Edits::default();
        let mut expected: Vec<String> = places.iter().map(|place| SOURCE[place.clone()].to_owned()).collect();
        for (at, kind) in picked.iter().filter(|(at, _)| **at < places.len()) {
            let (place, texts) = (&places[*at], &mut expected[*at]);
            match kind {
                0 => {
                    *texts = "new(\n1)".to_owned();
                    edits.replace(place.clone(), texts.clone());
                }
                1 => {
                    *texts = "pass".to_owned();
                    edits.replace(place.clone(), texts.clone());
                }
                2 => {
                    texts.push_str("|behind = 2");
                    edits.after(place.end, "; behind = 2".to_owned());
                }
                3 => {
                    texts.insert_str(0, "before()|");
                    edits.before(place.start, "before(); ".to_owned());
                }
                _ => {
                    texts.clear();
                    let statement = tree.nodes().find(|node| node.is_statement() && node.range() == *place).unwrap();
                    let is_only = statement.parent().unwrap().all(statement.field()).count() == 1;
                    if is_only {
                        texts.push_str("pass");
                    }
                    edits.remove_statement(statement, SOURCE);
                }
            }
        }
        match rewrite(&tree, edits, Dialect::Python) {
            Ok(text) => {
                let found: Vec<&str> = simple(&text).into_iter().map(|place| &text[place]).collect();
                let expected: Vec<&str> =
                    expected.iter().flat_map(|texts| texts.split('|')).filter(|it| !it.is_empty()).collect();
                prop_assert_eq!(found, expected, "{}", text);
                let comments = |text: &str| crate::comments(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>();
                prop_assert_eq!(comments(&text), comments(SOURCE));
            }
            // Two that go and share a line both take the semicolon between them.
            Err(error) => prop_assert!(matches!(error, RewriteError::Overlap(_)), "{}", error),
        }
    }
}
