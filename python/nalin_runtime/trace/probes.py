"""What the code that `rewrite` has changed calls: each says to the recorder what it was put there for.

A probe is told its number, by which it finds its line, its names and whether it is recorded; the fast ones are told at
once what they would look up by it.
"""

import _thread
import builtins
import sys
import threading

from .lines import Lines
from .recorder import DELETE, DONE, ELIDED, PART, PLAIN, SITE


_CANNOT_CHANGE = PLAIN | {id(bool), id(str)}
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__


def _program_frame():
    """The frame that a probe was called in, however many functions of this file are between."""
    frame = sys._getframe(1)
    while frame.f_globals is _HERE:
        frame = frame.f_back
    return frame


_HERE = globals()


class Probes:
    """The probes of one program, by their numbers."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.lines = Lines(False)
        self.on = []  # by number of a probe: whether it is recorded
        self.code = []  # what it appends: the number of its line or site
        self.names = []  # the names that it is about
        self.functions = []  # number, own names and parameters' names
        self.runs = []  # by number of a probe: how often it may still run
        self.elided = False  # whether one has run more often
        self.earlier = {}  # line: the sites of its block that have run when it fails
        recorder.at_end = self.stop

    def install(self):
        """Puts the probes where changed code finds them."""
        counted = self.counted if self.recorder.per_line else lambda _letter, probe: probe
        ran, two, three = self.fast()
        guarded = {"l": self.recorder.note_code, "e": ran, "a": self.augmented, "p": self.late, "d": self.deleted}
        guarded.update({"z": self.done, "2": two, "3": three})
        self.ran = ran
        self.probes = {letter: counted(letter, probe) for letter, probe in guarded.items()}
        self.probes.update(c=self.called, r=self.returns, x=self.arrived, u=self.ends, q=self.left)
        self.probes.update(y=self.yields, b=self.back, g=self.delegates)
        builtins._nalin_k, builtins._nalin_v = self.on, locals
        for letter, probe in self.probes.items():
            setattr(builtins, "_nalin_" + letter, probe)
        for module in (_thread, threading):
            for name in ("start_new_thread", "_start_new_thread", "start_joinable_thread", "_start_joinable_thread"):
                if hasattr(module, name):
                    setattr(module, name, self.before(getattr(module, name)))

    def counted(self, letter, probe):
        """A probe that runs `per_line` times; when others did not, it looks at all names first."""

        def run(number, *values):
            self.runs[number] -= 1
            if self.runs[number] < 0:
                self.on[number] = False
                self.elided = True
                return self.recorder.note(ELIDED)
            if self.elided and letter != "z":
                variables = _program_frame().f_locals
                # What this line has bound is for the probe to say.
                variables = {name: variables[name] for name in variables if name not in self.names[number]}
                self.recorder.compare(self.recorder.frames[-1], variables, False)
            return probe(number if letter in "pdz" else self.code[number], *values)

        return run

    def before(self, start):
        """Starts a thread, but first sees to it that only this one is recorded."""
        main = threading.get_ident()

        def only_main(probe):
            return lambda *values: probe(*values) if threading.get_ident() == main else values[-1] if values else None

        def guarded(*arguments, **named):
            for letter, probe in self.probes.items():
                setattr(builtins, "_nalin_" + letter, only_main(probe))
            return start(*arguments, **named)

        return guarded

    def prepare(self, code):
        """Nothing is left to be done with compiled code."""

    def start(self):
        """The program begins."""

    def finish(self):
        """The program has ended."""

    def stop(self):
        """Nothing is recorded any more."""
        self.on[:] = [False] * len(self.on)

    def fast(self):
        """The probes of lines that only bind names. Closures: what they need is one step away.

        A signal between two appends may tear the last event of all, behind which nothing is recorded (`arrive`).
        """
        recorder, buffer, append, flush = self.recorder, self.recorder.buffer, self.recorder.buffer.append, self.recorder.flush
        give, blocks = recorder.give, recorder.numbers["b"]

        def ran(code, value):
            if type(value) is int or id(type(value)) in PLAIN:
                append(code)
                append(value)
                if len(buffer) >= PART:
                    flush()
            else:
                give(SITE, code >> 5, value)

        def each(code, *values):
            for site, value in zip(list(blocks)[code >> 5], values):
                ran(site << 5 | SITE, value)

        def two(code, one, other):
            if type(one) is int and type(other) is int:
                append(code)
                append(one)
                append(other)
                if len(buffer) >= PART:
                    flush()
            else:
                each(code, one, other)

        def three(code, one, other, third):
            if type(one) is int and type(other) is int and type(third) is int:
                append(code)
                append(one)
                append(other)
                append(third)
                if len(buffer) >= PART:
                    flush()
            else:
                each(code, one, other, third)

        return ran, two, three

    def augmented(self, code, value):
        """As `ran`; a value that can change may have changed under other names too."""
        self.ran(code, value)
        if id(type(value)) not in _CANNOT_CHANGE:
            self.recorder.compare(self.recorder.frames[-1], _program_frame().f_locals)

    def late(self, number, *values):
        """The line has run, and its names hold the values."""
        recorder = self.recorder
        recorder.note(self.code[number] & 15, self.code[number] >> 5)
        for name, value in zip(self.names[number], values):
            recorder.change(recorder.frames[-1], name, value)

    def deleted(self, number):
        """The line has run, and its names are not bound any more."""
        recorder = self.recorder
        recorder.note(self.code[number] & 15, self.code[number] >> 5)
        for name in self.names[number]:
            recorder.frames[-1].seen.pop(name, None)
            recorder.note(DELETE, recorder.name(name))

    def done(self, _number, variables):
        """The line has run: all names of the frame."""
        self.recorder.compare(self.recorder.frames[-1], variables)
        self.recorder.note(DONE)

    def called(self, number, *values):
        """A frame begins."""
        function, own, taken = self.functions[number]
        return self.recorder.call(function, own, zip(taken, values))

    def returns(self, value, variables=None):
        """What the frame will return, if nothing comes in between."""
        frame = self.recorder.frames[-1]
        if variables is not None:
            self.recorder.compare(frame, variables)
        frame.value = value
        return value

    def arrived(self, frame):
        """An exception is in the frame."""
        recorder, error = self.recorder, sys.exc_info()[1]
        if frame is None:
            frame = recorder.frames[-1]
        elif frame.waits and issubclass(type(error), GeneratorExit):
            # A generator that nobody wants any more: what it does now is no part of the story.
            recorder.frames.append(frame)
            frame.waits, frame.raised, frame.state = False, error, len(recorder.buffer)
        elif frame.waits:
            recorder.resume(frame)
        inside = _program_frame()
        line = self.line_of(error, inside)
        if frame.raised is not error:
            variables = inside.f_locals
            for site, name in self.earlier.get(line, ()):  # they have run, and were to be told with this line
                if name in variables:
                    recorder.give(SITE, site, variables[name])
            recorder.compare(frame, variables)
        recorder.arrive(frame, error, line)

    def ends(self, frame):
        """The same where nothing of the frame is left that could handle it."""
        self.arrived(frame)
        (frame or self.recorder.frames[-1]).ends = True

    def line_of(self, error, frame):
        trace, line = _TRACEBACK(error), 0
        while trace is not None:
            if trace.tb_frame is frame:
                line = trace.tb_lineno
            trace = trace.tb_next
        return self.lines.statement(line)[0]

    def left(self, frame):
        """The frame ends."""
        recorder = self.recorder
        if frame is None:
            frame = recorder.frames[-1]
        if frame.state is None:
            recorder.leave(frame)
        else:
            recorder.frames.remove(frame)
            recorder.forget(frame.state)

    def yields(self, frame, value=None, variables=None):
        if variables is not None:
            self.recorder.compare(frame, variables)
        self.recorder.wait(frame, value)
        return value

    def back(self, frame, sent=None):
        self.recorder.resume(frame)
        return sent

    def delegates(self, frame, iterable):
        """Stands between `yield from` and what it delegates to (PEP 380)."""
        iterator = iter(iterable)
        try:
            value = next(iterator)
            while True:
                self.yields(frame, value)
                try:
                    sent = yield value
                except GeneratorExit:
                    getattr(iterator, "close", int)()
                    raise
                except BaseException as error:
                    if not hasattr(iterator, "throw"):
                        raise
                    self.back(frame)
                    value = iterator.throw(error)
                else:
                    self.back(frame)
                    value = next(iterator) if sent is None else iterator.send(sent)
        except StopIteration as end:
            return end.value
