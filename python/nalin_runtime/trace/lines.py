"""Which lines of a program are statements, and which names a function calls its own."""

import ast

_TRY = (ast.Try,) + ((ast.TryStar,) if hasattr(ast, "TryStar") else ())
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_ITERATING = _COMPREHENSIONS + (ast.YieldFrom,)


def first_line(node):
    """The first line of a statement, decorators and all."""
    decorators = getattr(node, "decorator_list", ())
    return min([node.lineno] + [decorator.lineno for decorator in decorators])


def is_silent(node):
    """Statements that do nothing, or are only there for what they hold: no engine says that they run."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if isinstance(node, ast.While):
        return isinstance(node.test, ast.Constant) and bool(node.test.value)
    return isinstance(node, (ast.Global, ast.Nonlocal) + _TRY)


def below(node):
    """The lists of statements in a compound statement."""
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if statements and isinstance(statements, list):
            yield statements
    for part in getattr(node, "handlers", None) or getattr(node, "cases", None) or ():
        yield part.body


def children(node):
    """The nodes in a node; `ast.iter_child_nodes` takes three times as long."""
    found = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node):
    """A node and all in it, in any order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)


class Lines:
    """For each line the statement it is of: `table[line]` is `(first line, lines, silent)`."""

    def __init__(self, watched=True):
        self.watched = watched  # whether an engine looks on, which wants to know more
        self.table = {}
        self.withs = {}  # first line of a `with` statement: its last line
        self.finals = {}  # first line of a statement that leaves a `try`: first and last line of its `finally:`
        self.comprehends = set()  # first lines of statements with a comprehension
        self.iterates = set()  # first lines of statements that end an iteration by catching `StopIteration`
        self.functions = {}  # (name, first line): its parameters and the names of its own; not of `async def`

    def add(self, tree):
        for statement in tree.body:
            self._add(statement)

    def _add(self, node):
        start = first_line(node)
        silent = is_silent(node)
        inner = list(below(node))
        last = min([part[0].lineno - 1 for part in inner] + [node.end_lineno]) if inner else node.end_lineno
        for line in range(start, node.end_lineno + 1):
            # What is no header is `else:`, `finally:`, `case …:`.
            self.table[line] = (start, max(last, start) - start + 1, silent or line > max(last, start))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            self.withs[start] = node.end_lineno
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            taken = parameters(node.args) if isinstance(node, ast.FunctionDef) else []
            self.functions[node.name, start] = (taken, own_names(node))
        if self.watched:
            self._describe(node, start, inner)
        for handler in getattr(node, "handlers", ()):
            self.table[handler.lineno] = (handler.lineno, 1, False)
        for statements in inner:
            for statement in statements:
                self._add(statement)

    def _describe(self, node, start, inner):
        header = [node] if not inner else children(node)
        kinds = {type(part) for top in header for part in _walk(top)}
        if isinstance(node, ast.For) or kinds.intersection(_ITERATING):
            self.iterates.add(start)
        if kinds.intersection(_COMPREHENSIONS):
            self.comprehends.add(start)
        if isinstance(node, ast.Try) and node.finalbody:
            final = (first_line(node.finalbody[0]), node.finalbody[-1].end_lineno)
            for part in ast.walk(node):
                if isinstance(part, (ast.Return, ast.Break, ast.Continue)) and part.lineno < final[0]:
                    self.finals[part.lineno] = final

    def statement(self, line):
        """First line, number of header lines, and whether it is silent; of an unknown line itself."""
        return self.table.get(line, (line, 1, True))


def _walk(node):
    """An expression, or a statement without others in it, with all its parts."""
    return () if isinstance(node, ast.stmt) and any(below(node)) else walk(node)


def own_names(scope):
    """The names that a function or class binds, its parameters too, without those it declares global."""
    names, outer = set(), set()
    if not isinstance(scope, ast.ClassDef):
        names.update(parameters(scope.args))
    waiting = list(scope.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
        elif isinstance(node, ast.Global):
            outer.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            names.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(bound_by_import(node))
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif type(node).__name__ in ("MatchAs", "MatchStar") and node.name:
            names.add(node.name)
        elif type(node).__name__ == "MatchMapping" and node.rest:
            names.add(node.rest)
        elif isinstance(node, _FUNCTIONS + (ast.ClassDef,)):
            names.add(node.name)
            waiting += node.decorator_list
            continue
        elif isinstance(node, ast.Lambda):
            continue
        elif isinstance(node, _COMPREHENSIONS):
            names.update(walruses(node))
            continue
        waiting += children(node)
    return frozenset(names - outer)


def walruses(node):
    """Names bound by `:=` in an expression, in its comprehensions too."""
    return [part.target.id for part in walk(node) if isinstance(part, ast.NamedExpr)]


def bound_by_import(node):
    """The names that an import binds; `*` is none that could be known."""
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*"]


def parameters(arguments):
    """The names of parameters, in the order of the definition."""
    names = [argument.arg for argument in getattr(arguments, "posonlyargs", []) + arguments.args]
    if arguments.vararg:
        names.append(arguments.vararg.arg)
    names += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        names.append(arguments.kwarg.arg)
    return names
