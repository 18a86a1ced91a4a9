"""Every construct of Python 3.10 that a probe could trip over; it prints what it does."""
from __future__ import annotations

import asyncio, contextlib, enum, functools, os.path as osp, sys
from dataclasses import dataclass, field
from typing import (Any,
    NamedTuple)

# Plain, chained, tuple, nested, starred, list, parenthesised.
a = 1; b = 2; print(a, b)
a = b = c = [1, 2]  # a comment
(a, (b, [c, *d])), e = (1, (2, (3, 4, 5))), 6; print(a, b, c, d, e);
*first, last = range(4)
_, _, third = 'abc'
x = x2 = x = 7
(x) = (8)
y: int = 9; z: str
(w): float = 1.5
text = """two
lines"""  # behind a string
text2 = f"""{a}
{text!r:>20} {(inner := 5)} {(inner2 := 6)=}"""; print(text2)
value = (1 +
         2)  # several lines
value2 = 1 + \
    2
value3 = 4 \

print(text, value, value2, value3, inner, inner2)
größe = 'ü'; 变量 = größe * 2; print(变量)
ﬁ = 'ligature'; print(fi)
match = type = case = _ = 3; print(match, type, case, _); del type

# Augmented; attributes and items; deleted names.
class Box:
    """A class with a docstring."""
    count = 0
    __private = 'mangled'
    items: list = []
    for index in range(3): items.append(index)
    if count == 0: flag = True
    else: flag = False
    shown = [i * 2 for i in (1, 2)]

    def __init__(self, size=3, *rest, key: Any = None, **more):
        """Docstring first."""
        self.size = self.twin = size
        self.items = list(range(size))
        self.items[0], self.last = 'first', 'last'
        self.items[-1] += 5
        self.size += 1
        __local = self.__private
        print(__local, rest, key, more)

    @property
    def area(self): print('area is read'); return self.size ** 2

    @area.setter
    def area(self, to): self.size = to

box = Box(4, 'more', key=1, other=2); print(box.__dict__, Box.flag, Box.shown)
box.area = 5
box.area += 1; print(box.size)
gone = 1; del gone
try: gone
except NameError as problem: message = str(problem); print(message)
total = 0
total += 1; total -= 3; total **= 2; print(total)
held = {}; held['k'] = held['j'] = 1; held['k'] += 1; print(held)

# Functions, globals, nonlocals, closures, generators, lambdas.
def outer(first, /, second=2, *, third: int = 3):
    global made_global
    made_global = first
    hidden = 0
    def inner_function(step):
        nonlocal hidden
        hidden += step
        if (doubled := hidden * 2) > 4: return doubled
        return hidden
    return inner_function(second), inner_function(third), hidden
print(outer(1), made_global)

def one_line(v): r = v + 1; return r
print(one_line(1), (lambda p, q=2, *r: (s := p + q, s, r))(1))

def generator():
    got = yield 1
    other = (yield got), 3
    more = yield from (i for i in range(2))
    return more
g = generator(); print(next(g), g.send('sent'), g.send('again'), list(g))

@functools.lru_cache(maxsize=None)
def decorated(n):
    r"""Raw docstring"""; m = n
    return m if n < 2 else decorated(n - 1) + decorated(n - 2)
print(decorated(10), decorated.__doc__, decorated.__wrapped__.__name__)

def only_doc(p): "Nothing but a docstring"
def annotated(p: (lambda: 0) = 1) -> [t for t in 'ab']: u: (v) = p; return u
print(only_doc(1), annotated(2), annotated.__annotations__, only_doc.__doc__)

# Loops and with, with every kind of first statement.
for i in range(2): print(i)
for i, (j, *k) in enumerate([(1, 2, 3)]):
    print(i, j, k)
for i in range(2):
    if i: print('if', i)
    elif (seen := i) == 0: print('elif', seen)
for i in range(2):
    if (i): print('parenthesised')
for i in range(2):
    if i if i > 0 else not i: print('ternary', i)
for i in range(1):
    for j in i, i + 1:
        with contextlib.suppress(ValueError) as s, contextlib.nullcontext(5) as five:
            print(i, j, s, five)
for i in range(2):
    with (contextlib.nullcontext(i) as m, contextlib.nullcontext(i + 1) as n): print(m, n)
for i in range(2):
    try:
        for j in *range(i), 9: print(i, j)
    except ValueError: print('never')
    else: after = i
    finally: last = i
