import ast
import collections
import unittest

import support  # noqa: F401 - the way to the runtime
from nalin_runtime.trace import lines
from nalin_runtime.trace.text import error_text, text


class Loud:
    """Whoever asks it, breaks."""

    def __repr__(self):
        raise AssertionError("was asked")

    __str__ = __len__ = __eq__ = __hash__ = __iter__ = __repr__

    def __getattribute__(self, name):
        raise AssertionError("was asked")


Pair = collections.namedtuple("Pair", "one other")


class Texts(unittest.TestCase):
    def test_values(self):
        endless = [1]
        endless.append(endless)
        for value, expected in (
            (True, "True"),
            (1e16, "1e+16"),
            ("a\nb", "'a\\nb'"),
            ("x" * 200, "'" + "x" * 50 + "..." + "x" * 50 + "'"),
            (list(range(12)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...+2]"),
            ([[1, [2]]], "[[1, <list len=1>]]"),
            ((1,), "(1,)"),
            ({3, 1}, "{1, 3}"),
            (set(), "set()"),
            ({"a": (1, 2)}, "{'a': (1, 2)}"),
            (Pair(1, 2), "Pair(one=1, other=2)"),
            (collections.Counter("aa"), "Counter({'a': 2})"),
            (endless, "[1, ...]"),
            (ValueError("no"), "ValueError('no')"),
            (text, "<function text>"),
            (Loud, "<class Loud>"),
            (ast, "<module ast>"),
            (10**5000, None),
        ):
            found = text(value)
            self.assertNotIn("\n", found)
            self.assertLessEqual(len(found), 2000)
            if expected is not None:
                self.assertEqual(found, expected)

    def test_no_code_of_the_program_runs(self):
        self.assertTrue(text(Loud()).startswith("<Loud"))
        self.assertTrue(text([Loud()]).startswith("[<Loud"))
        self.assertTrue(error_text(ValueError(Loud())).startswith("ValueError: <Loud"))

    def test_errors(self):
        self.assertEqual(error_text(KeyError("k")), "KeyError: k")
        self.assertEqual(error_text(ValueError("a\n  b")), "ValueError: a b")
        self.assertEqual(error_text(StopIteration()), "StopIteration")


class Names(unittest.TestCase):
    def test_names_of_a_function(self):
        code = """
def f(a, *b, c=1, **d):
    global g
    nonlocal h
    import i.j as k, l.m
    g, (n, *o) = [p for q in a]
    for r in (s := a): pass
    with a as t: pass
    try: pass
    except E as u: pass
    def v(w): x = 1
    y[0] = z.a = 1
"""
        function = ast.parse(code).body[0]
        self.assertEqual(lines.parameters(function.args), ["a", "b", "c", "d"])
        self.assertEqual("".join(sorted(lines.own_names(function))), "abcdhklnorstuv")


if __name__ == "__main__":
    unittest.main()
