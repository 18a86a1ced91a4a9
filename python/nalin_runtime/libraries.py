"""The library types whose values may be asked what they are: a closed list, each looked at by hand.

A value is asked only if its very type is on the list and is the library's (`sys.modules` has it under its name), for a
subclass may be the notebook's; numpy's arrays also as a base, since a view of one runs nobody's code. What such a value
holds may still be the notebook's (an array of objects, a column of them, a parameter of an estimator), so whoever
shows elements looks at theirs too.
"""

import datetime
import decimal
import sys

from .own import builtins as __builtins__  # noqa: F401
from .kinds import instance_dict, module_name, mro, type_name

MAX_ELEMENTS = 200  # of each dimension
MAX_NODES = 200  # of an expression
_known = {}  # by `id`, with the type itself so that it lives: what is done to show its values
_unknown = object()


def reader(kind):
    """How values of a type are read: `(facts, text)`, or `None` when they must not be asked.

    `facts(value)` gives length, shape, size and dtype; `text(value, writer)` the text, or `None`.
    """
    found = _known.get(id(kind))
    if found is not None:
        return found[1]
    module = module_name(kind)
    listed = _LIBRARIES.get(module.partition(".")[0])
    if listed is not None and _is_of(kind, module):
        found = listed(kind, module)
        _known[id(kind)] = kind, found
        return found
    numpy = sys.modules.get("numpy")
    if hasattr(numpy, "ndarray"):
        if issubclass(kind, numpy.ndarray):
            return _array_view
        if issubclass(kind, numpy.dtype):
            return _plain
    return None


def _is_of(kind, module):
    """Whether a module that was imported has this very type."""
    held = sys.modules.get(module)
    return held is not None and any(member is kind for member in list(vars(held).values()))


def _no_facts(_value):
    return -1, None, -1, ""


def _said(value, _writer):
    return str(value)


def _said_of_moment(value, _writer):
    return str(value) if has_known_zone(value) else None


def _number(value):
    return value if type(value) is int and -1 <= value < 2**63 else -1


def is_plain(value, nodes=MAX_NODES):
    """Whether a value and all that it holds are of types that are known, so that a library may show it."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        nodes -= 1
        if nodes < 0:
            return False
        if kind is list or kind is tuple or kind is set or kind is frozenset:
            waiting += list(value)[:nodes + 1]
        elif kind is dict:
            waiting += list(value.keys())[:nodes + 1] + list(value.values())[:nodes + 1]
        elif id(kind) not in _ATOMS:
            found = reader(kind)
            if found is _array or found is _scalar:
                if value.dtype.hasobject:
                    return False
            elif not (found is _plain or (found is _moment or kind is datetime.datetime) and has_known_zone(value)):
                return False
    return True


def has_known_zone(moment):
    """Whether the time zone of a moment is none of the notebook's own."""
    zone = moment.tzinfo
    return zone is None or type(zone) is datetime.timezone or module_name(type(zone)).partition(".")[0] in _ZONES


_ATOMS = {id(kind) for kind in (int, float, bool, complex, str, bytes, type(None), range, type(...))}
_ATOMS |= {id(kind) for kind in (datetime.date, datetime.timedelta, datetime.timezone, decimal.Decimal)}
_ZONES = ("zoneinfo", "pytz", "dateutil")


# ---- numpy -----------------------------------------------------------------------------------


def _numpy(kind, _module):
    numpy = sys.modules["numpy"]
    if issubclass(kind, numpy.ndarray):
        return _array
    if issubclass(kind, numpy.generic):
        return _scalar
    return _plain if issubclass(kind, (numpy.dtype, numpy.ufunc, numpy.random.RandomState)) else None


def _array_facts(value):
    length = value.shape[0] if value.ndim else -1
    return length, list(value.shape), value.size, str(value.dtype)


