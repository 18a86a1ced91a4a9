#!/usr/bin/env python3
"""Proves that no program takes more than in proportion to what it reads: of strangers' files with very many names, sites,
cells, columns, values and records, each shape at N and at 2 N, in CPU seconds.

usage: scripts/scaling.py BIN [--python PYTHON] [--most N] [PROGRAM/SHAPE …]   (make test-scaling)

N begins small and doubles until a program takes half a second for it, or N is the most; twice as much may take no more
than three times as long, and a run no more than a minute. Prints a line for each; status 1 if there is one that does not
keep to it. Of what starts and loads a model the time for a small file is taken off first.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile

FIRST = 16000
ENOUGH = 0.5  # CPU seconds that can be compared
MOST_SECONDS = 60
MOST_RATIO = 3


# --- Shapes: what a stranger may write, with a number in it ---------------------------------------------------------------
def numbered(template, n, between="\n"):
    return between.join(template.replace("@", str(number)) for number in range(n))


SOURCES = {  # of one cell
    "names": lambda n: numbered("name@ = @", n),
    "one name": lambda n: numbered("value = @", n),
    "columns": lambda n: numbered("c@ = @", n, "; "),
    "reads": lambda n: "value = 1\n" + numbered("print(value)", n),
    "targets": lambda n: numbered("t@", n, " = ") + " = 1",
    "unpacked": lambda n: numbered("u@", n, ", ") + " = range(9)",
    "functions": lambda n: numbered("def f@(a, b=@):\n    return a", n),
    "parameters": lambda n: "def f(%s):\n    return 1" % numbered("p@=@", n, ", "),
    "calls": lambda n: "def f(): return n\n" + numbered("f()", n),
    "calls of what reads much": lambda n: "def f(): return %s\n%s\n%s"
    % (numbered("r@", n, ", "), numbered("r@ = 1", n), numbered("f()", n)),
    "missing names": lambda n: "def f():\n  if x:\n   return %s\n%s" % (numbered("m@", n, ", "), numbered("f()", n)),
    "deleted names": lambda n: "def f(): return x\n" + numbered("x = 1; f(); del x", n),
    "attributes": lambda n: numbered("self.a@ = @", n),
    "chain of attributes": lambda n: "x" + numbered(".a@", min(n, 20000), ""),
    "dictionary": lambda n: "d = {%s}" % numbered("'k@': @", n, ", "),
    "set": lambda n: "s = {%s}" % numbered("@", n, ", "),
    "long text": lambda n: 't = """%s"""' % ("text\n" * n),
    "comments": lambda n: numbered("# comment @", n),
    "silencing comments": lambda n: numbered("x@ = 1  # nalin: ignore", n),
    "imports": lambda n: numbered("import module@", n),
    "aliases": lambda n: "import %s" % numbered("m@ as n@", n, ", "),
    "escapes": lambda n: numbered("%magic @", n),
    "shell": lambda n: numbered("!pip install p@", n),
    "shell assigned": lambda n: numbered("x@ = !ls", n),
    "captured": lambda n: numbered("%capture out@", n),
    "unsure names": lambda n: "if x:\n    pass\n" + numbered("if a@:\n    b@", n),
    "help": lambda n: numbered("x@?", n),
    "handlers": lambda n: numbered("try:\n    a@\nexcept E@ as e:\n    pass", n),
    "classes": lambda n: numbered("class C@:\n    x = @", n),
    "globals": lambda n: numbered("def g@():\n    global v@\n    v@ = 1", n),
    "comprehensions": lambda n: numbered("l@ = [i for i in range(3) if i]", n),
    "walrus": lambda n: "(%s)" % numbered("(w@ := @)", n, ", "),
    "open": lambda n: numbered("open('file@.csv')", n),
    "lambdas": lambda n: numbered("f@ = lambda x: x", n),
    "broken lines": lambda n: numbered("x@ = = 1", n),
    "joined lines": lambda n: "x = 1" + numbered(" + \\\n @", min(n, 20000), ""),
    "brackets": lambda n: "x = [" + "\n" * n + "]",
    "strings side by side": lambda n: "x = (%s)" % numbered("'s@'", n),
    "subscripts": lambda n: numbered("d[@] = @", n),
}


def cell(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def notebook(cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def error(number):
    return {"output_type": "error", "ename": "NameError", "evalue": "name 'x%d' is not defined" % number,
            "traceback": ["NameError"]}


NOTEBOOKS = {name: lambda n, source=source: notebook([cell(source(n))]) for name, source in SOURCES.items()}
NOTEBOOKS |= {
    "cells": lambda n: notebook([cell("x%d = %d" % (k, k)) for k in range(n)]),
    "cells of one text": lambda n: notebook([cell("x = 1") for _ in range(n)]),
    "cells that fail": lambda n: notebook([cell("n%d = n%d" % (k, k + 1), outputs=[error(k)]) for k in range(n)]),
    "cells of escapes": lambda n: notebook([cell("x%d = !ls" % k) for k in range(n)]),
    "cells of broken code": lambda n: notebook([cell("x%d = = 1" % k) for k in range(n)]),
    "empty cells": lambda n: notebook([cell("") for _ in range(n)]),
    "lines as a list": lambda n: notebook([cell(["x%d = 1\n" % k for k in range(n)])]),
    "outputs": lambda n: notebook([cell("x", outputs=[error(k) for k in range(n)])]),
    "frames": lambda n: notebook([cell("x", outputs=[dict(error(1), traceback=["frame %d" % k for k in range(n)])])]),
    "tags": lambda n: notebook([cell("x", metadata={"tags": ["tag%d" % k for k in range(n)]})]),
    "metadata": lambda n: notebook([cell("x", metadata={"key%d" % k: k for k in range(n)})]),
    "order of running": lambda n: notebook([cell("x%d = 1" % k, execution_count=n - k) for k in range(n)]),
}


def source_lines(texts):
    return "".join(json.dumps({"path": "r/n%d.ipynb" % k, "notebook": text}) + "\n" for k, text in enumerate(texts))


# Many small notebooks, a line each.
STREAMS = {
    "notebooks": lambda n: source_lines(notebook([cell("x%d = f(y%d, %d)" % (k, k * 7, k))]) for k in range(n)),
    "copies": lambda n: source_lines(notebook([cell("x = f(y, 1)\n" * 9)]) for _ in range(n)),
    "near copies": lambda n: source_lines(notebook([cell("x = f(y, 1)\nz = %d\n" % k * 9)]) for k in range(n)),
}
CRASHES = {name: NOTEBOOKS[name] for name in ("cells that fail", "outputs", "frames")}
CRASHES["notebooks that fail"] = lambda n: source_lines(notebook([cell("x%d" % k, outputs=[error(k)])]) for k in range(n))
CRASHES["notebooks that fail alike"] = lambda n: source_lines(notebook([cell("x", outputs=[error(1)])]) for k in range(n))


def value(text="1", kind="int", length=-1):
    return {"type": kind, "len": length, "rank": -1, "shape": [], "size": -1, "dtype": "", "iterable": False,
            "text": text, "text_chars": len(text)}


def site(name, number):
    return {"name": name, "kind": "assign", "cell": 1, "line": number + 1, "column": 1, "row": number + 1,
            "physical_line": 1, "scope": "", "text": name + " = 1", "pragma": ""}


def assignment(number, name, held, repo="r", path="r/n.ipynb"):
    return {"schema": "assignment/1", "id": "%016x" % number, "notebook": path, "path": path, "repo": repo,
            "language_version": "", "duplicate_of": "", "site": site(name, number), "value": held, "occurrence": 1,
            "occurrences": 1, "evidence": "run"}


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


ASSIGNMENTS = {
    "names": lambda n: lines(assignment(k, "name_of_%d" % k, value(str(k))) for k in range(n)),
    "values of one name": lambda n: lines(assignment(k, "total", value(str(k))) for k in range(n)),
    "types of one name": lambda n: lines(assignment(k, "total", value("x", "Type%d" % k)) for k in range(n)),
    "copies": lambda n: lines(assignment(0, "total", value("1")) for k in range(n)),
    "repositories": lambda n: lines(assignment(k, "total", value("1"), "r%d" % k, "r%d/n.ipynb" % k) for k in range(n)),
    "words of one name": lambda n: lines([assignment(0, "_".join(["ab"] * n), value("1"))]),
    "words of one type": lambda n: lines([assignment(0, "total", value("x", "Ab" * n))]),
}


def trace(code, names, values, events, **more):
    return {"schema": "trace/1", "id": "%016x" % len(code), "notebook": "n", "path": "r/n.py", "repo": "r",
            "language": "python", "python": "3.11", "engine": "rewrite", "code": code, "outcome": "ok", "exception": "",
            "message": "", "line": 0, "truncated": False, "names": names, "values": values, "initial": [],
            "events": events, "stdout": "", "stdin": "", "argv": [], **more}


def run(folder, program, arguments, text, most=MOST_SECONDS):
    """CPU seconds of a program and of what it starts; `None`: it takes more than allowed."""
    path = os.path.join(folder, "input")
    with open(path, "w") as file:
        file.write(text)
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))  # noqa: E731
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(path) as stdin, open(os.path.join(folder, "said"), "w") as said:
        status = subprocess.run([program, *arguments], stdin=stdin, stdout=subprocess.DEVNULL, stderr=said,
                                preexec_fn=limit, cwd=folder).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if status < 0 or seconds >= most:
        return None
    if status not in (0, 1):
        with open(os.path.join(folder, "said")) as said:
            raise SystemExit("scaling: %s: status %d: %s" % (os.path.basename(program), status, said.read()[:500]))
    return seconds


COMMON = ["--quiet", "--jobs", "1", "--rejects", "/dev/null", "--max-record-bytes", str(1 << 30)]
EXECUTE = ["--preload=", "--max-values", "10000000", "--timeout", "600", "--cell-timeout", "600", "--cpu", "600",
           "--memory-mb", "8192", "--sandbox", "none"]
# Name: what makes its input of a shape, its command, the shapes.
PROGRAMS = {
    "nb2py": ([], ["nb2py"], NOTEBOOKS | STREAMS),
    "nbinstrument": (["nb2py"], ["nbinstrument", "--hooks", "all"], NOTEBOOKS),
    "nbliterals": (["nb2py"], ["nbliterals", "--types"], NOTEBOOKS),
    "nbexec": (["nb2py", "nbinstrument"], ["nbexec", *EXECUTE], NOTEBOOKS),
    "nbexec-trace": (["nb2py"], ["nbexec", "--trace", "--trace-events", "10000000", *EXECUTE], NOTEBOOKS),
    "nbcrashes": ([], ["nbcrashes"], NOTEBOOKS | STREAMS | CRASHES),
    "nbcrashes-predict": ([], ["nbcrashes", "--predict", "--format", "jsonl", "--min-score", "0"], NOTEBOOKS | STREAMS),
    "crash-filter": (["nbcrashes"], ["crash-filter"], CRASHES),
    "crash-norm": (["nbcrashes"], ["crash-norm"], CRASHES),
    "crash-cluster": (["nbcrashes", "crash-norm"], ["crash-cluster"], CRASHES),
    "crash-label": (["nbcrashes", "crash-norm", "crash-cluster"], ["crash-label"], CRASHES),
    "assign-merge": ([], ["assign-merge"], ASSIGNMENTS),
    "negsample": (["assign-merge"], ["negsample"], ASSIGNMENTS),
    "nalin-score": (["assign-merge"], ["nalin-score"], ASSIGNMENTS),
    **{"nalin-score-" + how: (["assign-merge"], ["nalin-score", "--format", how, "--min-score", "0"], ASSIGNMENTS)
       for how in ("html", "sarif", "text")},
    **{program: (["nbexec-trace"], [program], NOTEBOOKS)
       for program in ("trace-check", "trace-dedup", "trace-pack", "trace-stats", "trace-tasks", "trace-text")},
    "trace-text-states": (["nbexec-trace"], ["trace-text", "--style", "inline"], NOTEBOOKS),
    "trace-text-tokens": (["nbexec-trace"], ["trace-text", "--max-tokens", "1000"], NOTEBOOKS),
}


class Bench:
    def __init__(self, folder, programs, python):
        self.folder, self.programs, self.python = folder, programs, python

    def command(self, name):
        program, *arguments = PROGRAMS[name][1]
        if program == "nbexec":
            arguments = ["--python", self.python, "--root", self.folder, *arguments]
        return [os.path.join(self.programs, program), *arguments, *COMMON]

    def input(self, name, text):
        for stage in PROGRAMS[name][0]:
            # A stage's input is made by those before it, its own among them.
            text = self.input(stage, text) if PROGRAMS[stage][0] and stage == "nbexec-trace" else text
            done = subprocess.run(self.command(stage), input=text, text=True, cwd=self.folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, errors="surrogatepass")
            text = done.stdout
        return text

    def seconds(self, name, shape, n):
        text = PROGRAMS[name][2][shape](n)
        if PROGRAMS[name][2][shape] is NOTEBOOKS.get(shape):
            text = source_lines([text])
        program, *arguments = self.command(name)
        return run(self.folder, program, arguments, self.input(name, text))

    def compare(self, name, shape, most):
        """Whether twice as much takes about twice as long, and a line that says so."""
        idle = self.seconds(name, shape, 10) or 0
        n = FIRST
        before = self.seconds(name, shape, n)
        while before is not None and before - idle < ENOUGH and n < most:
            n = min(2 * n, most)
            before = self.seconds(name, shape, n)
        if before is None:
            return False, "%d: more than %d s" % (n, MOST_SECONDS)
        after = self.seconds(name, shape, 2 * n)
        if after is None:
            return False, "%d: %.2f s, %d: more than %d s" % (n, before, 2 * n, MOST_SECONDS)
        ratio = (after - idle) / max(before - idle, 0.01)
        said = "%d: %.2f s, %d: %.2f s, ratio %.2f" % (n, before, 2 * n, after, ratio)
        return ratio <= MOST_RATIO or after - idle < ENOUGH, said


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("programs")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--most", type=int, default=64000)
    parser.add_argument("only", nargs="*")
    given = parser.parse_intermixed_args()
    wanted = lambda name, shape: not given.only or name in given.only or name + "/" + shape in given.only  # noqa: E731
    status, compared = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, os.path.abspath(given.programs), os.path.abspath(given.python)
                      if os.sep in given.python else given.python)
        for name, (_, _, shapes) in PROGRAMS.items():
            for shape in shapes:
                if wanted(name, shape):
                    holds, said = bench.compare(name, shape, given.most)
                    status |= not holds
                    compared += 1
                    print("%s\t%s/%s\t%s" % ("ok" if holds else "TOO LONG", name, shape, said), flush=True)
    print("scaling: %d shapes of %d programs, %s" % (compared, len(PROGRAMS), "too long" if status else "all in proportion"))
    return status


sys.exit(main())
