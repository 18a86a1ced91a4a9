"""IPython's own transformer as the oracle of docs/magics.md: where does it see IPython syntax, and where do we?

    nb2py --magics keep --root DIR DIR | python3 bench/peers/ipython_transform.py [--list N]
    python3 bench/peers/ipython_transform.py --table NB2PY

The interpreter that runs this needs IPython (PyPI). Reads script/1 records with the magics kept. Of every cell IPython's
transformer makes plain Python, in which each piece of its syntax has become a call of `get_ipython()`; the lines where
such calls stand are compared with the lines of the cell's `magics`. Indentation and prompts leave no call behind, and
are compared as text instead. Differences are counted by what they are; `--list N` shows N cells of each. `--table`
compares the examples of the table in docs/magics.md instead, one by one. Exit status: 1 when something differs.
"""

import argparse
import collections
import json
import subprocess
import sys

from IPython.core.inputtransformer2 import TransformerManager

CALL = "get_ipython()."
UNSEEN = ("indent", "prompt")
EXAMPLES = [
    "%matplotlib inline", "if x:\n  %cd ..", "%time f()", "%timeit -n 5 f()", "x = %time f()", "x = %pwd", "!ls -l", "!!ls",
    "x = !ls", "a, b = !ls", "f?", "?f", "f??", "np.*load*?", "%cd?", ",f a b", ";f a b", "/f a b", "%%time\nx = 1\n%cd ..",
    "%%timeit -n 5 s = 1\ns", "%%bash\nls\n%cd", "%%unknown\nx", "\n%%html\n<b>", "  x = 1\n  !ls", ">>> x = 1\n... !ls",
    "In [1]: x = 1\nIn [2]: %cd", "x = '%cd'", "x = (1\n%cd)", "x = 5 %cd", "ls = 3\nls", "# %cd", "x = 1\n%%time\ny", "y = ??",
    "!ls \\\n  -l\nx = 1", "x = '''\n!ls\n'''", "for i in a: !ls", "x[0]?", "a = b = !ls", "x: int = !ls", "x += %pwd", "if x: %cd",
    "lambda: x?", "x = f?", "print(x)?", "%time x = 1; y = 2", "!ls;", "%", "!", "x = %", "a.b = !ls", "a['b'] = %pwd",
]


def oracle(text):
    """The lines (from 1) on which IPython sees its own syntax; the whole cell when it is that of a cell magic."""
    plain = TransformerManager().transform_cell(text + "\n")
    if plain.startswith("get_ipython().run_cell_magic("):
        return None
    # IPython takes empty lines at the head of a cell away.
    head = text[: len(text) - len(text.lstrip())].count("\n")
    return [number for number, line in enumerate(plain.split("\n"), head + 1) if CALL in line]


def compare(text, magics):
    """What the two disagree about, "" when nothing."""
    seen = [magic for magic in magics if magic["kind"] not in UNSEEN]
    try:
        theirs = oracle(text)
    except SyntaxError:
        return "IPython finds no way to transform the cell"
    heads = [magic["line"] for magic in seen if magic["kind"] == "cell_magic"]
    if theirs is None:
        return "" if heads else "a cell magic for IPython alone"
    if heads:
        return "a cell magic for us alone"
    # Quoting and auto-call become plain calls; IPython leaves no trace of them.
    calls = {magic["line"] for magic in seen if magic["kind"] in ("quote", "auto_call")}
    ours = {magic["line"] for magic in seen} - calls
    # A command that goes on over several lines is put on one by IPython, which moves what follows.
    if "\\\n" in text and len(ours) == len(theirs):
        return ""
    if ours - set(theirs):
        return "for us alone"
    return "for IPython alone" if set(theirs) - ours else ""


def cells(records):
    for line in records:
        script = json.loads(line)
        rows = script["code"].split("\n")
        for cell in script["cells"]:
            magics = [magic for magic in script["magics"] if magic["cell"] == cell["cell"]]
            yield script["path"], cell["cell"], "\n".join(rows[cell["first_row"] - 1 : cell["last_row"]]), magics


def table(nb2py):
    """The records of the examples, one notebook each."""
    notebooks = [
        {"path": repr(text), "notebook": {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": text}]}}
        for text in EXAMPLES
    ]
    lines = "".join(json.dumps(notebook) + "\n" for notebook in notebooks)
    run = subprocess.run([nb2py, "-q", "--magics", "keep"], input=lines, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--list", type=int, default=0, metavar="N")
    parser.add_argument("--table", metavar="NB2PY")
    arguments = parser.parse_args()
    records = table(arguments.table) if arguments.table else sys.stdin
    shown = len(EXAMPLES) if arguments.table else arguments.list
    count = collections.Counter()
    for path, number, text, magics in cells(records):
        # Cells without any of the signs are the same for both, and most; some call IPython by themselves.
        if CALL in text or not (magics or any(sign in text for sign in "%!?")):
            count["nothing to compare"] += 1
            continue
        difference = compare(text, magics)
        count[difference or "the same lines"] += 1
        if difference and count[difference] <= shown:
            print(f"{path} cell {number}: {difference}: {text[:300]!r} {[[it['line'], it['kind']] for it in magics]}")
    print(json.dumps(count, indent=1))
    return 1 if set(count) - {"the same lines", "nothing to compare"} else 0


if __name__ == "__main__":
    sys.exit(main())
