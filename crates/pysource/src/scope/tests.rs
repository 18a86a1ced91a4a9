//! Scopes against CPython's own `symtable`, and what that does not tell.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{AccessKind, ScopeKind, Scopes};
use crate::{Dialect, LineIndex, Tree};

/// Prints of every text (they come with a zero between them, and so does what is printed) one line a scope:
/// `KIND NAME LINE | NAME HOME USES …`, sorted. `HOME` is `L` for a name of the scope's own, `F` for one of a scope around, `G` for the module's; `r` says that it is read, `p` that it
/// is a parameter. Names that the compiler makes up for itself are left out.
const SYMTABLE: &str = r#"
import symtable, sys

HOMES = {1: "L", 2: "G", 3: "G", 4: "F", 5: "L"}

def lines(table, module):
    words = []
    for symbol in sorted(table.get_symbols(), key=lambda it: it.get_name()):
        name = symbol.get_name()
        if name.startswith(".") or name in ("__class__", "__classdict__", "__static_attributes__"):
            continue
        # What only passes through a scope, from one around it to one in it, is no name of this one.
        if not symbol._Symbol__flags & (0x39e if module else 0x39f):
            continue
        home = HOMES[symbol._Symbol__scope]
        if module:
            home = "L" if symbol.is_assigned() or symbol.is_imported() else "G"
        read = "r" if symbol.is_referenced() else ""
        words.append(name + home + read + ("p" if symbol.is_parameter() else ""))
    name = {"top": ""}.get(table.get_name(), table.get_name())
    yield f"{table.get_type()} {name} {table.get_lineno()} | {' '.join(words)}"
    for child in table.get_children():
        yield from lines(child, False)

texts = sys.stdin.buffer.read().decode().split("\0")
tables = [sorted(lines(symtable.symtable(text, "-", "exec"), True)) for text in texts]
sys.stdout.buffer.write("\0".join("\n".join(table) for table in tables).encode())
"#;

/// The same of our analysis.
fn scopes(text: &str) -> Vec<String> {
    let tree = Tree::parse(text, Dialect::Python).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let scopes = Scopes::of(&tree);
    let lines = LineIndex::new(text);
    let mut names: Vec<BTreeMap<String, (bool, bool, bool)>> = vec![BTreeMap::new(); scopes.scopes().len()];
    let mut homes = BTreeMap::new();
    for access in scopes.accesses() {
        let variable = scopes.variable(access.variable);
        let name = scopes.name(&tree, variable.name).to_owned();
        let home = match variable.scope {
            home if home == access.scope && (home.0 > 0 || variable.is_bound) => 'L',
            home if home.0 == 0 => 'G',
            _ => 'F',
        };
        homes.insert((access.scope.0, name.clone()), home);
        let uses = names[access.scope.0 as usize].entry(name).or_default();
        // `x += 1` is no use to CPython's table.
        let is_target = tree.node(access.node).field() == crate::Field::Target;
        uses.0 |= access.kind == AccessKind::Read && !is_target;
        uses.1 |= variable.is_parameter && variable.scope == access.scope;
    }
    // What a comprehension binds for the scope around it, CPython lists there too.
    for access in scopes.accesses().iter().filter(|access| access.kind == AccessKind::Write) {
        let variable = scopes.variable(access.variable);
        let mut around = access.scope;
        while let (ScopeKind::Comprehension, Some(parent)) =
            (scopes.scope(around).kind, scopes.scope(around).parent)
        {
            around = parent;
        }
        if around.0 > 0 && around != access.scope && around == variable.scope {
            let name = scopes.name(&tree, variable.name).to_owned();
            homes.insert((around.0, name.clone()), 'L');
            names[around.0 as usize].entry(name).or_default();
        }
    }
    let mut shown: Vec<String> = Vec::new();
    for (at, scope) in scopes.scopes().iter().enumerate() {
        let node = tree.node(scope.node);
        let (kind, name) = match scope.kind {
            ScopeKind::Module => ("module", ""),
            ScopeKind::Class => ("class", node.name().unwrap()),
            ScopeKind::Function => ("function", node.name().unwrap()),
            ScopeKind::Lambda => ("function", "lambda"),
            ScopeKind::Comprehension => {
                let kinds = [("GeneratorExp", "genexpr"), ("ListComp", "listcomp"), ("SetComp", "setcomp")];
                let name = kinds.iter().find(|(kind, _)| *kind == node.kind().as_str());
                ("function", name.map_or("dictcomp", |(_, name)| name))
            }
            ScopeKind::TypeParameters => ("type parameters", ""),
        };
        // A decorated definition begins at its keyword, which is on the line of its name.
        let start = match scope.kind {
            ScopeKind::Class | ScopeKind::Function => node.get(crate::Field::Name).unwrap().range().start,
            _ => node.range().start,
        };
        let line = if at == 0 { 0 } else { lines.line(start) };
        let words: Vec<String> = names[at]
            .iter()
            .filter(|(name, _)| *name != "__class__")
            .map(|(name, uses)| {
                let home = homes[&(at as u32, name.clone())];
                format!("{name}{home}{}{}", if uses.0 { "r" } else { "" }, if uses.1 { "p" } else { "" })
            })
            .collect();
        shown.push(format!("{kind} {name} {line} | {}", words.join(" ")));
    }
    shown.sort();
    shown
}

