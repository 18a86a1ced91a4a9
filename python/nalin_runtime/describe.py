"""What a value looks like from outside: a short, bounded description that no program can notice.

A value is never asked what it is, nor how long, nor for its text: all of that may run the notebook's code, which may count,
fetch, or change what it shows. Its type decides what is read of it. Built-in types and what is derived from them are read
with the methods of the built-in type itself; of the types of libraries those that `libraries` knows; of everything else
the type alone is told. With `trust` the value is asked all the same, inside `guard`, which stops it when it takes too long.

`describe(value, guard)` returns the nine fields of a record's `value`.
"""

import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import pathlib
import re
import types
import uuid

from .own import builtins as __builtins__  # noqa: F401
from .kinds import class_dict, class_name, clean, has, instance_dict, mro, name_of_module, type_name
from .libraries import has_known_zone, reader

MAX_ELEMENTS = 200  # of a container, at every depth: what the preset `nalin` looks at
MAX_NODES = 2000  # values rendered for one text
MAX_CHARS = 20000  # characters rendered for one text
MAX_DEPTH = 20
HEAD, TAIL = 300, 99  # what is left of a text longer than 400 characters
MAX_INT_BITS = 8192
MAX_NAME = 200

_ADDRESS = re.compile(r" (?:at|@) 0x[0-9a-fA-F]+")


class Full(Exception):
    """The text has reached its limits."""


def cut(text):
    """The head and the tail of a text of more than 400 characters, with `…` between them."""
    if len(text) <= HEAD + 1 + TAIL:
        return text
    return text[:HEAD] + "…" + text[-TAIL:]


def tidy(text):
    """A text without addresses, which differ from run to run, and without lone surrogates."""
    if " 0x" in text:
        text = _ADDRESS.sub("", text)
    return clean(text)


# ---- the whole description -------------------------------------------------------------------


def describe(value, guard, trust=False):
    """[type, len, rank, shape, size, dtype, iterable, text, text_chars] of any value."""
    kind = type(value)
    plain = _PLAIN.get(id(kind))
    if plain is not None:
        name, iterable = plain
        text, chars = render(value, guard, trust)
        return [name, len(value) if iterable else -1, -1, [], -1, "", iterable, text, chars]
    length, shape, size, dtype = facts(value, kind, guard, trust)
    text, chars = render(value, guard, trust)
    rank = -1 if shape is None else len(shape)
    return [type_name(kind), length, rank, shape or [], size, tidy(dtype)[:MAX_NAME], has(kind, "__iter__"), text, chars]


def facts(value, kind, guard, trust):
    """Length, shape, size and dtype, as far as they may be known."""
    found = reader(kind)
    if found is not None:
        return guard(lambda: found[0](value), _UNKNOWN)
    for base in mro(kind):
        if id(base) in _LENGTHS:
            return (base.__len__(value),) + _UNKNOWN[1:]
    return _asked_facts(value, kind, guard) if trust and not issubclass(kind, (type, types.ModuleType, types.FunctionType)) else _UNKNOWN


def _asked_facts(value, kind, guard):
    length = guard(lambda: len(value), -1) if has(kind, "__len__") else -1
    shape = guard(lambda: _asked_shape(value), None)
    size = guard(lambda: _number(getattr(value, "size", -1)), -1)
    dtype = guard(lambda: str.__str__(str(getattr(value, "dtype", ""))), "") if shape is not None else ""
    return length, shape, size, dtype


def _asked_shape(value):
    shape = getattr(value, "shape", None)
    return [_number(length) for length in shape[:64]] if type(shape) is tuple else None


def _number(value):
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        return -1
    value = value.__index__()
    return value if -1 <= value < 2**63 else -1


# ---- the text --------------------------------------------------------------------------------


def render(value, guard, trust=False):
    """The text of a value, cut, and its length before that (-1 when it was not rendered whole)."""
    kind = type(value)
    if kind is str or issubclass(kind, str) and not issubclass(kind, enum.Enum):
        text = str.__str__(value)
        return clean(cut(text)), len(text)
    writer = _Writer(guard, trust)
    try:
        writer.write_value(value, top=True)
        whole = True
    except Exception:  # `Full` among them
        writer.parts.append("…")
        whole = False
    text = tidy("".join(writer.parts))
    return cut(text), len(text) if whole else -1


