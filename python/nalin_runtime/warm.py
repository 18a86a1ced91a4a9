"""What a library does once, done before the fork: the first table that is shown costs ten times the second."""

import sys

from .describe import describe


def up():
    """Describes a value of each kind that is frequent, of the libraries that are there."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    values = []
    if numpy is not None:
        array = numpy.arange(2000) / 7
        values += [array, array[:5], numpy.arange(3), array.reshape(40, 50), array[0], array > 1]
    if pandas is not None:
        days = pandas.date_range("2020", periods=30)
        table = pandas.DataFrame({"a": range(30), "b": [0.5] * 30, "c": ["x"] * 30, "d": days})
        values += [table, table.a, table.c, table.index, table.columns, table.groupby("a"), table.describe(), days[0]]
        values += [table[:2].copy(), table.c.value_counts()]
    for value in values:
        describe(value, _ask)


def _ask(ask, default):
    try:
        return ask()
    except Exception:
        return default
