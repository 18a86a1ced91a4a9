//! What becomes of every kind of statement. `T` stands for `_nalin_t` and `W` for `_nalin_w`.

use crate::common::{hooks, probed};
use nbinstrument::{Hooks, Preset};

#[track_caller]
fn check_with(hooks: &Hooks, table: &[(&str, &str, &str)]) {
    for (text, expected, skipped) in table {
        let (code, found) = probed(text, hooks);
        let code = code.replace("_nalin_t(", "T(").replace("_nalin_w(", "W(");
        assert_eq!((code.as_str(), found.as_str()), (*expected, *skipped), "of {text}");
    }
}

#[track_caller]
fn check(table: &[(&str, &str, &str)]) {
    check_with(&Hooks::default(), table);
}

#[test]
fn assignments() {
    check(&[
        ("x = 1", "x = 1; T(0, x)", ""),
        ("x = 1  # why", "x = 1; T(0, x)  # why", ""),
        ("x = 1;", "x = 1; T(0, x);", ""),
        ("a = 1; b = 2", "a = 1; T(0, a); b = 2; T(1, b)", ""),
        ("x.y = 3; other = 4", "x.y = 3; other = 4; T(0, other)", ""),
        ("a = b = 1", "a = b = 1; T(0, a); T(1, b)", ""),
        ("a, b = 1, 2", "a, b = 1, 2; T(0, a); T(1, b)", ""),
        ("(a, [b, *c]), d.e = v", "(a, [b, *c]), d.e = v; T(0, a); T(1, b); T(2, c)", ""),
        ("[a, b] = v", "[a, b] = v; T(0, a); T(1, b)", ""),
        ("*a, = v", "*a, = v; T(0, a)", ""),
        ("(x) = (1)", "(x) = (1); T(0, x)", ""),
        ("_, _, x = v", "_, _, x = v; T(0, _); T(1, x)", "rebound"),
        ("x = y = x = 1", "x = y = x = 1; T(0, y); T(1, x)", "rebound"),
        ("x: int = 1", "x: int = 1; T(0, x)", ""),
        ("(x): int = 1", "(x): int = 1; T(0, x)", ""),
        ("x: int", "x: int", ""),
        ("x += 1", "x += 1; T(0, x)", ""),
        ("x.y += 1; x[0] += 1", "x.y += 1; x[0] += 1", ""),
        ("x = '''a\nb'''  # c", "x = '''a\nb'''; T(0, x)  # c", ""),
        ("x = (1 +\n     2)", "x = (1 +\n     2); T(0, x)", ""),
        ("x = 1 + \\\n  2", "x = 1 + \\\n  2; T(0, x)", ""),
        ("x = 1 \\\n\ny = 2", "x = 1; T(0, x) \\\n\ny = 2; T(1, y)", ""),
        ("x = lambda: 0", "x = lambda: 0; T(0, x)", ""),
        ("größe = 'ü'; 变量 = größe", "größe = 'ü'; T(0, größe); 变量 = größe; T(1, 变量)", ""),
        ("x = yield\n", "x = yield; T(0, x)", ""),
        ("x = await f()", "x = await f(); T(0, x)", ""),
        ("x = *a, *b", "x = *a, *b; T(0, x)", ""),
        ("match = type = case = 1", "match = type = case = 1; T(0, match); T(1, type); T(2, case)", ""),
        ("x == 1\nx[0]\nf(x=1)", "x == 1\nx[0]\nf(x=1)", ""),
    ]);
}

