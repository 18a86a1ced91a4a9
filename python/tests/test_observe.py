"""Describing a value is not observable: whatever a program can see of itself is the same with probes and without.

Each program binds `seen`, what the code of its own values has done, and must say the same in each case.
"""

import itertools
import re
import unittest

import support

PROGRAMS = {
    "a mock": """
from unittest import mock
m = mock.MagicMock(); @m@
m.send(1)
n = mock.Mock(spec=dict); @n@
m.send.assert_called_once_with(1)
seen = [str(c) for c in m.mock_calls], sorted(m._mock_children), m.method_calls == m.mock_calls, n.mock_calls""",
    "a lazy query": """
class Query:
    count = 0
    def fetch(self, *a): Query.count += 1; return [1]
    def __len__(self): return len(self.fetch())
    def __iter__(self): return iter(self.fetch())
    def __getitem__(self, key): return self.fetch()[key]
    def __repr__(self): return repr(self.fetch())
    def __bool__(self): return bool(self.fetch())
    shape = size = dtype = property(fetch)
q = Query(); @q@
held = [q], {"a": q}, (q,); @held@
seen = Query.count""",
    "dictionaries that grow": """
import collections
class Grows(collections.defaultdict):
    def __getattr__(self, name): return self[name]
    def __len__(self): return len(self["len"])
d = Grows(list); @d@
e = collections.defaultdict(list); @e@
class Missing(dict):
    def __missing__(self, key): self[key] = 1; return 1
    def items(self): self["items"] = 1; return dict.items(self)
    keys = values = __iter__ = items
m = Missing(); @m@
seen = dict(dict.items(d)), dict(e), list(dict.keys(m))""",
    "everything that can be counted": """
calls = []
def counts(name):
    def method(self, *args, **named):
        calls.append(name)
        if name in ("__len__", "__hash__", "__index__", "__int__"): return 1
        if name == "__iter__": return iter(())
        if name in ("__bool__", "__eq__", "__ne__", "__contains__"): return True
        return "x"
    return method
names = "len hash index int iter bool eq ne contains repr str format getattr call getitem array dir sizeof reduce_ex fspath".split()
body = {"__%s__" % n: counts("__%s__" % n) for n in names}
body["__class__"] = property(counts("__class__"))
body["__dict__"] = property(counts("__dict__"))
body["__doc__"] = property(counts("__doc__"))
for n in ("shape", "size", "dtype", "name", "args", "_ipython_display_", "_repr_html_", "_repr_mimebundle_"):
    body[n] = property(counts(n))
for base in (object, list, tuple, dict, set, frozenset, str, int, float, bytes, Exception, OSError, KeyError):
    kind = type("K", (base,), dict(body)); @kind@
    value = kind(); @value@
    held = [value]; @held@
    pair = (value, value.__init__); @pair@
    error = ValueError(value); @error@
del calls[:]
import functools, re
part = functools.partial(print, value); @part@
error = OSError(1, value); @error@
piece = slice(value, None); @piece@
seen = calls""",
    "attributes that are asked for": """
calls = []
class Watched:
    def __getattribute__(self, name): calls.append(name); return object.__getattribute__(self, name)
class Proxy:
    __slots__ = ("target",)
    def __getattribute__(self, name): calls.append(name); return getattr([], name)
    __class__ = property(lambda self: calls.append("class") or list)
w = Watched(); @w@
p = Proxy(); @p@
class D:
    def __get__(self, *a): calls.append("get"); return "x"
class K: __len__ = __repr__ = shape = D()
k = K(); @k@
l = [w, p, k]; @l@
seen = calls""",
    "metaclasses": """
calls = []
class Meta(type):
    def __getattribute__(cls, name): calls.append(name); return type.__getattribute__(cls, name)
    def __hash__(cls): calls.append("hash"); return type.__hash__(cls)
    def __eq__(cls, other): calls.append("eq"); return cls is other
    def __instancecheck__(cls, other): calls.append("instance"); return True
    def __subclasscheck__(cls, other): calls.append("subclass"); return True
    def __repr__(cls): calls.append("repr"); return "x"
    def __len__(cls): calls.append("len"); return 1
    def __iter__(cls): calls.append("iter"); return iter(())
    __name__ = __module__ = __mro__ = __dict__ = property(lambda cls: calls.append("property"))
class A(metaclass=Meta): pass
class L(list, metaclass=Meta): pass
class E(Exception, metaclass=Meta): pass
del calls[:]
kinds = [A, L]; @kinds@
a = A; @a@
i = A(); @i@
b = L(); @b@
c = {1: b, 2: [i]}; @c@
e = E(i); @e@
for turn in range(520):
    t = [A]; @t@
    u = L(); @u@
seen = calls""",
    "modules that load themselves": """
import types, sys
calls = []
class Lazy(types.ModuleType):
    def __getattribute__(self, name): calls.append(name); return types.ModuleType.__getattribute__(self, name)
m = Lazy("m"); @m@
n = types.ModuleType("n"); n.__getattr__ = lambda name: calls.append(name)
del n.__name__
@n@
seen = calls""",
}
NUMERIC = {
    "arrays and tables of objects": """
import numpy, pandas
calls = []
class V:
    def __repr__(self): calls.append("repr"); return "v"
    def __len__(self): calls.append("len"); return 1
    def __deepcopy__(self, memo): calls.append("copy"); return self
    def __eq__(self, other): calls.append("eq"); return self is other
    def __hash__(self): return 1
    def __format__(self, how): calls.append("format"); return "v"
    def __array__(self, *a): calls.append("array"); return numpy.zeros(3)
class A(numpy.ndarray):
    def __array_finalize__(self, other): calls.append("finalize")
    def __getitem__(self, key): calls.append("item"); return 1
    def __array_function__(self, *a): calls.append("function")
    def __array_ufunc__(self, *a): calls.append("ufunc")
    shape = size = dtype = property(lambda self: calls.append("shape"))
class T(pandas.DataFrame):
    @property
    def _constructor(self): calls.append("constructor"); return T
    def __len__(self): calls.append("len"); return 1
v = V()
column = numpy.empty(3, dtype=object)
column[:] = [v, v, v]; @column@
a = numpy.zeros(3).view(A); t = T({"x": [1]}); f = pandas.DataFrame({"x": column}); g = pandas.Series(column)
h = pandas.DataFrame({"x": [1]}); h.attrs["v"] = v
i = pandas.Index(column); j = pandas.DataFrame({"x": [1, 2, 3]}, index=column)
pandas.set_option("display.float_format", lambda number: calls.append("number") or "x")
numpy.set_printoptions(formatter={"float": lambda number: calls.append("number") or "x"})
k = pandas.DataFrame({"x": [1.5]}); b = numpy.array([1.5])
del calls[:]
for value in (a, t, f, g, h, i, j, k, b):
    held = value; @held@
    more = [value]; @more@
for turn in range(20):
    w = f; @w@
    x = a; @x@
seen = calls""",
}


