"""A program's own tracing and profiling functions see its frames and those of its libraries, not those of the runtime.

A probe is a call in the middle of a program: `sys.settrace` and `sys.setprofile` would tell of it.
"""

import os
import sys
import threading

from .own import builtins as __builtins__  # noqa: F401

_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


def hide():
    """Stands between a program and the two functions."""
    for name in ("trace", "profile"):
        install, find = _between(getattr(sys, "set" + name))
        setattr(sys, "set" + name, install)
        setattr(sys, "get" + name, find)


def _is_ours(frame):
    """Whether a frame is the runtime's, or of a library at work for it: the program is not between the two."""
    while frame is not None and frame.f_code.co_filename != "<notebook>":
        if frame.f_code.co_filename.startswith(_FOLDER):
            return True
        frame = frame.f_back
    return False


def _between(install):
    functions = {}  # by thread: what the program has installed

    def install_hidden(function):
        if function is None:
            functions.pop(threading.get_ident(), None)
            return install(None)

        def watch(frame, event, argument):
            return None if _is_ours(frame) else function(frame, event, argument)

        functions[threading.get_ident()] = function
        install(watch)

    return install_hidden, lambda: functions.get(threading.get_ident())
