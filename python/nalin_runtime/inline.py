"""Probes in the bodies of functions, where loops are hot, without the call.

`_nalin_t(3, x)` as a statement becomes

    for _nalin_d[0] in _nalin_r[3]: _nalin_l[3] = x; break
    else: _nalin_t(3, x)

on the same line: one step of the site's iterator (`probe.Recorder.rest`), and the probe itself only when
there is none left. That costs half of a call. Elsewhere it does not pay: outside of functions names are
looked up in three dictionaries.
"""

import ast
import sys

from .own import builtins as __builtins__  # noqa: F401

_LOAD, _STORE = ast.Load(), ast.Store()
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def inline(tree):
    """Changes the tree of a cell in place. Whether there was anything to change."""
    # Python 3.8 writes the index of a subscript in another way.
    return sys.version_info >= (3, 9) and _visit(tree.body, False)


def _visit(statements, in_function):
    changed = False
    for place, statement in enumerate(statements):
        kind = type(statement)
        if kind is ast.Expr:
            if in_function and is_probe(statement.value, ("_nalin_t",)):
                statements[place] = _steps(statement)
                changed = True
            continue
        inside = kind in _FUNCTIONS or in_function and kind is not ast.ClassDef
        for field in ("body", "orelse", "finalbody"):
            below = getattr(statement, field, None)
            if below:
                changed |= _visit(below, inside)
        for below in getattr(statement, "handlers", None) or getattr(statement, "cases", None) or ():
            changed |= _visit(below.body, inside)
    return changed


def is_probe(expression, names=("_nalin_t", "_nalin_w")):
    """Whether this is a call of a probe."""
    called = expression.func if type(expression) is ast.Call else None
    return type(called) is ast.Name and called.id in names and len(expression.args) == 2


def _steps(statement):
    site, value = statement.value.args
    place = {
        "lineno": statement.lineno,
        "col_offset": statement.col_offset,
        "end_lineno": statement.end_lineno,
        "end_col_offset": statement.end_col_offset,
    }

    def item(name, index, context):
        return ast.Subscript(ast.Name(name, _LOAD, **place), index, context, **place)

    keep = ast.Assign([item("_nalin_l", site, _STORE)], value, None, **place)
    target = item("_nalin_d", ast.Constant(0, None, **place), _STORE)
    body = [keep, ast.Break(**place)]
    return ast.For(target, item("_nalin_r", site, _LOAD), body, [statement], None, **place)
