"""Copies of values that may change, cheap to make, so that only those that are wanted are described.

The last value of a site is not known before the end, and describing every value that might be it is what probes cost
most in loops. A copy of a small list or array costs a hundredth of its description. No line of the notebook's code
runs: only exact built-in types, numpy arrays and pandas tables of plain values are copied.
"""

import sys

from .own import builtins as __builtins__  # noqa: F401

# By `id`, since a metaclass may define `__hash__`: types whose values cannot change. numpy's scalars join them.
ATOMS = {id(kind) for kind in (int, float, bool, complex, str, bytes, type(None), range)}
MAX_NODES = 300
MAX_BYTES = 1 << 14
NONE = object()  # there is no copy
_numpy = _pandas = None


class _TooLarge(Exception):
    pass


def learn():
    """Looks whether numpy and pandas are there by now: at the beginning and after every cell."""
    global _numpy, _pandas
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if _numpy is None and hasattr(numpy, "ndarray") and hasattr(numpy, "sctypeDict"):
        _numpy = numpy
        ATOMS.update(id(kind) for kind in set(numpy.sctypeDict.values()) if not issubclass(kind, (numpy.void, numpy.object_)))
    if _pandas is None and hasattr(pandas, "DataFrame") and hasattr(pandas, "Series"):
        _pandas = (pandas.DataFrame, pandas.Series)


def snapshot(value, guard):
    """A copy that will be described as the value would be now; `NONE` when that is not cheap or not sure."""
    try:
        return _copy(value, [MAX_NODES], guard)
    except _TooLarge:
        return NONE


def _copy(value, left, guard):
    kind = type(value)
    if id(kind) in ATOMS:
        return value
    left[0] -= 1
    if id(kind) in _CONTAINERS:
        left[0] -= len(value)
        if left[0] < 0:
            raise _TooLarge
        if kind is dict:
            return {_copy(key, left, guard): _copy(held, left, guard) for key, held in value.items()}
        return kind([_copy(held, left, guard) for held in value])
    if _numpy is not None and kind is _numpy.ndarray and not value.dtype.hasobject and value.nbytes <= MAX_BYTES:
        return value.copy(order="K")
    if _pandas is not None and (kind is _pandas[0] or kind is _pandas[1]):
        copied = guard(lambda: value.copy() if value.size <= MAX_BYTES // 8 and not value.attrs else NONE, NONE)
        if copied is not NONE:
            return copied
    raise _TooLarge


_CONTAINERS = {id(kind) for kind in (list, tuple, set, frozenset, dict)}