#[test]
fn blocks() {
    check(&[
        ("if x: y = 1", "if x: y = 1; T(0, y)", ""),
        ("if x: y = 1\nelse: y = 2", "if x: y = 1; T(0, y)\nelse: y = 2; T(1, y)", ""),
        ("class A: x = 1", "class A: x = 1; T(0, x)", ""),
        ("class A(B):\n  x = 1", "class A(B):\n  x = 1; T(0, x)", ""),
        ("def f():\n  global g\n  g = 1", "def f():\n  global g\n  g = 1; T(0, g)", ""),
        (
            "try: x = 1\nexcept E as e: y = e\nfinally: z = 2",
            "try: x = 1; T(0, x)\nexcept E as e: y = e; T(1, y)\nfinally: z = 2; T(2, z)",
            "",
        ),
        ("try: x = 1\nexcept* E: y = 2", "try: x = 1; T(0, x)\nexcept* E: y = 2; T(1, y)", ""),
        ("match v:\n  case [a]: b = a", "match v:\n  case [a]: b = a; T(0, b)", ""),
        (
            "from __future__ import annotations\nx = 1",
            "from __future__ import annotations\nx = 1; T(0, x)",
            "",
        ),
        ("'''doc'''\nx = 1", "'''doc'''\nx = 1; T(0, x)", ""),
        ("type X = int\nx: X = 1", "type X = int\nx: X = 1; T(0, x)", ""),
        ("while c: x = f()", "while c: x = f(); T(0, x)", ""),
        ("x = 1; del x", "x = 1; T(0, x); del x", ""),
    ]);
}

#[test]
fn walrus() {
    check(&[
        ("(y := f())", "(y := W(0, (f())))", ""),
        ("while (c := f()): pass", "while (c := W(0, (f()))): pass", ""),
        ("f(y := 1, z=(w := 2))", "f(y := W(0, (1)), z=(w := W(1, (2))))", ""),
        ("(a := (b := 1))", "(a := (W(0, (b := W(1, (1))))))", ""),
        ("x = [y := 1, y**2]", "x = [y := W(1, (1)), y**2]; T(0, x)", ""),
        ("any((hit := v) > 1 for v in vs)", "any((hit := W(0, (v))) > 1 for v in vs)", ""),
        ("lambda: (x := 1)", "lambda: (x := W(0, (1)))", ""),
        ("f'{(y := 5)}'", "f'{(y := W(0, (5)))}'", ""),
        ("f'{(y := 5)=}'", "f'{(y := 5)=}'", "source_is_value"),
        ("t'{(y := 5)}'", "t'{(y := 5)}'", "source_is_value"),
        ("def f(a: (y := int)): pass", "def f(a: (y := int)): pass", "source_is_value"),
        ("(y := (yield))", "(y := (W(0, (yield))))", ""),
        ("a[(i := 0)] = 1", "a[(i := W(0, (0)))] = 1", ""),
        (
            "if (n := len(a)) > 10 and (m := 3):\n  pass",
            "if (n := W(0, (len(a)))) > 10 and (m := W(1, (3))):\n  pass",
            "",
        ),
    ]);
}

