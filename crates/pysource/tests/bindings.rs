//! What a text binds: names, kinds, scopes, statements.

use std::collections::BTreeSet;

use pysource::{Binding, Dialect, Kind, Query, Shape, bindings};

/// All bindings of a text, as `kind name scope | statement`.
fn listed(text: &str) -> Vec<String> {
    let show = |it: &Binding| {
        format!("{} {} {} | {}", it.kind, it.name, it.scope, &text[it.statement.clone()].replace('\n', "~"))
    };
    all(text).iter().map(show).collect()
}

fn all(text: &str) -> Vec<Binding> {
    let kinds = Kind::ALL.iter().copied().collect();
    let query = Query { kinds, compiled: &BTreeSet::new(), foreign_namespaces: false };
    bindings(text, Dialect::Python, &query).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn scopes_and_headers() {
    let text = "@dec(a := 1)  # why\n# a comment: with a colon\nclass A(B, k=[1,\n  2]):  # c\n  async def f(\n    self, x: int = {1: 2}[1]\n  ) -> dict[str, int]:\n    return lambda q: q\n";
    assert_eq!(
        listed(text),
        [
            "walrus a  | @dec(a := 1)",
            "def A  | class A(B, k=[1,~  2]):",
            "def f A | async def f(~    self, x: int = {1: 2}[1]~  ) -> dict[str, int]:",
            "parameter self A.f | async def f(~    self, x: int = {1: 2}[1]~  ) -> dict[str, int]:",
            "parameter x A.f | async def f(~    self, x: int = {1: 2}[1]~  ) -> dict[str, int]:",
            "return f A.f | return lambda q: q",
            "parameter q A.f | return lambda q: q",
        ]
    );
}

#[test]
fn headers_of_every_block() {
    let text = "for x in (y): pass\nwith (a as b,\n  c): pass\nif (n := 1): pass\nelif (m := 2): pass\nwhile (k := 3): pass\ntry: pass\nexcept (e := E) as f: pass\nmatch (s := 4):\n  case _ if (g := 5): pass\n";
    assert_eq!(
        listed(text),
        [
            "for x  | for x in (y):",
            "with b  | with (a as b,~  c):",
            "walrus n  | if (n := 1):",
            "walrus m  | elif (m := 2):",
            "walrus k  | while (k := 3):",
            "walrus e  | except (e := E) as f:",
            "except f  | except (e := E) as f:",
            "walrus s  | match (s := 4):",
            "walrus g  | case _ if (g := 5):",
        ]
    );
}

#[test]
fn names_of_items_and_attributes() {
    let names: Vec<_> = all("d['price'] = a.b.c = self.xs[0][i] = f(x)[k] = (1)[0] = 0\n")
        .into_iter()
        .map(|it| (it.kind.as_str(), it.name))
        .collect();
    let expected = [
        ("subscript", "price"),
        ("attribute", "c"),
        ("subscript", "xs"),
        ("subscript", "f"),
        ("subscript", ""),
    ];
    assert_eq!(names.iter().map(|(kind, name)| (*kind, name.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn shapes_and_one_line_bodies() {
    let found = all("a = (b, (c, *d)) = [e] = v\nif x: f = 1\nif x:\n  g = 1\n");
    let shapes: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.shape, it.one_line_body)).collect();
    let nested = Shape::Nested;
    assert_eq!(
        shapes,
        [
            ("a", Shape::Whole, false),
            ("b", Shape::Element, false),
            ("c", nested, false),
            ("d", nested, false),
            ("e", nested, false),
            ("f", Shape::Whole, true),
            ("g", Shape::Whole, false),
        ]
    );
}

#[test]
fn names_are_as_python_knows_them() {
    let found = all("ﬁ = 1\nimport a . b, c.d as e\n");
    let names: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.name_range.len())).collect();
    assert_eq!(names, [("fi", 3), ("a", 1), ("e", 1)]);
}
