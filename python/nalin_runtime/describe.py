"""What a value looks like from outside: a short, bounded description, by type and never by trust.

A value is never asked what it is (`isinstance` asks its `__class__`): its type is looked at.

`describe(value, guard)` returns the nine fields of a record's `value`. Built-in types are read with
the methods of the built-in type itself, so that no line of the notebook's code runs. Everything else
may hold the notebook's code (`__repr__`, `__len__`, a property `shape`), and is only asked inside
`guard`, which stops it when it takes too long.
"""

import itertools
import re
import sys
import types

from .own import builtins as __builtins__  # noqa: F401

MAX_ELEMENTS = 200  # of a container, at every depth: what the preset `nalin` looks at
MAX_NODES = 2000  # values rendered for one text
MAX_CHARS = 20000  # characters rendered for one text
MAX_DEPTH = 20
HEAD, TAIL = 300, 99  # what is left of a text longer than 400 characters
MAX_INT_BITS = 8192
MAX_NAME = 200

_ADDRESS = re.compile(r" (?:at|@) 0x[0-9a-fA-F]+")
_type_attribute = type.__getattribute__
_classes, _names = type.__dict__["__mro__"].__get__, type.__dict__["__dict__"].__get__
_NAME = type.__dict__["__name__"].__get__


class Full(Exception):
    """The text has reached its limits."""


def cut(text):
    """The head and the tail of a text of more than 400 characters, with `…` between them."""
    if len(text) <= HEAD + 1 + TAIL:
        return text
    return text[:HEAD] + "…" + text[-TAIL:]


def clean(text):
    """A text without addresses, which differ from run to run, and without lone surrogates."""
    if " 0x" in text:
        text = _ADDRESS.sub("", text)
    return text.encode("utf-8", "replace").decode("utf-8")


def class_name(kind):
    """The bare name of a class, as Python keeps it."""
    return _NAME(kind)


def type_name(kind):
    """The qualified name of a class; a metaclass of the notebook is not asked."""
    module = _text_attribute(kind, "__module__")
    name = _text_attribute(kind, "__qualname__") or _text_attribute(kind, "__name__") or "?"
    if module and module != "builtins":
        name = module + "." + name
    return clean(name[:MAX_NAME])


def _text_attribute(kind, attribute):
    try:
        value = _type_attribute(kind, attribute)
    except Exception:
        return ""
    return str.__str__(value) if isinstance(value, str) else ""


def _root(kind):
    return _text_attribute(kind, "__module__").partition(".")[0]


# ---- the whole description -------------------------------------------------------------------


def describe(value, guard):
    """[type, len, rank, shape, size, dtype, iterable, text, text_chars] of any value."""
    kind = type(value)
    plain = _PLAIN.get(kind)
    if plain is not None:
        length = len(value) if plain else -1
        text, chars = render(value, guard)
        return [_PLAIN_NAMES[kind], length, -1, [], -1, "", plain, text, chars]
    length, shape, size, dtype = -1, None, -1, ""
    if _has(kind, "__len__"):
        length = guard(lambda: len(value), -1)
    if not issubclass(kind, (type, types.ModuleType, types.FunctionType)):
        shape = guard(lambda: _shape(value), None)
        size = guard(lambda: _number(getattr(value, "size", -1)), -1)
        if shape is not None:
            dtype = guard(lambda: clean(str(getattr(value, "dtype", "")))[:MAX_NAME], "")
    text, chars = render(value, guard)
    rank = -1 if shape is None else len(shape)
    return [type_name(kind), length, rank, shape or [], size, dtype, _has(kind, "__iter__"), text, chars]


def _has(kind, method):
    """Whether a class has a method: looked up as the interpreter does it, without asking a descriptor or a metaclass."""
    for base in _classes(kind):
        if method in _names(base):
            return _names(base)[method] is not None
    return False


def _shape(value):
    shape = getattr(value, "shape", None)
    if not isinstance(shape, tuple):
        return None
    return [_number(n) for n in shape[:64]]


def _number(value):
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        return -1
    value = value.__index__()
    return value if -1 <= value < 2**63 else -1