#[test]
fn loops_and_with() {
    check(&[
        ("for x in y: print(x)", "for x in y: T(0, x); print(x)", ""),
        ("for x in y:\n  pass", "for x in y:\n  T(0, x); pass", ""),
        (
            "for i, (a, *b) in y:\n  z = a",
            "for i, (a, *b) in y:\n  T(0, i); T(1, a); T(2, b); z = a; T(3, z)",
            "",
        ),
        ("for x in y:\n  if x: pass", "for x in y:\n  if T(0, x) or (x): pass", ""),
        ("for x in y:\n  if (x): pass", "for x in y:\n  if (T(0, x) or (x)): pass", ""),
        ("for x in y:\n  if a if b else c: pass", "for x in y:\n  if T(0, x) or (a if b else c): pass", ""),
        ("for x in y:\n  if (z := x): pass", "for x in y:\n  if (T(0, x) or (z := W(1, (x)))): pass", ""),
        (
            "for x in y:\n  for z in x:\n    with z as w:\n      pass",
            "for x in y:\n  for z in T(0, x) or (x):\n    with T(1, z) or (z) as w:\n      T(2, w); pass",
            "",
        ),
        ("for a, b in y:\n  if a: pass", "for a, b in y:\n  if T(0, a) or (T(1, b) or (a)): pass", ""),
        (
            "for x in y:\n  for z in *x, 1: pass",
            "for x in y:\n  for z in T(0, x) or (*x, 1): T(1, z); pass",
            "",
        ),
        (
            "for x in y:\n  with (a as b, c as d): pass",
            "for x in y:\n  with (T(0, x) or (a) as b, c as d): T(1, b); T(2, d); pass",
            "",
        ),
        (
            "for x in y:\n  try:\n    z = x\n  except E: pass",
            "for x in y:\n  try:\n    T(0, x); z = x; T(1, z)\n  except E: pass",
            "",
        ),
        (
            "for x in y:\n  match x:\n    case 1: pass",
            "for x in y:\n  match T(0, x) or (x):\n    case 1: pass",
            "",
        ),
        ("for x in y:\n  if(x): pass", "for x in y:\n  if(T(0, x) or (x)): pass", ""),
        ("for x in y:\n  if(x)>1: pass", "for x in y:\n  if T(0, x) or ((x)>1): pass", ""),
        ("for x in y:\n  for z in[x]: pass", "for x in y:\n  for z in T(0, x) or ([x]): T(1, z); pass", ""),
        ("for x in y:\n  match = x", "for x in y:\n  match = T(0, x) or (x); T(1, match)", ""),
        ("for x in y:\n  match.a(x) + 1", "for x in y:\n  T(0, x) or (match.a(x) + 1)", ""),
        ("for x in y:\n  match += x", "for x in y:\n  match += x; T(0, match)", "soft_keyword"),
        (
            "for x in y:\n  type = case = x",
            "for x in y:\n  T(0, x); type = case = x; T(1, type); T(2, case)",
            "",
        ),
        ("for x in y:\n  while x: pass", "for x in y:\n  while x: pass", "before_while"),
        ("for x in y:\n  def f(): pass", "for x in y:\n  def f(): pass", "nothing_follows"),
        ("for x in y:\n  @d\n  def f(): pass", "for x in y:\n  @d\n  def f(): pass", "before_def"),
        ("for x in y:\n  def f(): pass\n  f()", "for x in y:\n  def f(): pass\n  T(0, x); f()", ""),
        ("for f in y:\n  def f(): pass\n  f()", "for f in y:\n  def f(): pass\n  f()", "rebound"),
        ("for x in y:\n  @d\n  class A: pass", "for x in y:\n  @d\n  class A: pass", "before_def"),
        ("for x in y: continue\nelse: z = 1", "for x in y: T(0, x); continue\nelse: z = 1; T(1, z)", ""),
        ("for _, _ in y: pass", "for _, _ in y: T(0, _); pass", "rebound"),
        ("for a.b in y: pass", "for a.b in y: pass", ""),
        (
            "async def f():\n  async for x in y:\n    async with x as z: await z",
            "async def f():\n  async for x in y:\n    async with T(0, x) or (x) as z: T(1, z); await z",
            "",
        ),
        ("with a as b, c as (d, e): pass", "with a as b, c as (d, e): T(0, b); T(1, d); T(2, e); pass", ""),
        ("with a: b = 1", "with a: b = 1; T(0, b)", ""),
    ]);
}

