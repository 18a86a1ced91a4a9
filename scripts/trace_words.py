"""Runs programs with the runtime in this very process, and gives back what it would have sent to nbexec.

For interpreters that nbexec cannot start, such as the one that `trace-pyodide.mjs` brings; `nbexec`'s test reads it.
Only for programs of ours: there is no sandbox here.
"""

import io
import json
import signal
import sys

if not hasattr(signal, "setitimer"):
    signal.setitimer = lambda *_times: None

from nalin_runtime import notebook  # noqa: E402
from nalin_runtime.clock import Clock  # noqa: E402


class Channel:
    def __init__(self):
        self.lines = []

    def send(self, message):
        self.send_text(json.dumps(message))

    def send_text(self, message):
        self.lines.append(message)

    def flush(self):
        pass


def words(code, stdin, engine):
    """The lines that the recorder sends for one program."""
    rows = code.count("\n") + 1
    job = {"code": code, "source": code, "cells": [{"cell": 1, "first_row": 1, "last_row": rows}], "seed": 42}
    job.update(timeout=60, cell_timeout=60, stop_on_error=False, trace={"engine": engine, "events": 10000, "per_line": 0})
    channel, clock = Channel(), Clock(60, 60)
    clock.null = io.StringIO()
    execution = notebook.Execution(job, channel, clock, notebook.Recorder(0, channel, clock))
    saved = sys.stdin, sys.stdout, sys.__stdout__
    sys.stdin = io.StringIO(stdin)
    try:
        execution.prepare()
        execution.trace()
        execution.run_cells()
    finally:
        execution.engine.finish()
        sys.stdin, sys.stdout, sys.__stdout__ = saved
        if engine == "monitor":
            sys.monitoring.free_tool_id(execution.engine.TOOL)
    return [line for line in channel.lines if line.startswith('{"k":"t"')]