# ---- the text --------------------------------------------------------------------------------


def render(value, guard):
    """The text of a value, cut, and its length before that (-1 when it was not rendered whole)."""
    kind = type(value)
    if kind is str:
        return clean(cut(value)), len(value)
    if issubclass(kind, str) and _root(kind) in _TRUSTED:
        text = str.__str__(value)
        return clean(cut(text)), len(text)
    writer = _Writer(guard)
    try:
        writer.write_value(value, top=True)
        whole = True
    except Full:
        writer.parts.append("…")
        whole = False
    except Exception:
        writer.parts.append("…")
        whole = False
    text = clean("".join(writer.parts))
    return cut(text), len(text) if whole else -1


class _Writer:
    """Writes the text of a value, nested values too, within the limits of this file."""

    def __init__(self, guard):
        self.guard = guard
        self.parts = []
        self.chars = 0
        self.nodes = 0
        self.path = []

    def put(self, text):
        self.parts.append(text)
        self.chars += len(text)
        if self.chars > MAX_CHARS:
            raise Full

    def write_value(self, value, top=False):
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Full
        kind = type(value)
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            return self.put(scalar(value))
        for base, write in _CONTAINERS:
            if issubclass(kind, base):
                return self.nested(value, kind, write)
        self.put(self.other(value, kind, top))

    def nested(self, value, kind, write):
        if id(value) in self.path or len(self.path) >= MAX_DEPTH:
            return self.put("...")
        self.path.append(id(value))
        write(self, value, kind)
        self.path.pop()

    def elements(self, values):
        for position, value in enumerate(itertools.islice(values, MAX_ELEMENTS)):
            if position:
                self.put(", ")
            self.write_value(value)

    def items(self, mapping):
        self.put("{")
        for position, (key, value) in enumerate(itertools.islice(dict.items(mapping), MAX_ELEMENTS)):
            if position:
                self.put(", ")
            self.write_value(key)
            self.put(": ")
            self.write_value(value)
        self.put("}")

    def other(self, value, kind, top):
        root = _root(kind)
        if root == "numpy":
            return self.guard(lambda: _numpy_text(self, value), None) or type_name(kind)
        if root == "pandas":
            return self.guard(lambda: _pandas_text(self, value), None) or type_name(kind)
        if issubclass(kind, type):
            return "<class '%s'>" % type_name(value)
        if issubclass(kind, types.ModuleType):
            return "<module '%s'>" % clean(str(getattr(value, "__name__", "?")))[:MAX_NAME]
        if _is_default(kind):
            return "<%s object>" % type_name(kind)
        text = self.guard(lambda: _text(value, top), None)
        return "<%s object>" % type_name(kind) if text is None else text[: MAX_CHARS + 1]


def _text(value, top):
    text = str(value) if top else repr(value)
    return str.__str__(text)


def _is_default(kind):
    """Whether the text is `object`'s own, so that asking for it says nothing."""
    try:
        return (
            _type_attribute(kind, "__repr__") is object.__repr__
            and _type_attribute(kind, "__str__") is object.__str__
        )
    except Exception:
        return False


def _int_text(value):
    bits = int.bit_length(value)
    if bits <= MAX_INT_BITS:
        return int.__repr__(value)
    return hex(int.__rshift__(value, bits - 1200)) + "…"


def _bytes_text(value):
    return repr(value[: HEAD + TAIL + 200])


def _list(writer, value, _kind):
    writer.put("[")
    writer.elements(list.__iter__(value))
    writer.put("]")


def _tuple(writer, value, kind):
    fields = kind.__dict__.get("_fields") if kind is not tuple else None
    if isinstance(fields, tuple) and len(fields) == tuple.__len__(value):
        writer.put(_text_attribute(kind, "__name__") + "(")
        for position, (field, item) in enumerate(zip(fields[:MAX_ELEMENTS], tuple.__iter__(value))):
            writer.put((", " if position else "") + str(field) + "=")
            writer.write_value(item)
        return writer.put(")")
    writer.put("(")
    writer.elements(tuple.__iter__(value))
    writer.put(",)" if tuple.__len__(value) == 1 else ")")