#[test]
fn hooks_that_are_asked_for() {
    check_with(
        &hooks("comprehension"),
        &[
            ("[x for x in y]", "[x for x in y if not T(0, x)]", ""),
            (
                "{k: v for k, v in y if v if k}",
                "{k: v for k, v in y if T(0, k) or (T(1, v) or (v)) if k}",
                "",
            ),
            ("f(x for x in (y))", "f(x for x in (y) if not T(0, x))", ""),
            (
                "[x for z in y for x in z if (x)]",
                "[x for z in y if not T(0, z) for x in z if (T(1, x) or (x))]",
                "",
            ),
            ("f'{[x for x in y]=}'", "f'{[x for x in y]=}'", "source_is_value"),
        ],
    );
    check_with(
        &hooks("parameter,return"),
        &[
            (
                "def f(a, /, b=1, *c, d, **e):\n  '''doc'''\n  return a",
                "def f(a, /, b=1, *c, d, **e):\n  '''doc'''; T(0, a); T(1, b); T(2, c); T(3, d); T(4, e)\n  return W(5, (a))",
                "",
            ),
            ("def f(a):\n  return(a)+1", "def f(a):\n  T(0, a); return W(1, ((a)+1))", ""),
            ("def f(a): return *a", "def f(a): T(0, a); return *a", "invalid"),
            ("def f(a):\n  for b in *a: pass", "def f(a):\n  for b in *a: pass", "invalid"),
            ("def f(a): return", "def f(a): T(0, a); return", ""),
            ("def f(a):\n  if a: return 1, *a", "def f(a):\n  if T(0, a) or (a): return W(1, (1, *a))", ""),
            ("lambda a, b=1: a", "lambda a, b=1: T(0, a) or (T(1, b) or (a))", ""),
            ("def f(a):\n  while a: pass", "def f(a):\n  while a: pass", "before_while"),
        ],
    );
    check_with(
        &hooks("import,def"),
        &[
            ("import a.b, c as d", "import a.b, c as d; T(0, a); T(1, d)", ""),
            ("from a import (b,\n  c as d)", "from a import (b,\n  c as d); T(0, b); T(1, d)", ""),
            ("from a import *", "from a import *", "star_import"),
            (
                "from __future__ import division\nimport a",
                "from __future__ import division\nimport a; T(0, a)",
                "future_import",
            ),
            ("def f(): pass\nf()", "def f(): pass\nT(0, f); f()", ""),
            ("@d\nclass A: pass\nif A: pass", "@d\nclass A: pass\nif T(0, A) or (A): pass", ""),
            ("def f(): pass\ndef g(): pass", "def f(): pass\ndef g(): pass", "nothing_follows 2"),
            (
                "def f(): pass\ndef g(a, b: int=-1) -> None: pass\nf()",
                "def f(): pass\ndef g(a, b: int=-1) -> None: pass\nT(0, f); T(1, g); f()",
                "",
            ),
            ("def f(): pass\ndef f(): pass\nf()", "def f(): pass\ndef f(): pass\nT(0, f); f()", "rebound"),
            (
                "def f(): pass\ndef g(a=h()): pass\ndef h(a: x[0]): pass\nf()",
                "def f(): pass\ndef g(a=h()): pass\ndef h(a: x[0]): pass\nT(0, h); f()",
                "before_def 2",
            ),
            (
                "def f(): pass\nclass A(B, k=1): x",
                "def f(): pass\nclass A(T(0, f) or (B), k=1): x",
                "nothing_follows",
            ),
            (
                "def f(): pass\nclass A(k=B): x",
                "def f(): pass\nclass A(k=T(0, f) or (B)): x",
                "nothing_follows",
            ),
            (
                "def f(): pass\nclass A: x\nclass C(*B): x\nclass D(**k): x\n@d\nclass E(B): x\nf()",
                "def f(): pass\nclass A: x\nclass C(*B): x\nclass D(**k): x\n@d\nclass E(B): x\nT(0, E); f()",
                "before_def 4",
            ),
            ("type X = int", "type X = int; T(0, X)", ""),
        ],
    );
    check_with(
        &hooks("except,case"),
        &[
            (
                "try: a\nexcept E as e: b\nexcept (F, G) as f:\n  if b: c",
                "try: a\nexcept E as e: T(0, e); b\nexcept (F, G) as f:\n  if T(1, f) or (b): c",
                "",
            ),
            (
                "try: a\nexcept* E as e:\n  while b: c",
                "try: a\nexcept* E as e:\n  while b: c",
                "before_while",
            ),
            (
                "match a:\n  case [x, *y] | {'k': x, **y}: b\n  case P(q=1, r=z) as w if z: c\n  case _: d",
                "match a:\n  case [x, *y] | {'k': x, **y}: T(0, x); T(1, y); b\n  case P(q=1, r=z) as w if T(2, z) or (T(3, w) or (z)): c\n  case _: d",
                "rebound 2",
            ),
        ],
    );
    check_with(
        &hooks("attribute,subscript"),
        &[
            ("a.b = c['d'] = 1", "a.b = c['d'] = W(0, (W(1, (1)))); ".trim_end_matches("; "), ""),
            ("a.b: int = 1", "a.b: int = W(0, (1))", ""),
            ("a.b = 1, 2", "a.b = W(0, (1, 2))", ""),
            ("a.b += 1", "a.b += 1", "second_read"),
            ("a.b, c[0] = v", "a.b, c[0] = v", "second_read 2"),
            ("a.b = yield", "a.b = W(0, (yield))", ""),
        ],
    );
}

