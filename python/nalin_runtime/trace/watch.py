"""What `sys.settrace` and `sys.monitoring` have in common: frames and lines in, events out.

Both say a line before it runs. What the line before has changed is found by a look at all names of the frame, which is
dear: these engines are the reference, and for programs that must not be changed.
"""

from ..notebook import FILENAME
from .lines import Lines
from .recorder import ELIDED, LINE

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
            self.recorder.frames.pop()
            self.recorder.resume(found)

    def line(self, frame, line):
        """A line is about to run."""
        found = self.frame(frame)
        if found is None or found.state is CLOSED:
            return
        self.at_work(found)
        recorder = self.recorder
        start, size, silent = self.lines.statement(line)
        runs = self.runs[start] = self.runs.get(start, 0) + 1
        if recorder.per_line and runs > recorder.per_line:
            if runs == recorder.per_line + 1:
                recorder.note(ELIDED)
            found.state = start
            return
        recorder.compare(found, frame.f_locals)
        if silent:
            return
        before, found.state = found.state, start
        goes_on = start == before and size != 1
        leaves_with = before is not None and start < before <= self.lines.withs.get(start, 0)
        if not goes_on and not leaves_with:
            recorder.note(LINE, start)

    def returned(self, frame, value):
        """The frame ends with a value."""
        found = self.known.pop(id(frame), None)
        if found is None:
            return
        if found.state is CLOSED:
            return self.recorder.frames.remove(found)
        self.at_work(found)
        self.recorder.compare(found, frame.f_locals)
        found.value = None if self.is_class(frame.f_code) else value
        self.recorder.leave(found)

    def unwound(self, frame):
        """The frame ends by an exception."""
        found = self.known.get(id(frame))
        if found is not None:
            found.ends = True
            self.returned(frame, None)

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
        if found is None or found.state is CLOSED or found.raised is error:
            return
        if found.waits and isinstance(error, GeneratorExit):
            found.waits, found.state = False, CLOSED
            return
        self.at_work(found)
        self.recorder.compare(found, frame.f_locals)
        self.recorder.arrive(found, error, self.lines.statement(line)[0])

    def is_class(self, code):
        return not code.co_flags & 2  # without fast locals: the body of a class
