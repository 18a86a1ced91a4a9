"""The engine that puts calls into the program's own tree, before it is compiled.

Where a statement can do nothing but bind a name (`x = i * 2`), one call behind it says that the line ran and what the
name holds. Where it can do more (it calls, it writes to an attribute or an element) a call before it says that the line
begins, and one behind it compares all names of the frame. Up to three statements of the first kind share one call.
Each is behind a look into a list, `if _nalin_k[7]: …`, so that a line that is not recorded any more costs next to
nothing. What the calls do is in `probes`.

Functions get `try: … except: … finally: …` around their body, for the end of their frame; so do the bodies of `try` and
`with`, so that an exception is seen before it is handled. `x = yield v` becomes
`x = _nalin_b(_nalin_f, (yield _nalin_y(_nalin_f, v)))`, where `_nalin_f` is the generator's frame.
"""

import ast
import sys

from . import lines as lines_of
from .probes import Probes
from .recorder import DONE, LATE, LINE, SITE, THREE, TWO

# What can only give a value, as long as no operator, attribute or iterator is code of the program's own.
_STILL = (ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Lambda, ast.expr_context)
_QUIET = _STILL + (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Dict, ast.Set, ast.Starred)
_QUIET += (ast.Subscript, ast.Slice, ast.Attribute, ast.JoinedStr, ast.FormattedValue)
_QUIET += (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
if sys.version_info < (3, 9):
    _QUIET += (ast.Index, ast.ExtSlice)
MOST_IN_BLOCK = 3
# Methods that run by a call that is written down; all others with two underscores run unseen.
_SEEN = frozenset(("__init__", "__repr__", "__str__", "__call__", "__post_init__", "__main__"))


class Rewriting(Probes):
    """The engine."""

    name = "rewrite"

    def __init__(self, recorder):
        super().__init__(recorder)
        self.own = None  # names of the function that is being changed; `None`: all are the program's
        self.generator = False  # whether the function that is being changed is one

    def change(self, tree):
        """Rewrites the tree of a program, or of a cell."""
        self.lines.add(tree)
        self.cautious = _may_call_unseen(tree)
        first = 0
        while first < len(tree.body) and _must_be_first(tree.body[first], first):
            first += 1
        if first < len(tree.body):
            tree.body[first:] = self.caught(self.body(tree.body[first:]))

    def body(self, statements, loop=False, bound=None):
        """The statements that take the place of these. `bound`: the line and name of a loop that binds one name."""
        changed, block = [], [bound] if bound else []
        for statement in statements:
            binds = self.binds(statement)
            if binds is None or binds[1] in [name for _line, name in block] or len(block) == MOST_IN_BLOCK:
                changed += self.told(block)
                block = []
            if binds is None:
                changed += self.statement(statement)
            else:
                block.append(binds)
                changed.append(statement)
        changed += self.told(block)
        # Behind it comes the loop's own doing.
        return changed + [self.look()] if loop and self.cautious else changed

    def binds(self, node):
        """Line and name of a statement that can do nothing but bind one name."""
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None or not self.quiet(node.value):
            return None
        if len(targets) != 1 or not isinstance(targets[0], ast.Name) or not self.is_own(targets[0].id):
            return None
        return node.lineno, targets[0].id

    def is_own(self, name):
        return self.own is None or name in self.own

    def told(self, block):
        """What says that the statements of a block have run."""
        if len(block) < 2:
            return [part for line, name in block for part in self.after(line, [name])]
        names = [name for _line, name in block]
        sites = [self.recorder.site(line, name) for line, name in block]
        for place, (line, _) in enumerate(block):
            self.earlier[line] = [(sites[k], block[k][1]) for k in range(place) if block[k][0] != line]
        code = self.recorder.block(sites) << 5 | (TWO if len(block) == 2 else THREE)
        return [self.guarded("23"[len(block) - 2], 0, names, *map(_name, names), code=code)]

    def statement(self, node):
        """The statements that take the place of this one."""
        if lines_of.is_silent(node) and not isinstance(node, lines_of._TRY + (ast.While,)):
            return [node]
        line = lines_of.first_line(node)
        treat = getattr(self, "visit_" + type(node).__name__, None)
        if treat is not None:
            return treat(node, line)
        # An expression, an import, and what may come with later versions.
        names = lines_of.bound_by_import(node) if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom) and not names:
            return self.around(node, line)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return [node] + self.after(line, names)
        return self.around(node, line)

    def around(self, node, line):
        """The statement between a word that it begins and a look at everything."""
        return [self.guarded("l", line), self.expressions(node), self.look()]

    def after(self, line, names):
        """Behind a statement that can do nothing but bind names."""
        if self.own is not None:
            names = [name for name in names if self.is_own(name)]
        if len(names) == 1:
            return [self.guarded("e", line, names, _name(names[0]))]
        return [self.guarded("p", line, names, *map(_name, names))]

    def visit_Assign(self, node, line):
        names = _names(node.targets)
        if names is None or not self.quiet(node.value):
            return self.around(node, line)
        return [node] + self.after(line, names)

    def visit_AnnAssign(self, node, line):
        return self.around(node, line)

    def visit_AugAssign(self, node, line):
        if not isinstance(node.target, ast.Name) or not self.quiet(node.value):
            return self.around(node, line)
        name = node.target.id
        if not self.is_own(name):
            return [node] + self.after(line, [])
        return [node, self.guarded("a", line, [name], _name(name))]

    def visit_Delete(self, node, line):
        names = _names(node.targets)
        return self.around(node, line) if names is None else [node, self.guarded("d", line, names)]

    def visit_Pass(self, node, line):
        return [self.guarded("l", line), node]

    def visit_Continue(self, node, line):
        end = [self.look()] if self.cautious else []
        return [self.guarded("l", line)] + end + [node]

    visit_Break = visit_Pass

    def visit_Raise(self, node, line):
        return [self.guarded("l", line), self.expressions(node)]

    def visit_Assert(self, node, line):
        return self.around(node, line) if not self.quiet(node.test) else [self.guarded("l", line), node]

    def visit_Return(self, node, line):
        more = [] if node.value is None or self.quiet(node.value) else [_call("v")]
        self.expressions(node)
        node.value = _call("r", node.value or _constant(None), *more)
        return [self.guarded("l", line), node]

    def visit_If(self, node, line):
        loud = not self.quiet(node.test)
        node.test = self.expressions(node.test)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        if loud:
            node.body.insert(0, self.look())
            node.orelse.insert(0, self.look())
        return [self.guarded("l", line), node]

    def visit_While(self, node, line):
        loud = not self.quiet(node.test)
        if not lines_of.is_silent(node):
            node.test = _or(self.begin(line), self.expressions(node.test))
        node.body, node.orelse = self.body(node.body, True), self.body(node.orelse)
        if loud:
            node.body.insert(0, self.look())
            node.orelse.insert(0, self.look())
        return [node]

    def visit_For(self, node, line):
        names = _names([node.target])
        node.iter = self.expressions(node.iter)
        if names is not None and len(names) == 1 and self.is_own(names[0]) and not self.cautious:
            node.body = self.body(node.body, True, (line, names[0]))
        else:
            begin = [self.guarded("p", line), self.look()] if names is None else self.after(line, names)
            if self.cautious:
                begin.append(self.look())  # the iterator may be code of the program
            node.body = begin + self.body(node.body, True)
        node.orelse = [self.guarded("p", line)] + self.body(node.orelse)
        return [node]

    def visit_With(self, node, line):
        for item in node.items:
            item.context_expr = self.expressions(item.context_expr)
        node.body = [self.look()] + self.caught(self.body(node.body))
        return [self.guarded("l", line), node, self.look()]

    def visit_Try(self, node, line):
        node.body = self.caught(self.body(node.body))
        for handler in node.handlers:
            handler.body = self.body(handler.body)
            if handler.type is None:
                handler.body.insert(0, self.guarded("l", handler.lineno))
                continue
            pair = ast.Tuple([self.begin(handler.lineno), self.expressions(handler.type)], _LOAD, **_PLACE)
            handler.type = _item(pair, 1)
            if handler.name:
                # The line has begun: these are its doing, and not a line of their own.
                bound = self.guarded("p", handler.lineno, [handler.name], _name(handler.name), code=DONE)
                gone = self.guarded("d", handler.lineno, [handler.name], code=DONE)
                handler.body = [bound, _try(self.caught(handler.body), [], [gone])]
        node.orelse, node.finalbody = self.body(node.orelse), self.body(node.finalbody)
        if node.handlers and node.finalbody:
            # What a handler lets through is seen before `finally:` runs.
            handlers = ast.Try(node.body, node.handlers, node.orelse, [], **_PLACE)
            node.body, node.handlers, node.orelse = self.caught([handlers]), [], []
        return [node]

    visit_TryStar = visit_Try

    def visit_Match(self, node, line):
        node.subject = self.expressions(node.subject)
        for case in node.cases:
            case.guard = case.guard and self.expressions(case.guard)
            case.body = [self.look()] + self.body(case.body)
        # Behind it: a pattern binds names also where its condition fails, and no other case may fit.
        return [self.guarded("l", line), node, self.look()]

    def visit_FunctionDef(self, node, line):
        loud = not all(self.quiet(part) for part in _expressions_of_definition(node))
        self.function(node, line)
        after = self.after(line, [node.name])
        return self.around_definition(node, line) if loud else [node] + after

    def visit_AsyncFunctionDef(self, node, line):
        return [node] + self.after(line, [node.name])

    def visit_ClassDef(self, node, line):
        self.function(node, line)
        return self.around_definition(node, line)

    def around_definition(self, node, line):
        return [self.guarded("l", line), node, self.look()]

    def visit_AsyncFor(self, node, _line):
        return [node]

    visit_AsyncWith = visit_AsyncFor

    def function(self, node, line):
        """Puts the beginning and the end of its frame around the body of a function or class."""
        taken, own = self.lines.functions[node.name, line]
        outside = self.generator, self.own
        self.generator, self.own = _is_generator(node), own
        first = 1 if _is_docstring(node.body[0]) else 0
        begin = _call("c", _constant(len(self.functions)), *map(_name, taken))
        self.functions.append((self.recorder.function(node.name, line), own, taken))
        if self.generator:
            begin = ast.Assign([ast.Name("_nalin_f", _STORE, **_PLACE)], begin, None, **_PLACE)
        else:
            begin = ast.Expr(begin, **_PLACE)
        body, handler = self.body(node.body[first:]), self.noted("u")
        if any(isinstance(part, ast.Nonlocal) for part in node.body):
            body.insert(0, self.look())  # these names hold something already
        node.body[first:] = [begin, _try(body, [handler], [self.call("q", self.frame())])]
        self.generator, self.own = outside

    def caught(self, body):
        """Statements in which an exception is noted before anybody handles it."""
        return [_try(body, [self.noted("x")], [])]

    def noted(self, letter):
        raised = [self.call(letter, self.frame()), ast.Raise(**_PLACE)]
        return ast.ExceptHandler(_name("BaseException"), None, raised, **_PLACE)

    def frame(self):
        """The frame of a generator; of all others it is the one on top."""
        return _name("_nalin_f") if self.generator else _constant(None)

    def expressions(self, node):
        """Rewrites what yields in a statement or an expression."""
        return _Yields().visit(node) if self.generator else node

    def quiet(self, node):
        """Whether nothing but a value can come of an expression."""
        kinds = _STILL if self.cautious else _QUIET
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if not isinstance(part, kinds):
                return False
            if not isinstance(part, ast.Lambda):
                waiting += lines_of.children(part)
        return True

    def number(self, letter, line, names, code):
        """A new probe."""
        number = len(self.on)
        self.on.append(self.recorder.on)
        self.runs.append(self.recorder.per_line)
        self.names.append(names)
        if code is None:
            code = {"l": LINE, "p": LATE, "d": LATE, "z": DONE}.get(letter)
            code = self.recorder.site(line, names[0]) << 5 | SITE if code is None else line << 5 | code
        self.code.append(code)
        return number

    def guarded(self, letter, line=0, names=(), *values, code=None):
        """`if _nalin_k[N]: _nalin_LETTER(N, …)`."""
        number = self.number(letter, line, names, code)
        told = _constant(self.told_of(letter, number))
        return ast.If(_item(_name("_nalin_k"), number), [self.call(letter, told, *values)], [], **_PLACE)

    def told_of(self, letter, number):
        """What a probe is told: its number, or at once what it would look up by it."""
        return number if self.recorder.per_line or letter in "pdz" else self.code[number]

    def begin(self, line):
        """The same as an expression, of no truth, for a line that begins."""
        number = self.number("l", line, (), None)
        told = _constant(self.told_of("l", number))
        return ast.BoolOp(ast.And(), [_item(_name("_nalin_k"), number), _call("l", told)], **_PLACE)

    def call(self, letter, *values):
        return ast.Expr(_call(letter, *values), **_PLACE)

    def look(self):
        """A look at all names of the frame."""
        return self.guarded("z", 0, (), _call("v"))