#[test]
fn what_the_original_tracks() {
    check_with(
        &Preset::Nalin.into(),
        &[
            ("x = y = 1\nx += 1", "x = y = 1; T(0, x); T(1, y)\nx += 1; T(2, x)", ""),
            ("a, (b, c), *d, e = v", "a, (b, c), *d, e = v; T(0, a); T(1, e)", ""),
            ("(a, b) = v", "(a, b) = v; T(0, a); T(1, b)", ""),
            (
                "[a, b] = v\nx: int = 1\n(y := 1)\nfor i in z: pass",
                "[a, b] = v\nx: int = 1\n(y := 1)\nfor i in z: pass",
                "",
            ),
            ("if x: y = 1", "if x: y = 1", ""),
            ("if x: \\\n  y = 1", "if x: \\\n  y = 1", ""),
            ("if x:  # why\n\n  y = 1", "if x:  # why\n\n  y = 1; T(0, y)", ""),
            (
                "class A:\n  def f(s):\n    s.x, y = 1, 2",
                "class A:\n  def f(s):\n    s.x, y = 1, 2; T(0, y)",
                "",
            ),
        ],
    );
}

#[test]
fn where_a_probe_would_do_harm() {
    check(&[
        ("@njit\ndef f():\n  x = 1", "@njit\ndef f():\n  x = 1", "compiled_function"),
        (
            "@numba.jit(nopython=True)\ndef f(a):\n  for i in a:\n    x = 1",
            "@numba.jit(nopython=True)\ndef f(a):\n  for i in a:\n    x = 1",
            "compiled_function 2",
        ),
        ("def f():\n  x = 1\ng = njit(f)", "def f():\n  x = 1\ng = njit(f); T(0, g)", "compiled_function"),
        ("@tf.function\ndef f():\n  x = 1", "@tf.function\ndef f():\n  x = 1", "compiled_function"),
        ("@np.vectorize\ndef f(a):\n  x = 1", "@np.vectorize\ndef f(a):\n  x = 1; T(0, x)", ""),
        (
            "class A(metaclass=M):\n  x = 1\n  def f(self):\n    y = 1",
            "class A(metaclass=M):\n  x = 1\n  def f(self):\n    y = 1; T(0, y)",
            "class_namespace",
        ),
        (
            "class M(type):\n  def __prepare__(n, b): return D()\nclass A(B):\n  x = 1\nclass C:\n  x = 1",
            "class M(type):\n  def __prepare__(n, b): return D()\nclass A(B):\n  x = 1\nclass C:\n  x = 1; T(0, x)",
            "class_namespace",
        ),
        (
            "class A(Enum):\n  __order__ = 'a'\n  a = 1",
            "class A(Enum):\n  __order__ = 'a'\n  a = 1; T(0, a)",
            "class_namespace",
        ),
        ("x = 1; _nalin_t(0, x)", "x = 1; T(0, x)", "already_probed"),
    ]);
}
