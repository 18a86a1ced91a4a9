"""The engine on `sys.monitoring`, Python 3.12 and later: only the program's own code is watched."""

import sys
import threading
import types

from .watch import Watch


class Monitoring(Watch):
    """The engine."""

    name = "monitor"
    TOOL = 2  # what profilers have

    def install(self):
        monitoring, events = sys.monitoring, sys.monitoring.events
        self.main = threading.get_ident()
        monitoring.use_tool_id(self.TOOL, "nalin")
        self.local = events.PY_START | events.PY_RESUME | events.PY_RETURN | events.PY_YIELD | events.LINE
        self.everywhere = events.RAISE | events.RERAISE | events.PY_THROW | events.PY_UNWIND
        for event, call in (
            (events.PY_START, lambda frame, _offset: self.called(frame)),
            (events.PY_RESUME, lambda frame, _offset: self.resumed(frame)),
            (events.PY_RETURN, lambda frame, _offset, value: self.returned(frame, value)),
            (events.PY_YIELD, lambda frame, _offset, value: self.yielded(frame, value)),
            (events.LINE, lambda frame, line: self.line(frame, line)),
            (events.RAISE, self.error),
            (events.RERAISE, self.error),
            (events.PY_THROW, self.thrown),
            (events.PY_UNWIND, lambda frame, _offset, _error: self.unwound(frame)),
        ):
            monitoring.register_callback(self.TOOL, event, self.ours(call))

    def ours(self, call):
        """A callback for the frames of the main thread that are the program's."""

        def callback(code, *arguments):
            if threading.get_ident() == self.main and self.recorder.on:
                if code.co_name == "<module>" or self.is_ours(code):
                    call(sys._getframe(1), *arguments)

        return callback

    def thrown(self, frame, _offset, error):
        self.resumed(frame)
        self.arrived(frame, error, frame.f_lineno)

    def error(self, frame, _offset, error):
        self.arrived(frame, error, frame.f_lineno)

    def prepare(self, code):
        """Asks for the events of the program's code, and of nothing else."""
        if code.co_name == "<module>" or self.is_ours(code):
            sys.monitoring.set_local_events(self.TOOL, code, self.local)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self.prepare(constant)

    def called(self, frame):
        if frame.f_code.co_name != "<module>":
            super().called(frame)

    def start(self):
        if self.recorder.on:
            sys.monitoring.set_events(self.TOOL, self.everywhere)

    def finish(self):
        sys.monitoring.set_events(self.TOOL, 0)
