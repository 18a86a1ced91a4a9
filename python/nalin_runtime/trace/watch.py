"""What `sys.settrace` and `sys.monitoring` have in common: frames and lines in, events out.

Both say a line before it runs. What the line before has changed is found by a look at all names of the frame, which is
dear: these engines are the reference, and for programs that must not be changed.
"""

import sys

from ..notebook import FILENAME
from .lines import Lines
from .recorder import ELIDED, LINE

_TOLD_TWICE = sys.version_info < (3, 10)
CLOSED = "closed"  # a generator's frame that nobody wants any more


class Watch:
    """Frames of the interpreter as frames of the recorder."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.lines = Lines()
        self.known = {}  # by the frame's `id`, as long as it lives
        self.runs = {}
        recorder.at_end, recorder.exact = self.finish, True

    def install(self):
        """Nothing is put anywhere."""

    def change(self, tree):
        """Trees stay as they are."""
        self.lines.add(tree)

    def prepare(self, code):
        """The code is about to run."""

    def frame(self, frame):
        """The recorder's frame of one of the interpreter's; `None` when it is not recorded."""
        if frame.f_code.co_name == "<module>":
            return self.recorder.frames[0] if frame.f_code.co_filename == FILENAME else None
        return self.known.get(id(frame))

    def is_ours(self, code):
        """Whether the code is a function or class of the program."""
        return code.co_filename == FILENAME and (code.co_name, code.co_firstlineno) in self.lines.functions

    def called(self, frame):
        """A frame begins."""
        code = frame.f_code
        if _TOLD_TWICE and code.co_name == "__exit__" and self.frame(frame.f_back) is self.recorder.frames[-1]:
            self.recorder.compare(self.recorder.frames[-1], frame.f_back.f_locals)
        taken, own = self.lines.functions[code.co_name, code.co_firstlineno]
        variables = frame.f_locals
        function = self.recorder.function(code.co_name, code.co_firstlineno)
        parameters = [(name, variables[name]) for name in taken if name in variables]
        self.known[id(frame)] = self.recorder.call(function, own, parameters)

    def resumed(self, frame):
        """A generator goes on. That is told when it does something: it may only be thrown away."""
        found = self.known.get(id(frame))
        if found is not None and found.waits:
            self.recorder.frames.append(found)

    def at_work(self, found):
        if found.waits:
            frames = self.recorder.frames
            first = next(place for place, frame in enumerate(frames) if frame.waits)
            going_on, frames[first:] = frames[first:], ()
            for frame in going_on:
                self.recorder.resume(frame)

    def line(self, frame, line):
        """A line is about to run."""
        found = self.frame(frame)
        if found is None or found.state is CLOSED:
            return
        self.at_work(found)
        recorder = self.recorder
        start, size, silent = self.lines.statement(line)
        if found.number >= 0 and start == frame.f_code.co_firstlineno:
            return  # what Python does for itself at the beginning of a class
        runs = self.runs[start] = self.runs.get(start, 0) + 1
        if recorder.per_line and runs > recorder.per_line:
            if runs == recorder.per_line + 1:
                recorder.note(ELIDED)
            found.state = start
            return
        before, going_on = found.state, start == found.state
        place, found.place = found.place, frame.f_lasti
        if going_on and start in self.lines.comprehends:
            return  # since Python 3.12 comprehensions run here
        if going_on and start in self.lines.withs and found.begun.get(start, place) != frame.f_lasti:
            return  # one of several managers has swallowed an exception, and those around it are left
        recorder.compare(found, frame.f_locals)
        if silent:
            return
        ended, found.ends, found.state = found.ends, False, start
        # A line that is told again without a step back has not begun again.
        going_on &= size != 1 or frame.f_lasti > place
        leaves_with = before is not None and start < before <= self.lines.withs.get(start, 0)
        if not going_on and not leaves_with and not (_TOLD_TWICE and self.told(start, before, ended)):
            recorder.note(LINE, start)
            if start in self.lines.withs:
                found.begun[start] = frame.f_lasti

    def told(self, start, before, ended):
        """Whether this is what Python before 3.10 tells again when `with` and `finally` are left."""
        if start == before and ended:
            return any(first < start <= last for first, last in self.lines.withs.items())
        first, last = self.lines.finals.get(start, (0, -1))
        return before is not None and first <= before <= last

    def returned(self, frame, value, unwound=False):
        """The frame ends, with a value if by no exception."""
        found = self.known.pop(id(frame), None)
        if found is None:
            if frame.f_code.co_name == "<module>":
                self.recorder.compare(self.recorder.frames[0], frame.f_locals)
            return
        if found.state is CLOSED:
            return self.recorder.frames.remove(found)
        self.at_work(found)
        self.recorder.compare(found, frame.f_locals)
        found.ends = unwound
        found.value = None if self.is_class(frame.f_code) else value
        self.recorder.leave(found)

    def unwound(self, frame):
        """The frame ends by an exception."""
        self.returned(frame, None, True)

    def yielded(self, frame, value):
        """The frame waits."""
        found = self.known.get(id(frame))
        if found is not None and found.state is not CLOSED:
            self.at_work(found)
            self.recorder.compare(found, frame.f_locals)
            self.recorder.wait(found, value)

    def arrived(self, frame, error, line):
        """An exception is in the frame."""
        found = self.frame(frame)
        if found is None or found.state is CLOSED:
            return
        found.ends = True
        if found.raised is error:
            return
        start = self.lines.statement(line)[0]
        if found.waits and issubclass(type(error), GeneratorExit):
            found.waits, found.state = False, CLOSED
        elif not (issubclass(type(error), StopIteration) and start in self.lines.iterates):
            self.at_work(found)
            self.recorder.compare(found, frame.f_locals)
            self.recorder.arrive(found, error, start)

    def is_class(self, code):
        return not code.co_flags & 2  # without fast locals: the body of a class