class _Yields(ast.NodeTransformer):
    """Puts words around what yields, but not in functions inside."""

    def visit_Yield(self, node):
        self.generic_visit(node)
        node.value = _call("y", _name("_nalin_f"), node.value or _constant(None), _call("v"))
        return _call("b", _name("_nalin_f"), node)

    def visit_YieldFrom(self, node):
        self.generic_visit(node)
        node.value = _call("g", _name("_nalin_f"), node.value)
        return node

    def visit_Lambda(self, node):
        return node


def _names(targets):
    """The names of targets that are nothing but names; else `None`."""
    names, waiting = [], list(targets)
    while waiting:
        target = waiting.pop(0)
        if isinstance(target, (ast.Tuple, ast.List)):
            waiting[:0] = target.elts
        elif isinstance(target, ast.Starred):
            waiting.insert(0, target.value)
        elif isinstance(target, ast.Name):
            names.append(target.id)
        else:
            return None
    return names


def _must_be_first(node, place):
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return future or place == 0 and _is_docstring(node)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_generator(node):
    """Whether a function yields itself, not a function in it."""
    waiting = list(node.body) if isinstance(node, ast.FunctionDef) else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += lines_of.children(part)
    return False


def _may_call_unseen(tree):
    """Whether operators, attributes, or iteration may run code of the program."""
    for node in lines_of.walk(tree):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                name = getattr(part, "name", "")
                if getattr(part, "decorator_list", None) or name[:2] == "__" and name not in _SEEN:
                    return True
    return False


def _expressions_of_definition(node):
    arguments = node.args
    defaults = [part for part in arguments.defaults + arguments.kw_defaults if part is not None]
    annotations = [part.annotation for part in ast.walk(arguments) if getattr(part, "annotation", None)]
    return node.decorator_list + defaults + annotations + ([node.returns] if node.returns else [])


# New nodes get a place at once: `ast.fix_missing_locations` would take as long as all the rest. Which one does not
# matter, the program's own statements keep theirs.
_PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_LOAD, _STORE = ast.Load(), ast.Store()


def _name(name):
    return ast.Name(name, _LOAD, **_PLACE)


def _constant(value):
    return ast.Constant(value, None, **_PLACE)


def _item(value, place):
    index = _constant(place)
    return ast.Subscript(value, index if sys.version_info >= (3, 9) else ast.Index(index), _LOAD, **_PLACE)


def _call(letter, *values):
    return ast.Call(_name("_nalin_" + letter), list(values), [], **_PLACE)


def _try(body, handlers, last):
    return ast.Try(body or [ast.Pass(**_PLACE)], handlers, [], last, **_PLACE)


def _or(one, other):
    return ast.BoolOp(ast.Or(), [one, other], **_PLACE)
