"""The text of a value in a trace: short, bounded, by type and never by trust.

No code of the program runs here: no `__repr__`, no `__len__`, no property, no metaclass. The text has no line break.
"""

import array
import collections
import sys
import types

from ..kinds import class_dict, class_name, clean, instance_dict, module_name, name_of_module

MAX_ELEMENTS = 10
MAX_DEPTH = 2
MAX_CHARS = 100  # of one str or bytes
MAX_TEXT = 2000  # of a whole text
MAX_INT_BITS = 8192
MAX_NAME = 100

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def text(value):
    """The text of any value."""
    try:
        found = _text(value, MAX_DEPTH, ())
    except Exception:
        found = "<%s>" % name_of(type(value))
    return found if len(found) <= MAX_TEXT else found[: MAX_TEXT - 1] + "…"


def error_text(error):
    """`Type: message` of an exception; only messages that are text or numbers are shown."""
    arguments = BaseException.args.__get__(error)
    shown = ""
    if len(arguments) == 1 and type(arguments[0]) in (str, int, float, bool):
        shown = str(arguments[0])
    elif arguments:
        shown = ", ".join(_text(argument, 1, ()) for argument in arguments[:MAX_ELEMENTS])
    shown = " ".join(shown.split())[:500]
    name = name_of(type(error))
    return name + ": " + clean(shown) if shown else name


def name_of(kind):
    """The name of a class."""
    return clean(class_name(kind)[:MAX_NAME])


def _text(value, depth, path):
    kind = type(value)
    scalar = _SCALARS.get(id(kind))
    if scalar is not None:
        return scalar(value)
    for base, write in _CONTAINERS:
        if issubclass(kind, base):
            if id(value) in path:
                return "..."
            if depth == 0:
                return "<%s len=%d>" % (name_of(kind), base.__len__(value))
            return write(value, kind, depth - 1, path + (id(value),))
    if issubclass(kind, type):
        return "<class %s>" % name_of(value)
    if issubclass(kind, types.ModuleType):
        return "<module %s>" % name_of_module(value)
    if id(kind) in _NAMED:
        return "<%s %s>" % (_NAMED[id(kind)], _name(value))
    if issubclass(kind, BaseException):
        shown = ", ".join(_text(argument, 1, path) for argument in BaseException.args.__get__(value)[:MAX_ELEMENTS])
        return "%s(%s)" % (name_of(kind), shown)
    return _object(value, kind, depth, path)


def _object(value, kind, depth, path):
    """An object of the program's own class with its attributes, any other by its type."""
    name = name_of(kind)
    numpy = sys.modules.get("numpy")
    if hasattr(numpy, "generic"):
        if issubclass(kind, numpy.generic):
            held = numpy.generic.item(value)
            return _text(held, depth, path) if type(held) is not kind else "<%s>" % name
        if issubclass(kind, numpy.ndarray):
            shape = numpy.ndarray.shape.__get__(value)
            return "<%s len=%d>" % (name, shape[0]) if shape else "<%s>" % name
    if module_name(kind) != "__main__":
        for known in _SIZED:
            if issubclass(kind, known):
                return "<%s len=%d>" % (name, known.__len__(value))
        return "<%s>" % name
    if id(value) in path or depth == 0:
        return "<%s>" % name
    attributes = instance_dict(value)
    if not attributes:
        return "<%s>" % name
    inside = path + (id(value),)
    shown = [
        "%s=%s" % (clean(str(key))[:MAX_NAME], _text(held, depth - 1, inside))
        for key, held in list(dict.items(attributes))[:MAX_ELEMENTS]
        if type(key) is str
    ]
    return "<%s %s%s>" % (name, " ".join(shown), _rest(len(attributes), " "))


def _name(value):
    """The name of a function; of a method that of the function that it binds."""
    while type(value) is types.MethodType:
        value = value.__func__
    name = value.__name__ if id(type(value)) in _NAMED else "?"
    return clean(name[:MAX_NAME]) if type(name) is str else "?"