class _Writer:
    """Writes the text of a value, nested values too, within the limits of this file."""

    def __init__(self, guard, trust):
        self.guard = guard
        self.trust = trust
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
        scalar = _SCALARS.get(id(kind))
        if scalar is not None:
            return self.put(scalar(value))
        write = _CONTAINERS.get(id(kind))
        if write is not None:
            return self.nested(value, kind, write)
        self.other(value, kind, top)

    def nested(self, value, kind, write):
        if id(value) in self.path or len(self.path) >= MAX_DEPTH:
            return self.put("...")
        self.path.append(id(value))
        write(self, value, kind)
        self.path.pop()

    def nested_text(self, value, holder):
        """The text of what a library's value holds; its nodes count as those of this text."""
        inside = _Writer(self.guard, self.trust)
        inside.nodes, inside.chars, inside.path = self.nodes, self.chars, self.path + [id(holder)]
        inside.write_value(value)
        self.nodes = inside.nodes
        return "".join(inside.parts)

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
        """A value of no exact built-in type: by the list of libraries, by a built-in base, or by its type alone."""
        if issubclass(kind, enum.Enum):
            name = instance_dict(value).get("_name_")
            return self.put("%s.%s" % (class_name(kind), name) if type(name) is str else "<%s object>" % type_name(kind))
        found = reader(kind)
        if found is not None:
            return self.put(self.guard(lambda: found[1](value, self), None) or "<%s object>" % type_name(kind))
        exact = _EXACT.get(id(kind))
        if exact is not None:
            return exact(self, value, top)
        for base in mro(kind):
            if id(base) in _CONTAINERS:
                return self.nested(value, kind, _CONTAINERS[id(base)])
            if id(base) in _SCALARS:
                return self.put(_SCALARS[id(base)](value))
            if id(base) in _BASES:
                return _BASES[id(base)](self, value, top)
        if self.trust and not _is_default(kind):
            text = self.guard(lambda: str.__str__(str(value) if top else repr(value)), None)
            if text is not None:
                return self.put(text[: MAX_CHARS + 1])
        self.put("<%s object>" % type_name(kind))


def _is_default(kind):
    """Whether the text is `object`'s own, so that asking for it says nothing."""
    for method in ("__repr__", "__str__"):
        for base in mro(kind):
            if method in class_dict(base):
                if base is not object:
                    return False
                break
    return True


# ---- scalars ---------------------------------------------------------------------------------


def _int_text(value):
    bits = int.bit_length(value)
    if bits <= MAX_INT_BITS:
        return int.__repr__(value)
    return hex(int.__rshift__(value, bits - 1200)) + "…"


def _str_text(text):
    return str.__repr__(text if str.__len__(text) <= MAX_CHARS else str.__getitem__(text, slice(MAX_CHARS)))


def _bytes_text(value):
    return bytes.__repr__(bytes.__getitem__(value, slice(HEAD + TAIL + 200)))


def _bytearray_text(value):
    return bytearray.__repr__(bytearray.__getitem__(value, slice(HEAD + TAIL + 200)))


# ---- containers ------------------------------------------------------------------------------


def _list(writer, value, _kind):
    writer.put("[")
    writer.elements(list.__iter__(value))
    writer.put("]")


def _tuple(writer, value, kind):
    fields = class_dict(kind).get("_fields") if kind is not tuple else None
    if type(fields) is tuple and len(fields) == tuple.__len__(value):
        writer.put(class_name(kind) + "(")
        for position, (field, item) in enumerate(zip(fields[:MAX_ELEMENTS], tuple.__iter__(value))):
            writer.put((", " if position else "") + (field if type(field) is str else "?") + "=")
            writer.write_value(item)
        return writer.put(")")
    writer.put("(")
    writer.elements(tuple.__iter__(value))
    writer.put(",)" if tuple.__len__(value) == 1 else ")")


def _dict(writer, value, kind):
    if kind is dict:
        return writer.items(value)
    writer.put(class_name(kind) + "(")
    writer.items(value)
    writer.put(")")


def _set(writer, value, kind):
    base = frozenset if issubclass(kind, frozenset) else set
    if base.__len__(value) == 0:
        return writer.put(class_name(kind) + "()")
    writer.put("{" if kind is set else class_name(kind) + "({")
    writer.elements(base.__iter__(value))
    writer.put("}" if kind is set else "})")


def _range(writer, value, _kind):
    writer.put("[")
    writer.elements(iter(value))
    writer.put("]")


def _view(writer, value, _top):
    writer.put(class_name(type(value)) + "([")
    writer.elements(iter(value))
    writer.put("])")


def _deque(writer, value, kind):
    writer.put(class_name(kind) + "([")
    writer.elements(collections.deque.__iter__(value))
    writer.put("])")


# ---- other types of Python's own -------------------------------------------------------------


def _as_shown(writer, value, top):
    """By a text of Python's own, which holds nothing of the notebook's but names."""
    writer.put(str.__str__(str(value) if top else repr(value))[: MAX_CHARS + 1])


def _shown_if(is_plain):
    """The same, if what the text is made of is plain, else by the type."""

    def write(writer, value, top):
        if is_plain(value):
            return _as_shown(writer, value, top)
        writer.put("<%s object>" % type_name(type(value)))

    return write


def _method(writer, value, _top):
    function = value.__func__
    name = function.__qualname__ if type(function) is types.FunctionType else type_name(type(function))
    writer.put("<bound method %s of " % name)
    writer.write_value(value.__self__)
    writer.put(">")


