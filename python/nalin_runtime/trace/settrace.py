"""The engine on `sys.settrace`: any Python, slow."""

import dis
import sys

from .watch import Watch

_YIELDS = {dis.opmap[name] for name in ("YIELD_VALUE", "YIELD_FROM", "SEND") if name in dis.opmap}
_GENERATOR = 0x20
_CREATES = dis.opmap.get("RETURN_GENERATOR")


class Tracing(Watch):
    """The engine."""

    name = "settrace"

    def start(self):
        if self.recorder.on:
            sys.settrace(self.trace)

    def finish(self):
        sys.settrace(None)

    def trace(self, frame, event, _value):
        """Called for every frame that begins or goes on."""
        code = frame.f_code
        if not self.recorder.on:
            return None
        if code.co_name == "<module>":
            return self.inside if self.frame(frame) is not None else None
        if not self.is_ours(code):
            return None
        if id(frame) in self.known and code.co_flags & _GENERATOR:
            self.resumed(frame)
        else:
            self.called(frame)
        return self.inside

    def inside(self, frame, event, value):
        """Called for what happens in it."""
        if not self.recorder.on:
            return None
        if event == "line":
            self.line(frame, frame.f_lineno)
        elif event == "exception":
            error = value[1]
            if not isinstance(error, BaseException):
                error = value[0](*(() if error is None else (error,)))
            self.arrived(frame, error, frame.f_lineno)
        elif event == "return":
            self.ended(frame, value)
        return self.inside

    def ended(self, frame, value):
        code, found = frame.f_code, self.known.get(id(frame))
        operation = code.co_code[frame.f_lasti] if frame.f_lasti >= 0 else None
        if code.co_flags & _GENERATOR and operation in _YIELDS and not self.is_ending(found, value):
            self.yielded(frame, value)
        elif value is None and found is not None and found.raised is not None and operation not in _RETURNS:
            self.unwound(frame)
        else:
            self.returned(frame, value)

    @staticmethod
    def is_ending(found, value):
        """An exception at a `yield` ends the frame with the position still there."""
        return value is None and found is not None and found.raised is not None and not found.waits


_RETURNS = {dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap}
