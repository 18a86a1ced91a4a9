"""Runs notebooks plain and with probes that record nothing, and compares what can be seen of them.

    nb2py ... | nbinstrument | python3 bench/behaviour.py --root FOLDER --results FILE [--sandbox]

Reads instrumented records. Every notebook runs cell by cell in a process of its own, forked from one that
has imported the usual packages; a cell that raises does not stop it. Compared are the bytes on stdout, of
every cell the type of its exception and the lines of the notebook's own frames, and the names (with
types) at the end. Where plain and instrumented differ, the plain code runs again: if it does not agree with
itself, the difference is the notebook's own (a clock, a thread). Addresses of objects (` at 0x7f…`) move when
anything is allocated: where only they differ, the verdict says so. What differs otherwise is a fault, and the
exit status is 1.

`--sandbox` runs everything in bubblewrap: no network, the file system read-only but for an empty /tmp.
"""

import argparse
import ast
import asyncio
import collections
import hashlib
import inspect
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
import types

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(os.path.dirname(HERE), "crates", "nbinstrument", "tests")
sys.path.insert(0, TESTS)

import null_probe  # noqa: E402

ADDRESS = re.compile(rb" at 0x[0-9a-f]+")
WARM = ["numpy", "pandas", "matplotlib.pyplot", "scipy.stats", "sklearn", "seaborn"]


def main():
    arguments = parse_arguments()
    if arguments.sandbox:
        return in_sandbox(arguments)
    warm_up()
    tally = collections.Counter()
    with open(arguments.results, "w", encoding="utf-8") as results:
        for line in sys.stdin:
            record = json.loads(line)
            outcome = compare(record, arguments)
            tally[outcome["verdict"]] += 1
            for key in ["cells", "cells_ok", "sites", "sites_reached", "calls"]:
                tally[key] += outcome[key]
            results.write(json.dumps(outcome, ensure_ascii=False) + "\n")
            results.flush()
    print(json.dumps(dict(sorted(tally.items()))))
    return 1 if tally["different"] else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", required=True, help="folder that the paths of the records count from")
    parser.add_argument("--results", required=True, help="one JSON line a notebook is written here")
    parser.add_argument("--seconds", type=int, default=30, help="time for one run of one notebook")
    parser.add_argument("--sandbox", action="store_true", help="run in bubblewrap")
    return parser.parse_args()


def in_sandbox(arguments):
    results = os.path.abspath(arguments.results)
    open(results, "w").close()
    command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    # What lies below /tmp and is needed comes back read-only.
    for path in [os.path.abspath(arguments.root), sys.prefix, HERE, TESTS]:
        command += ["--ro-bind", path, path]
    command += ["--bind", results, results, "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--setenv", "HOME", "/tmp", "--setenv", "MPLBACKEND", "Agg", "--setenv", "PYTHONHASHSEED", "0"]
    for threads in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
        command += ["--setenv", threads, "1"]
    command += [sys.executable, os.path.abspath(__file__), "--root", os.path.abspath(arguments.root)]
    command += ["--results", results, "--seconds", str(arguments.seconds)]
    return subprocess.run(command, check=False).returncode


def warm_up():
    for module in WARM:
        try:
            __import__(module)
        except ImportError:
            pass


def compare(record, arguments):
    plain = run(record, record["code"], arguments)
    probed = run(record, record["instrumented_code"], arguments)
    differences = differs(plain, probed)
    verdict = "same"
    if plain["timed_out"] or probed["timed_out"]:
        verdict = "timed_out"
    elif not differences and plain["raw_stdout"] != probed["raw_stdout"]:
        verdict = "same_but_addresses"
    elif differences:
        again = run(record, record["code"], arguments)
        own = set(differs(plain, again))
        verdict = "own_randomness" if set(differences) <= own else "different"
    return {
        "path": record["path"],
        "verdict": verdict,
        "differences": differences,
        "cells": len(plain["cells"]),
        "cells_ok": sum(cell["exception"] == "" for cell in plain["cells"]),
        "sites": len(record["sites"]),
        "sites_reached": len(probed["calls"]),
        "calls": sum(probed["calls"].values()),
        "seconds": [plain["seconds"], probed["seconds"]],
        "shown": [plain["stdout_tail"], probed["stdout_tail"], plain["cells"], probed["cells"]]
        if verdict == "different"
        else [],
    }


def differs(one, other):
    return [key for key in ["stdout", "cells", "names", "died"] if one[key] != other[key]]


def run(record, code, arguments):
    """Runs code in a child; its report comes through a pipe, its output through a file."""
    output = io.FileIO("/tmp/.output-%d" % os.getpid(), "w+")
    reader, writer = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            report = in_child(record, code, output.fileno(), arguments)
            with os.fdopen(writer, "w") as pipe:
                json.dump(report, pipe)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    report, timed_out = read_all(reader, start + arguments.seconds)
    # A report ends when the child has ended, or a moment before: give it time to end by itself.
    ended, status = 0, 0
    for _ in range(0 if timed_out else 100):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.02)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if timed_out or not ended:
        _, status = os.waitpid(child, 0)
    output.seek(0)
    written = output.read()
    output.close()
    clean_tmp()
    report = json.loads(report) if report else {"cells": [], "names": {}, "calls": {}}
    report.update(
        stdout=hashlib.sha256(ADDRESS.sub(b" at 0x0", written)).hexdigest(),
        raw_stdout=hashlib.sha256(written).hexdigest(),
        stdout_tail=written[-2000:].decode("utf-8", "replace"),
        timed_out=timed_out,
        died="" if timed_out else str(status),
        seconds=round(time.monotonic() - start, 2),
    )
    return report


def read_all(reader, deadline):
    import select

    chunks = []
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return b"", True
            chunk = pipe.read(1 << 16)
            if not chunk:
                return b"".join(chunks), False
            chunks.append(chunk)


def clean_tmp():
    for name in os.listdir("/tmp"):
        path = os.path.join("/tmp", name)
        try:
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        except OSError:
            pass  # A mount of the sandbox.


def in_child(record, code, output, arguments):
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_CPU, (arguments.seconds, arguments.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 27, 1 << 27))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    folder = os.path.dirname(os.path.join(arguments.root, record["path"]))
    os.chdir(folder)
    sys.path.insert(0, folder)
    seed()
    calls = null_probe.install()
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    lines = code.split("\n")
    cells = []
    for cell in record["cells"]:
        text = "\n".join(lines[cell["first_row"] - 1 : cell["last_row"]])
        cells.append({"cell": cell["cell"], **run_cell(cell["cell"], text, main.__dict__)})
    sys.stdout.flush()
    names = {key: type(value).__name__ for key, value in sorted(main.__dict__.items()) if key != "__builtins__"}
    return {"cells": cells, "names": names, "calls": calls}


def seed():
    import random

    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)


def run_cell(number, text, space):
    name = "<cell %d>" % number
    try:
        code = compile(text, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = eval(code, space)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(result)
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = [[frame.filename, frame.lineno, frame.name] for frame in frames if frame.filename.startswith("<cell ")]
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == name else 0
        return {"exception": type(error).__name__, "places": places, "line": line}
    return {"exception": "", "places": [], "line": 0}


if __name__ == "__main__":
    sys.exit(main())
