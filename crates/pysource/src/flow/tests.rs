//! What `flow` finds in texts of every kind.

use super::{Act, Chance, flow};
use crate::Dialect;

/// The events in short: `+x` bound, `-x` deleted, `x` read, `*` all of a module; `?` and `~` for what may
/// or is likely to happen, `f:` for what a function does. Calls and needs are left out.
fn short(text: &str) -> String {
    let events = flow(text, Dialect::Ipython).unwrap();
    let words = events.iter().filter_map(|event| {
        let sign = match &event.act {
            Act::Read | Act::ReadToCall => "",
            Act::ReadToAnnotate => ":",
            Act::Bind | Act::BindFrom(_) | Act::Define | Act::Import(_) => "+",
            Act::Delete => "-",
            Act::ImportAll => "*",
            Act::Call(..) | Act::Need => return None,
        };
        let chance = match event.chance {
            Chance::Sure => "",
            Chance::Likely => "~",
            Chance::Maybe => "?",
        };
        let within = if event.within.is_empty() { String::new() } else { format!("{}:", event.within) };
        Some(format!("{chance}{within}{sign}{}", event.name))
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn names_in_the_order_in_which_they_are_used() {
    assert_eq!(short("x = y\ny += x\ndel x\na.b = c[d]\na[i] = 1"), "y +x y x +y x -x c d a a i");
    assert_eq!(short("import numpy as np, os.path\nfrom m import *\nfrom .n import k as l"), "+np +os *m +l");
    assert_eq!(short("for i in xs:\n    t = i\nelse:\n    u"), "xs ~+i ~i ~+t ?u");
    assert_eq!(short("if a:\n    b = 1\nelif c:\n    d\nx = a and b"), "a ?+b ?c ?d a ?b +x");
    assert_eq!(short("try:\n    a\nexcept E as e:\n    e\nfinally:\n    z"), "?a ?E ?+e ?e z");
    assert_eq!(
        short("with open(p) as f:\n    f.read()\nif __name__ == '__main__':\n    g()"),
        "open p +f f __name__ g"
    );
    assert_eq!(short("%time f\nx = !ls\nprint(f'{x!r} {y}')"), "+x print x y");
}

#[test]
fn scopes_have_names_of_their_own() {
    assert_eq!(
        short("def f(a, b=c):\n    d = a + e\n    def g():\n        return d + h\n    return d"),
        "c +f f:e f:h"
    );
    assert_eq!(short("def f():\n    global n\n    n = m"), "+f f:m f:+n");
    assert_eq!(short("[x + y for x in xs if x > z]\n{k: v for k, v in d}"), "xs ~z ~y d");
    assert_eq!(short("sorted(l, key=lambda p: p[q])"), "sorted l ~lambda:q");
    assert_eq!(
        short(
            "class C(B):\n    k = 1\n    j = k\n    def __init__(self):\n        self.k = w\n    def m(self):\n        k"
        ),
        "B C:w ?C:k +C"
    );
    assert_eq!(short("@deco\ndef f(x: T) -> U: pass"), "deco :T :U +f");
}

#[test]
fn what_runs_later_than_it_stands_is_not_sure() {
    assert_eq!(short("g = (x for y in z)\nsum(x for y in z)"), "z ?x +g sum z ~x");
    assert_eq!(
        short("def f():\n    yield x\nasync def g():\n    y\n@d\ndef h():\n    z"),
        "+f ?f:x +g ?g:y d +h ?h:z"
    );
    assert_eq!(short("def f(a):\n    x\n    if a:\n        return\n    y"), "+f f:x ?f:y");
    assert_eq!(short("for i in a:\n    if i:\n        continue\n    x\ny"), "a ~+i ~i ?x y");
    assert_eq!(short("def f():\n    for i in a:\n        break\n    x"), "+f f:a f:x");
    assert_eq!(
        short("with suppress(NameError):\n    x\nwith self.assertRaises(E) as e:\n    y"),
        "suppress NameError ?x self E +e ?y"
    );
}

#[test]
fn parameters_of_types_belong_to_what_has_them() {
    assert_eq!(short("type A[T] = list[T]\ndef f[T](x: T) -> A:\n    y: T = x\n    return T"), "+A +f");
    assert_eq!(short("class C[T]:\n    x: T\n    def m(self, y: T):\n        return T, A"), "?C:A +C");
}

#[test]
fn calls_come_with_their_texts_and_places() {
    let events =
        flow("x = 1\ny = pd.read_csv('a.csv', sep=';')\nopen(file=\"b\", mode='w')", Dialect::Ipython)
            .unwrap();
    let calls: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.act {
            Act::Call(first, second) => {
                Some((event.name.as_str(), event.line, event.column, first.as_deref(), second.as_deref()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(calls, [("pd.read_csv", 2, 5, Some("a.csv"), None), ("open", 3, 1, Some("b"), Some("w"))]);
    let from: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.act {
            Act::BindFrom(names) => Some(names.join(" ")),
            _ => None,
        })
        .collect();
    assert_eq!(from, ["pd"]);
}