def _array_text(value, writer):
    numpy = sys.modules["numpy"]
    part = value[(slice(MAX_ELEMENTS),) * value.ndim] if value.ndim else value
    if part.dtype.hasobject:
        return writer.nested_text(part.tolist(), value)
    show = numpy.array_str if type(part) is numpy.ndarray else str
    known = numpy.get_printoptions()
    changed = {name: default for name, default in _NUMPY_DEFAULTS if known.get(name, default) != default}
    if not changed:
        return show(part)
    # The notebook has changed how arrays are shown, to something slow or of its own.
    with numpy.printoptions(**changed):
        return show(part)


def _scalar_facts(value):
    length = len(value) if issubclass(type(value), (str, bytes)) else -1
    return length, [], 1, str(value.dtype)


def _scalar_text(value, _writer):
    return None if value.dtype.hasobject else str(value)


def _view(value):
    """The elements of an array without the methods of its class."""
    array = sys.modules["numpy"].ndarray
    return array.view(value, array)


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


# ---- pandas ----------------------------------------------------------------------------------


def _pandas(kind, _module):
    pandas = sys.modules["pandas"]
    if kind is pandas.DataFrame or kind is pandas.Series:
        return _table
    if issubclass(kind, pandas.Index):
        return _index
    if kind is pandas.Timestamp:
        return _moment
    if kind in (pandas.Timedelta, pandas.Period, pandas.Interval, type(pandas.NaT), type(pandas.NA)):
        return _plain
    extension = pandas.api.extensions
    if issubclass(kind, (extension.ExtensionDtype, pandas.offsets.BaseOffset)):
        return _plain
    return _extension if issubclass(kind, extension.ExtensionArray) else None


def _table_facts(value):
    shape = list(value.shape)
    return shape[0], shape, _product(shape), str(value.dtype) if value.ndim == 1 else ""


def _index_facts(value):
    length = len(value)
    return length, [length], length, str(value.dtype)


def _product(numbers):
    product = 1
    for number in numbers:
        product *= number
    return product


def _table_text(value, writer):
    pandas = sys.modules["pandas"]
    if value.attrs and not is_plain(value.attrs):
        return None  # every slice would copy them
    part = value.iloc[:MAX_ELEMENTS, :50] if value.ndim == 2 else value.iloc[:MAX_ELEMENTS]
    if not all(_has_plain_labels(axis) for axis in part.axes) or part.ndim == 1 and not is_plain(part.name):
        return None
    columns = {}
    for place, dtype in enumerate(part.dtypes if part.ndim == 2 else [part.dtype]):
        if not isinstance(dtype, sys.modules["numpy"].dtype):
            if not _is_plain_dtype(dtype):
                return None
        elif dtype.hasobject:
            columns[place] = list((part.iloc[:, place] if part.ndim == 2 else part).array)
    foreign = False
    for elements in columns.values():
        for row in _shown_rows(len(elements)):
            if not is_plain(elements[row]):
                elements[row], foreign = writer.nested_text(elements[row], value), True
    if foreign and part.ndim == 2:
        columns = {place: columns.get(place, part.iloc[:, place].array) for place in range(part.shape[1])}
        labels, part = part.columns, pandas.DataFrame(columns, index=part.index)
        part.columns = labels
    elif foreign:
        part = pandas.Series(columns[0], index=part.index, name=part.name)
    with pandas.option_context(*_PANDAS_OPTIONS):
        return str(part)


def _shown_rows(length):
    """The rows of a table that are shown, and some more."""
    return [row for row in range(length) if row < 10 or row >= length - 10]


def _is_plain_dtype(dtype):
    """Whether the elements of a column of pandas' own are plain."""
    if reader(type(dtype)) is not _plain:
        return False
    return str(dtype) != "category" or _has_plain_labels(dtype.categories)


def _has_plain_labels(index):
    """Whether the labels of an index can be shown."""
    if not is_plain(list(index.names)):
        return False
    if str(index.dtype) == "category":
        return _has_plain_labels(index.categories)
    return str(index.dtype) != "object" or all(is_plain(label) for label in index[:MAX_ELEMENTS].tolist())


def _index_text(value, _writer):
    return str(value[:MAX_ELEMENTS]) if _has_plain_labels(value) else None


def _extension_text(value, _writer):
    return str(value[:MAX_ELEMENTS]) if is_plain(list(value[:MAX_ELEMENTS]), 2 * MAX_ELEMENTS) else None


