"""State-change traces: which line ran, and what it changed.

`recorder` collects events and sends them, `text` says what a value looks like, `lines` knows which lines are
statements. Three engines feed the recorder and give the same events: `rewrite` puts calls into the program's
tree, `monitor` uses `sys.monitoring` (Python 3.12 and later) and `settrace` uses `sys.settrace`; the last two
share `watch`.
"""


import io
import sys

from .recorder import Output, Recorder


def output(recorder):
    """The program's stdout, which tells the recorder what is written."""
    stream = Output(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8", "backslashreplace")
    stream.recorder = recorder
    sys.__stdout__ = stream
    return stream


def engine(name):
    """The class of an engine."""
    if name == "rewrite":
        from .rewrite import Rewriting as found
    elif name == "monitor":
        from .monitor import Monitoring as found
    else:
        from .settrace import Tracing as found
    return found


def start(job, channel, clock):
    """The engine that a job asks for, with a recorder that writes to `channel`."""
    wanted = job["trace"]
    return engine(wanted["engine"])(Recorder(channel, clock, wanted["events"], wanted["per_line"]))
