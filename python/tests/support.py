"""What the tests share: the way to the runtime, and a notebook that runs in a process of its own."""

import importlib.util
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def has(package):
    """Whether tests of a package can run; `make test` says that all must, installed or not."""
    return "NALIN_TEST_ALL" in os.environ or importlib.util.find_spec(package) is not None


def run(cells, sites=10, ipython=None, **options):
    """Runs cells in a fork, as if IPython were (`preloaded`, `installed`, absent: None); all that it said, exit code."""
    from nalin_runtime import channel, notebook, shell

    rows, table = [], []
    for number, text in enumerate(cells, 1):
        rows.append("# %%%% [cell %d]" % number)
        first = len(rows) + 1
        rows += text.split("\n")
        table.append({"cell": number, "first_row": first, "last_row": len(rows)})
    job = {"code": "\n".join(rows), "cells": table, "sites": sites, "timeout": 20, "cell_timeout": 10, "seed": 1}
    job["source"] = "\n".join(re.sub(r"; _nalin_t\(\d+, \w+\)", "", row) for row in rows)
    job.update({"per_site": "spread:3", "max_values": 1000, "stop_on_error": False}, **options)
    reader, writer = os.pipe()
    shared = channel.open_shared()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.dup2(os.dup(writer), 3)
            os.dup2(os.dup(shared), 4)
            os.closerange(5, 100)
            if ipython == "preloaded":
                assert shell.ipython()
            elif ipython is None:
                shell.ipython = lambda: None
            notebook.run(job, 3, 4)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    said = b""
    while True:
        data = os.read(reader, 1 << 16)
        if not data:
            break
        said += data
    _pid, status = os.waitpid(pid, 0)
    said += left_behind(shared)
    os.close(reader)
    os.close(shared)
    words = [json.loads(line) for line in said.splitlines() if line]
    return words, (os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))


def left_behind(shared):
    """What the server would read of the lines that were not written any more."""
    from nalin_runtime import channel

    buffer = memoryview(bytearray(1 << 10))
    return b"".join(bytes(buffer[:size]) for size in channel.left_behind(shared, buffer))


def texts(words, site=0):
    """Occurrence and text of each value of a site; `~` marks one that was only the last of its cell."""
    return [("~" if word["p"] else "") + "%d:%s" % (word["n"], word["v"][7]) for word in words if word["k"] == "v" and word["s"] == site]


def statuses(words):
    return [(word["status"], word["exception"], word["line"]) for word in words if word["k"] == "c"]