#[track_caller]
fn check(texts: &[String]) {
    let mut python = Command::new("python3")
        .args(["-c", SYMTABLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    python.stdin.take().unwrap().write_all(texts.join("\0").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.split('\0').count(), texts.len());
    for (text, expected) in texts.iter().zip(output.split('\0')) {
        assert_eq!(scopes(text).join("\n"), expected, "\n{text}");
    }
}

#[test]
fn names_belong_where_python_says() {
    let texts = [
        "x = y\ny += x\ndel x\nimport a.b, c.d as e\nfrom m import f as g, h\nfrom n import *\n",
        "def f(a, b=c, *d, e: g = h, **i) -> j:\n    k = a\n    def l():\n        nonlocal k\n        k = b + m\n    return l\n",
        "x = 1\ndef f():\n    global x\n    x = 2\n    def g():\n        return x\n",
        "def f():\n    x = 1\n    def g():\n        global x\n        def h():\n            return x\n        return h\n",
        "class C(B, k=v):\n    a = 1\n    b = a\n    def m(self, c=a):\n        return a, b, self\n    d = [a for _ in e if f]\n",
        "def f():\n    x = 1\n    class C:\n        x = x\n        y: int = x\n        def m(self):\n            return x\n",
        "def f(xs):\n    [y := x for x in xs]\n    return y\n{(z := i): w for i in q for w in i}\n",
        "def f():\n    global g\n    return [g := x for x in range(3)]\n",
        "def f():\n    def g():\n        return (lambda: [t := u for u in v])\n    t = 1\n",
        "print([[x for x in y] for y in z], (a for a in b), {c for c in d}, {e: f for e, f in g})\n",
        "match v:\n    case {'k': a, **b}: pass\n    case [c, *d] | K(e, f=c, g=d) if a: pass\n    case (1 as h) | h: pass\n    case _: h\n",
        "try:\n    pass\nexcept (A, B) as e:\n    e\n",
        "def f():\n    try: pass\n    except E as e: pass\n    with a as (b, c.d), g as h[i]: pass\n    for j, k[l] in m: j\n    else: n\n",
        "def f():\n    x: int\n    (y): int\n    z: int = 1\n    w.a: int = 2\n    return x, y, z\n",
        "@d(lambda q: q)\nclass A(metaclass=M): pass\n@e\nasync def f(x=(yield_ := 1)):\n    async with a as b: await b\n    async for c in d: pass\n    return [e async for e in f]\n",
        "f = lambda a, b=c: (lambda d: a + d + e)\n",
        "class A:\n    __p = 1\n    def m(self, __q):\n        return __p, __q, self.__r, __s__, _t\nclass __B:\n    __x = __y\n",
        "def f():\n    import a.b\n    from c import d as e\n    def g(): return a, e\n",
        "def f(x):\n    del x\n    def g(): x\n",
        "def f():\n    def g():\n        nonlocal x\n        x = 1\n    x = 2\n    return f'{x!r:>{w}} {y=}'\n",
        "x = (y := z)\nif (n := 1): pass\nwhile (m := 2): o\n",
        "def f(a=[b for b in c]):\n    class D:\n        b = [b for e in b]\n",
        "ﬁ = 1\nfi\n",
    ];
    check(&texts.map(str::to_owned));
}

#[test]
fn names_of_the_fixtures_belong_where_python_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/traces");
    let mut paths: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    // The runtime that stands beside every notebook is Python of the ordinary kind.
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/nalin_runtime");
    paths.extend(fs::read_dir(runtime).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    let annotated = "from __future__ import annotations";
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    // There annotations have scopes of their own in some versions of Python.
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.contains(annotated)).collect();
    assert!(texts.len() > 20, "there are fixtures");
    check(&texts);
}

/// The accesses of a text in short: `name` read, `+name` written, `-name` deleted, `:name` declared, with the number of
/// the scope that has the variable.
fn short(text: &str) -> String {
    let tree = Tree::parse(text, Dialect::Python).unwrap();
    let scopes = Scopes::of(&tree);
    let words = scopes.accesses().iter().map(|access| {
        let variable = scopes.variable(access.variable);
        let sign = match access.kind {
            AccessKind::Read => "",
            AccessKind::Write => "+",
            AccessKind::Delete => "-",
            AccessKind::Declare => ":",
        };
        format!("{sign}{}{}", scopes.name(&tree, variable.name), variable.scope.0)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn accesses_come_in_the_order_of_evaluation() {
    assert_eq!(short("x = y\nx += z"), "y0 +x0 x0 z0 +x0");
    assert_eq!(short("for i in n:\n  a if b else c"), "n0 +i0 b0 a0 c0");
    assert_eq!(short("try: a\nexcept E as e: e"), "a0 E0 +e0 e0 -e0");
    assert_eq!(short("@d\ndef f(a, b=c): return a"), "d0 c0 +a1 +b1 a1 +f0");
    assert_eq!(short("def f():\n  global x\n  x = 1\nx"), ":x0 +x0 +f0 x0");
    assert_eq!(short("a[i].b = v"), "v0 a0 i0");
    assert_eq!(short("x: T = v\ny: T"), "v0 +x0 T0 :y0 T0");
}

#[test]
fn type_parameters_have_a_scope_of_their_own() {
    // CPython has these from 3.12 on, and shows them in scopes of more than one kind.
    assert_eq!(short("def f[T: B](a: T = d) -> T: return T"), "d0 +T1 B0 T1 T1 +a2 T1 +f0");
    assert_eq!(short("class C[T](Base[T]):\n  x: T"), "+T1 Base0 T1 :x2 T1 +C0");
    assert_eq!(short("type L[T] = list[T]"), "+T1 list0 T1 +L0");
    assert_eq!(short("class C:\n  K = 1\n  def m[T: K](self): return K"), "+K1 +T2 K1 +self3 K0 +m1 +C0");
}

#[test]
fn a_method_sees_the_cell_of_its_class() {
    assert_eq!(short("class C:\n  def m(self): return __class__"), "+self2 __class__1 +m1 +C0");
}

#[test]
fn the_cost_of_many_scopes_and_names_is_linear() {
    // Nested lambdas that each read a name of the outermost and one of nobody: a search from scope to scope would be
    // quadratic. Work is counted by what comes out, and the size of a stack overflow would end the test.
    let nested = |depth: usize| {
        let opened: String = (0..depth).map(|at| format!("lambda a{at}: (a0, g{at}, ")).collect();
        let text = format!("x = {opened}1{}\n", ")".repeat(depth));
        let tree = Tree::parse(&text, Dialect::Python).unwrap();
        let scopes = Scopes::of(&tree);
        (scopes.accesses().len(), scopes.variables().len(), tree.len())
    };
    assert_eq!((nested(100).0, nested(1000).0), (301, 3001));
    assert_eq!((nested(100).1, nested(1000).1), (201, 2001));
    assert_eq!((nested(1000).2 - nested(100).2) / 900, (nested(200).2 - nested(100).2) / 100);
}
