"""A notebook without walls: the parts of an attack one after another in forks of this process, recorded as one would at
first, with an alarm for the only limit. What succeeds here must fail behind the walls.

usage: without_walls.py FILE, a JSON list of parts, each a list of cells. Prints of the last part, a JSON object a line,
each `result` and then its `outcome`.
"""

import builtins
import json
import os
import resource
import select
import signal
import sys


class Late(Exception):
    pass


def late(*_):
    raise Late


def record(site, value):
    type(value).__name__, getattr(value, "_fields", None)
    if hasattr(type(value), "__len__"):
        len(value)
    text = str(value) if isinstance(value, str) else repr(value)
    if site == 0:
        builtins._told.append(text)


def run(cells, out):
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    builtins._nalin_t, builtins._told, outcome = record, [], "ok"
    signal.signal(signal.SIGALRM, late)
    signal.alarm(1)
    for cell in cells:
        try:
            exec(compile(cell, "<cell>", "exec"), namespace)
        except Late:
            outcome, builtins._told = "stopped", []
            break
        except BaseException as error:
            outcome = "cell_errors"
            str(error)
            sys.excepthook(type(error), error, error.__traceback__)
    print()
    sys.stdout.flush()
    signal.alarm(0)
    for text in builtins._told:
        os.write(out, json.dumps({"result": text}).encode() + b"\n")
    os.write(out, json.dumps({"outcome": outcome}).encode() + b"\n")


def listen(told, child):
    """What a child says until it has ended, which is not until all that it started has: a pipe holds 64 kB, so whoever
    waits first may wait for ever."""
    said, is_over = b"", False
    while True:
        if select.select([told], [], [], 0 if is_over else 0.01)[0]:
            more = os.read(told, 1 << 16)
            said += more
            if more:
                continue
        if is_over:
            return said
        is_over = os.waitpid(child, os.WNOHANG)[0] == child


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 1))
    with open(sys.argv[1]) as file:
        parts = json.load(file)
    for part in parts:
        told, telling = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            run(part, telling)
            return
        os.close(telling)
        said = listen(told, child)
        os.close(told)
    if b'"outcome"' not in said:
        said += b'{"outcome": "killed"}\n'
    os.write(1, said)


main()