_PANDAS_OPTIONS = ("display.max_rows", 10, "display.min_rows", 10, "display.max_columns", 12, "display.width", 80)
_PANDAS_OPTIONS += ("display.max_colwidth", 50, "display.large_repr", "truncate", "display.float_format", None)


# ---- others ----------------------------------------------------------------------------------


def _torch(kind, _module):
    torch = sys.modules["torch"]
    if kind is torch.Tensor or type_name(kind) == "torch.nn.parameter.Parameter":
        return _tensor
    return _plain if kind in (torch.dtype, torch.device) else None


def _tensor_facts(value):
    shape = [_number(length) for length in tuple(value.shape)]
    return shape[0] if shape else -1, shape, _product(shape), str(value.dtype)


def _tensorflow(kind, _module):
    names = ("EagerTensor", "ResourceVariable", "TensorShape", "DType")
    if type_name(kind).rpartition(".")[2] not in names:
        return None
    return _eager if type_name(kind).endswith(("EagerTensor", "ResourceVariable")) else _plain


def _eager_facts(value):
    shape = [_number(length) for length in value.shape.as_list()]
    return shape[0] if shape else -1, shape, _product(shape), str(value.dtype)


def _scipy(kind, module):
    return _sparse if module.startswith("scipy.sparse") and any(base.__name__ == "spmatrix" for base in mro(kind)) else None


def _sparse_facts(value):
    return -1, list(value.shape), _number(int(value.size)), str(value.dtype)


def _sklearn(kind, _module):
    return _estimator if any(type_name(base) == "sklearn.base.BaseEstimator" for base in mro(kind)) else None


def _estimator_text(value, _writer):
    """As it shows itself, if its parameters are plain: they may be estimators of the notebook's."""
    return repr(value) if is_plain(list(value.get_params(deep=False).values())) else None


def _sympy(kind, _module):
    return _expression if any(type_name(base) == "sympy.core.basic.Basic" for base in mro(kind)) else None


def _expression_text(value, _writer):
    """As it shows itself, if it is made of sympy's own parts alone, and of few."""
    waiting, left = [value], MAX_NODES
    while waiting:
        part = waiting.pop()
        left -= 1
        if left < 0 or reader(type(part)) is not _expression:
            return None
        waiting += part.args
    return str(value)


def _matplotlib(kind, _module):
    names = [type_name(base) for base in mro(kind)]
    shown = ("matplotlib.figure.Figure", "matplotlib.axes._axes.Axes", "matplotlib.colors.Colormap")
    return _plain if any(name in shown for name in names) else None


def _pil(kind, _module):
    return _image if any(type_name(base) == "PIL.Image.Image" for base in mro(kind)) else None


def _image_text(value, _writer):
    held = instance_dict(value)
    mode, size = held.get("_mode", held.get("mode")), held.get("_size")
    return "<%s image mode=%s size=%dx%d>" % (type_name(type(value)), mode, size[0], size[1])


def _shapely(kind, _module):
    return _plain if any(type_name(base) == "shapely.geometry.base.BaseGeometry" for base in mro(kind)) else None


_plain = _no_facts, _said
_moment = _no_facts, _said_of_moment
_array = _array_facts, _array_text
_array_view = (lambda value: _array_facts(_view(value))), (lambda value, writer: _array_text(_view(value), writer))
_scalar = _scalar_facts, _scalar_text
_table = _table_facts, _table_text
_index = _index_facts, _index_text
_extension = _index_facts, _extension_text
_tensor = _tensor_facts, _said
_eager = _eager_facts, _said
_sparse = _sparse_facts, lambda value, _writer: repr(value)
_estimator = _no_facts, _estimator_text
_expression = _no_facts, _expression_text
_image = _no_facts, _image_text
_LIBRARIES = {
    "PIL": _pil,
    "matplotlib": _matplotlib,
    "numpy": _numpy,
    "pandas": _pandas,
    "scipy": _scipy,
    "shapely": _shapely,
    "sklearn": _sklearn,
    "sympy": _sympy,
    "tensorflow": _tensorflow,
    "torch": _torch,
}