for i in range(2):
    match i:
        case 0: what = 'zero'
        case int(num) if (big := num) > 0: what = f'more {big}'
        case _: pass
    print(what)
for i in range(3):
    while i > 1:
        i -= 1
        print('while', i)
for i in range(1):
    def late(q=i): return q
    print(late())
for i in range(1):
    @dataclass
    class Point:
        x: int = 1
        y: list = field(default_factory=list)
    print(Point())
for box.size in range(2): print(box.size)
for held['loop'] in 'ab': continue
else: ended = True; print(held, ended)
for _, _ in [(1, 2)]: break
while (count := total) > 0: total -= 3
while False: never = 1
else: at_last = 2
with contextlib.nullcontext((1, [2])) as (one, [two]): print(one, two)
with contextlib.nullcontext(1): pass
with open(osp.devnull) as f: data = f.read()

# Patterns; definitions behind definitions.
match {'k': [1, 2], 'more': 3}:
    case {'k': [low, *high], **others}: print(low, high, others)
match box:
    case Box(size=0 as sized) | Box(size=sized): print('size', sized)
def plain(p, q=-1): return p
def typed(p: int, q: 'str' = 'x', *r: None) -> None: return plain(p)
class Typed(Box): pass
def plain(p): return typed(p) if p else 'again'
async def unawaited(): pass
with contextlib.nullcontext(typed) as plain_one:
    def inside(): return plain_one
    print(inside() is typed, plain(0), Typed.__name__)

# Comprehensions, walrus everywhere, slices, conditionals.
squares = [i * i for i in range(4) if i % 2 if i]
pairs = {k: v for k, v in zip('ab', range(2))}
nested = [j for i in ([1, 2], [3]) for j in (i) if (j)]
print(squares, pairs, nested, {i for i in (1,)}, sum(i for i in (1, 2)), any((hit := i) > 1 for i in (1, 2, 3)), hit)
print([y0 := 1, y0 ** 2], {(k0 := 'k'): (v0 := 1)}, (t0 := (1, 2))[0], squares[(s0 := 0):(s1 := 1)])
if (n := len(squares)) > 1 and (m := n + 1): print(n, m)
print((p0 := (q0 := 1)), f'{(lambda r: r)(2)}', f"{'a' if (cond := True) else 'b':{(width := 5)}}")
assert (checked := True), (unused := 'never')
chosen = (left := 1) if (test := 0) else (right := 2); print(chosen, test, right)

# Classes of every kind.
class Colour(enum.Enum):
    __order__ = 'RED GREEN both'
    RED = 1; GREEN = 2
    both = RED, GREEN
class Loud(dict):
    def __missing__(self, key): raise KeyError(key)
class Meta(type):
    @classmethod
    def __prepare__(cls, name, bases, **options): return Loud()
    def __new__(cls, name, bases, space, **options): return super().__new__(cls, name, bases, dict(space))
class Made(metaclass=Meta):
    inside = 1
    def method(self): local = self.inside; return local
class Row(NamedTuple):
    left: int = 0
    right: int = 1
class Child(Made, option=1): other = 2
print(list(Colour), Made().method(), Row(), Child.other, [n for n in Made.__dict__ if n == 'inside'])

# Asynchronous code.
async def ticks(n):
    for i in range(n): yield i
@contextlib.asynccontextmanager
async def context():
    yield 'ctx'
async def main():
    async for tick in ticks(2):
        async with context() as ctx, context() as (c0, *c1):
            waited = await asyncio.sleep(0, ctx)
            print(tick, waited, c0, c1)
    return [t async for t in ticks(2) if (seen := t) or True]
print(asyncio.run(main()))

# Errors: type and line stay what they were.
def fails():
    try:
        before = 1; broken = 1 / 0; behind = 2
    except ZeroDivisionError as error:
        line = error.__traceback__.tb_lineno; print(line)
        raise KeyError(
            line
        ) from error
try: fails()
except KeyError as error:
    trace = error.__traceback__
    while trace: print(trace.tb_lineno, trace.tb_frame.f_code.co_name); trace = trace.tb_next
import collections.abc, json as js; print(js.dumps(1), collections.abc.Sized)
try: missing, also = undefined_name
except NameError as error: print(error, error.__traceback__.tb_lineno)
if True: pass; semicolon = 1; print(semicolon)
print(sorted(n for n in globals() if not n.startswith('__')))