def _rest(length, before):
    return "%s...+%d" % (before, length - MAX_ELEMENTS) if length > MAX_ELEMENTS else ""


def _elements(values, length, depth, path):
    first = []
    for value in values:
        if len(first) == MAX_ELEMENTS:
            break
        first.append(_text(value, depth, path))
    return ", ".join(first) + _rest(length, ", ")


def _named(shown, kind, plain):
    return shown if kind is plain else "%s(%s)" % (name_of(kind), shown)


def _list(value, kind, depth, path):
    return _named("[%s]" % _elements(list.__iter__(value), list.__len__(value), depth, path), kind, list)


def _tuple(value, kind, depth, path):
    length = tuple.__len__(value)
    fields = class_dict(kind).get("_fields") if kind is not tuple else None
    if type(fields) is tuple and len(fields) == length <= MAX_ELEMENTS:
        pairs = zip(fields, tuple.__iter__(value))
        shown = ", ".join("%s=%s" % (clean(field) if type(field) is str else "?", _text(held, depth, path)) for field, held in pairs)
        return "%s(%s)" % (name_of(kind), shown)
    comma = "," if length == 1 else ""
    return _named("(%s%s)" % (_elements(tuple.__iter__(value), length, depth, path), comma), kind, tuple)


def _set(value, kind, depth, path):
    base = frozenset if issubclass(kind, frozenset) else set
    length = base.__len__(value)
    kinds = {id(type(element)) for element in base.__iter__(value)} if length <= 1000 else ()
    # The order of a set says nothing; sorted, two runs agree.
    ordered = len(kinds) == 1 and kinds <= _ORDERED
    elements = sorted(base.__iter__(value)) if ordered else base.__iter__(value)
    shown = "{%s}" % _elements(elements, length, depth, path) if length else ""
    return shown if kind is set and length else "%s(%s)" % (name_of(kind), shown)


def _dict(value, kind, depth, path):
    pairs = []
    for key, held in dict.items(value):
        if len(pairs) == MAX_ELEMENTS:
            break
        pairs.append("%s: %s" % (_text(key, depth, path), _text(held, depth, path)))
    return _named("{%s%s}" % (", ".join(pairs), _rest(dict.__len__(value), ", ")), kind, dict)


def _int(value):
    bits = int.bit_length(value)
    if bits <= MAX_INT_BITS:
        return int.__repr__(value)
    return hex(int.__rshift__(value, bits - 400)) + "…"


def _str(value):
    return repr(value) if len(value) <= MAX_CHARS else repr(value[: MAX_CHARS // 2] + "..." + value[-MAX_CHARS // 2 :])


def _bytes(value):
    return repr(value) if len(value) <= MAX_CHARS else repr(value[: MAX_CHARS // 2] + b"..." + value[-MAX_CHARS // 2 :])


_SCALARS = {
    int: _int,
    float: float.__repr__,
    bool: bool.__repr__,
    complex: complex.__repr__,
    type(None): lambda _none: "None",
    type(...): lambda _dots: "Ellipsis",
    type(NotImplemented): lambda _value: "NotImplemented",
    str: _str,
    bytes: _bytes,
    bytearray: _bytes,
    range: range.__repr__,
    slice: lambda value: "slice(%s, %s, %s)" % tuple(_text(n, 0, ()) for n in (value.start, value.stop, value.step)),
}
_CONTAINERS = ((list, _list), (tuple, _tuple), (dict, _dict), (set, _set), (frozenset, _set))
_SCALARS = {id(kind): write for kind, write in _SCALARS.items()}
_NAMED = {id(kind): "function" for kind in _FUNCTIONS}
_NAMED.update((id(kind), kind.__name__) for kind in _GENERATORS)
_ORDERED = {id(kind) for kind in (int, float, str, bytes)}
# Their lengths are Python's own to know; of a view of something else the program may be asked.
_SIZED = (collections.deque, array.array, memoryview, type({}.keys()), type({}.values()), type({}.items()))