def _dict(writer, value, kind):
    if kind is dict:
        return writer.items(value)
    writer.put(_text_attribute(kind, "__name__") + "(")
    writer.items(value)
    writer.put(")")


def _set(writer, value, kind):
    base = frozenset if issubclass(kind, frozenset) else set
    if base.__len__(value) == 0:
        return writer.put(_text_attribute(kind, "__name__") + "()")
    writer.put("{" if kind is set else _text_attribute(kind, "__name__") + "({")
    writer.elements(base.__iter__(value))
    writer.put("}" if kind is set else "})")


def _range(writer, value, _kind):
    writer.put("[")
    writer.elements(iter(value))
    writer.put("]")


def _view(writer, value, kind):
    writer.put(_text_attribute(kind, "__name__") + "([")
    writer.elements(iter(value))
    writer.put("])")


def _deque(writer, value, kind):
    import collections

    writer.put(_text_attribute(kind, "__name__") + "([")
    writer.elements(collections.deque.__iter__(value))
    writer.put("])")


def _numpy_text(writer, value):
    numpy = sys.modules["numpy"]
    if not isinstance(value, numpy.ndarray):
        return str(value)
    part = value[(slice(MAX_ELEMENTS),) * value.ndim] if value.ndim else value
    if part.dtype.hasobject:
        nested = _Writer(writer.guard)
        nested.nodes, nested.chars, nested.path = writer.nodes, writer.chars, writer.path + [id(value)]
        nested.write_value(part.tolist())
        writer.nodes = nested.nodes
        return "".join(nested.parts)
    known = numpy.get_printoptions()
    changed = {name: value for name, value in _NUMPY_DEFAULTS if known.get(name, value) != value}
    if not changed:
        return str(part)
    # The notebook has changed how arrays are shown, to something slow or of its own.
    with numpy.printoptions(**changed):
        return str(part)


def _pandas_text(_writer, value):
    pandas = sys.modules["pandas"]
    if isinstance(value, (pandas.DataFrame, pandas.Series)):
        options = ("display.max_rows", 10, "display.max_columns", 12, "display.width", 80)
        with pandas.option_context(*options, "display.max_colwidth", 50, "display.large_repr", "truncate"):
            return str(value.iloc[:MAX_ELEMENTS, :50] if value.ndim == 2 else value.iloc[:MAX_ELEMENTS])
    if isinstance(value, pandas.Index):
        return str(value[:MAX_ELEMENTS])
    return str(value)


_NUMPY_DEFAULTS = (
    ("precision", 8),
    ("threshold", 1000),
    ("edgeitems", 3),
    ("linewidth", 75),
    ("suppress", False),
    ("nanstr", "nan"),
    ("infstr", "inf"),
    ("sign", "-"),
    ("floatmode", "maxprec"),
    ("formatter", None),
)
_TRUSTED = {"builtins", "numpy", "pandas", "enum", "http", "pathlib"}
_PLAIN = {int: False, float: False, bool: False, complex: False, type(None): False, str: True}
_PLAIN.update({list: True, tuple: True, dict: True, set: True, frozenset: True, range: True, bytes: True})
_PLAIN[bytearray] = True
_PLAIN_NAMES = {kind: kind.__name__ for kind in _PLAIN}
_SCALARS = {
    int: _int_text,
    float: float.__repr__,
    bool: bool.__repr__,
    complex: complex.__repr__,
    type(None): lambda _none: "None",
    type(...): lambda _dots: "Ellipsis",
    str: lambda text: repr(text if len(text) <= MAX_CHARS else text[:MAX_CHARS]),
    bytes: _bytes_text,
    bytearray: _bytes_text,
}
_CONTAINERS = [(list, _list), (tuple, _tuple), (dict, _dict), ((set, frozenset), _set), (range, _range)]
_CONTAINERS.append(((type({}.keys()), type({}.values()), type({}.items())), _view))
_CONTAINERS.append((type(__import__("collections").deque()), _deque))