def code(program, on):
    """The program with a probe for each `@name@`, or without; it ends with what it has seen."""
    sites = itertools.count(1)
    probe = lambda name: "_nalin_t(%d, %s)" % (next(sites), name.group(1)) if on else "pass"  # noqa: E731
    return re.sub(r"@(\w+)@", probe, program.strip("\n")) + "\nraise AssertionError(repr(seen))"


def seen(cell, **options):
    """What the program of a cell has seen."""
    words, status = support.run([cell], sites=40, **options)
    ends = [word for word in words if word["k"] == "c"]
    assert [end["exception"] for end in ends] == ["AssertionError"] and status == 0, (ends, status)
    return ends[0]["message"]


class Observation(unittest.TestCase):
    def check(self, programs, engines):
        for name, program in programs.items():
            expected = seen(code(program, False))
            with self.subTest(name):
                self.assertEqual(seen(code(program, True)), expected)
            for engine in engines:
                with self.subTest(name, engine=engine):
                    trace = {"engine": engine, "events": 1000, "per_line": 0}
                    self.assertEqual(seen(code(program, False), trace=trace), expected)

    def test_describing_is_not_observable(self):
        self.check(PROGRAMS, ["rewrite", "settrace"])

    @unittest.skipUnless(support.has("pandas"), "needs numpy and pandas")
    def test_describing_arrays_and_tables_is_not_observable(self):
        self.check(NUMERIC, ["rewrite"])


if __name__ == "__main__":
    unittest.main()
