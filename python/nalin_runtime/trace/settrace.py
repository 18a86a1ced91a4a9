"""The engine on `sys.settrace`: any Python, slow."""

import dis
import sys

from .watch import Watch

_GENERATOR = 0x20
_RETURNS = {dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap}


def _yields(code, place):
    """Whether a frame that stops at this place waits: the place is told in three ways by as many versions."""
    operations = code.co_code
    if operations[place] == dis.opmap["YIELD_VALUE"]:
        return True
    if sys.version_info < (3, 11):
        return operations[place + 2 : place + 3] == bytes([dis.opmap["YIELD_FROM"]])
    return operations[place] == dis.opmap["RESUME"] and operations[place + 1] & 3 != 0


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
            if not issubclass(type(error), BaseException):
                error = value[0](*(() if error is None else (error,)))
            self.arrived(frame, error, frame.f_lineno)
        elif event == "return":
            self.ended(frame, value)
        return self.inside

    def ended(self, frame, value):
        """The frame returns, yields, or is left by an exception, which are all the same event."""
        code, place, found = frame.f_code, frame.f_lasti, self.known.get(id(frame))
        waits = code.co_flags & _GENERATOR and place >= 0 and _yields(code, place)
        if waits and not (value is None and found is not None and found.ends):
            self.yielded(frame, value)
        elif waits or place >= 0 and value is None and code.co_code[place] not in _RETURNS:
            self.unwound(frame)
        else:
            self.returned(frame, value)