def _slice(writer, value, _top):
    for before, part in (("slice(", value.start), (", ", value.stop), (", ", value.step)):
        writer.put(before)
        writer.write_value(part)
    writer.put(")")


def _partial(writer, value, _top):
    parts = [("", value.func)] + [(", ", part) for part in value.args]
    parts += [(", %s=" % name, part) for name, part in value.keywords.items() if type(name) is str]
    writer.put("functools.partial(")
    for before, part in parts[:MAX_ELEMENTS]:
        writer.put(before)
        writer.write_value(part)
    writer.put(")")


def _class(writer, value, _top):
    writer.put("<class '%s'>" % type_name(value))


def _module(writer, value, _top):
    writer.put("<module '%s'>" % name_of_module(value))


def _exception(writer, value, top):
    """An exception by the text of its built-in base, if that is made of plain values only."""
    base = next(base for base in mro(type(value)) if id(base) in _EXCEPTIONS)
    held = list(BaseException.args.__get__(value))
    if issubclass(base, OSError):
        held += [field.__get__(value) for field in (OSError.errno, OSError.strerror, OSError.filename, OSError.filename2)]
    if issubclass(base, SyntaxError):
        held += [field.__get__(value) for field in (SyntaxError.msg, SyntaxError.filename, SyntaxError.lineno)]
    if top and all(id(type(part)) in _SCALARS for part in held):
        return writer.put(base.__str__(value)[: MAX_CHARS + 1])
    if issubclass(base, (OSError, SyntaxError)):
        held = BaseException.args.__get__(value)
    writer.put(class_name(type(value)) + "(")
    writer.elements(held)
    writer.put(")")


def _file(writer, value, _top):
    """A text file by its name, if nothing between it and the system's file is the notebook's."""
    raw = value.buffer.raw if type(value.buffer) in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom) else None
    name = instance_dict(raw).get("name") if type(raw) is io.FileIO else None
    if type(name) is not str and type(name) is not int:
        return writer.put("<%s object>" % type_name(type(value)))
    mode = instance_dict(value).get("mode")
    writer.put("<_io.TextIOWrapper name=%r mode=%r encoding=%r>" % (name, mode if type(mode) is str else "", value.encoding))


_UNKNOWN = -1, None, -1, ""
_PLAIN = {id(kind): (kind.__name__, False) for kind in (int, float, bool, complex, type(None))}
_PLAIN.update((id(kind), (kind.__name__, True)) for kind in (str, list, tuple, dict, set, frozenset, range, bytes, bytearray))
_SCALARS = {
    int: _int_text,
    float: float.__repr__,
    bool: bool.__repr__,
    complex: complex.__repr__,
    type(None): lambda _none: "None",
    type(...): lambda _dots: "Ellipsis",
    str: _str_text,
    bytes: _bytes_text,
    bytearray: _bytearray_text,
}
_CONTAINERS = {list: _list, tuple: _tuple, dict: _dict, set: _set, frozenset: _set, range: _range}
_CONTAINERS[collections.deque] = _deque
_EXACT = {kind: _as_shown for kind in (datetime.date, datetime.timedelta, decimal.Decimal, uuid.UUID)}
_EXACT.update((kind, _as_shown) for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath))
_EXACT.update((getattr(types, name), _as_shown) for name in (
    "FunctionType", "BuiltinFunctionType", "GeneratorType", "CoroutineType", "AsyncGeneratorType", "CodeType", "FrameType",
    "WrapperDescriptorType", "MethodWrapperType", "MethodDescriptorType", "GetSetDescriptorType", "MemberDescriptorType",
))  # fmt: skip
_EXACT.update({types.MethodType: _method, functools.partial: _partial, slice: _slice})
_EXACT[datetime.datetime] = _EXACT[datetime.time] = _shown_if(has_known_zone)
_EXACT[fractions.Fraction] = _shown_if(lambda value: type(value._numerator) is int is type(value._denominator))
_EXACT[re.Pattern] = _shown_if(lambda value: id(type(value.pattern)) in _SCALARS)
_EXACT[re.Match] = _shown_if(lambda value: id(type(value.string)) in _SCALARS)
_EXACT[io.TextIOWrapper] = _file
_EXACT.update((type(view), _view) for view in ({}.keys(), {}.values(), {}.items()))
_BASES = {type: _class, types.ModuleType: _module, BaseException: _exception}
_EXCEPTIONS = {id(kind) for kind in vars(__import__("builtins")).values() if type(kind) is type and issubclass(kind, BaseException)}
_LENGTHS = {id(kind) for kind in (list, tuple, dict, set, frozenset, range, str, bytes, bytearray, collections.deque)}
_LENGTHS.update(id(type(view)) for view in ({}.keys(), {}.values(), {}.items()))
_SCALARS, _CONTAINERS, _EXACT, _BASES = (
    {id(kind): write for kind, write in table.items()} for table in (_SCALARS, _CONTAINERS, _EXACT, _BASES)
)
