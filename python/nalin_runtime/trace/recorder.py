"""Collects the events of a trace and sends them, a few thousand at a time.

What a probe pays for is one or two appends: an event is a number in a list, with the value behind it. An `int`,
`float` or `None` cannot change and is written when the list is sent, all of them in one call: as machine words when
there is nothing but whole numbers, else as JSON. Any other value becomes a text at once. The number says what
happened: `argument << 5 | shown << 4 | kind`, `shown` when a text follows in place of a value. Names, functions and
sites are numbered when they are first met, and sent before their numbers.

    kind       argument            behind it
    LINE       line                             a line begins
    SITE       site (line, name)   value        it has run, and the name holds the value
    CHANGE     name                value        a name of the frame's present line holds the value
    DELETE     name                             it is not bound any more
    CALL       function (name, line)            a frame begins; its parameters follow as changes
    RETURN     frame               value        the frame ends
    RAISE      line                text         an exception arrives, or is raised, in this line
    UNWIND     frame                            the frame ends by it
    YIELD      frame               value        the frame waits
    RESUME     frame                            it goes on (frames are numbered as they are called)
    OUTPUT                         text         something is written
    ELIDED                                      lines that ran often are not recorded from here on
    LATE       line                             a line has run; what came since the last one was its doing
    DONE                                        the line's doing ends here
    TWO, THREE block of sites      values       SITE for each of them

Which of the changes are news is not decided here but by who reads them.
"""

import io
import json
from array import array

from ..clock import OutOfTime
from ..kinds import clean
from .text import error_text, text

LINE, SITE, CHANGE, DELETE, CALL, RETURN, RAISE, UNWIND, YIELD, RESUME, OUTPUT, ELIDED, LATE, DONE, TWO, THREE = range(16)
SIZES = [1] * 16  # by kind: numbers and values of an event
for _kind in (SITE, CHANGE, RETURN, RAISE, YIELD, OUTPUT):
    SIZES[_kind] = 2
SIZES[TWO], SIZES[THREE] = 3, 4
SHOWN = 16
PART = 3000  # numbers and values in one message, of at most 48 kB as machine words
MAX_MESSAGE = 60000  # characters
MAX_OUTPUT = 1000  # characters of one event
MAX_OUTPUT_IN_ALL = 1 << 16
PLAIN = frozenset(id(kind) for kind in (int, float, type(None)))  # no `bool`, which would pass for an `int`
_NOTHING_NEW = '{"n":[],"d":[],"s":[],"b":[]}'
_HOLE = object()
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Frame:
    """What is known of one frame: its number, its own names, and what they held when last looked at."""

    __slots__ = ("number", "own", "seen", "value", "raised", "ends", "waits", "state", "place", "begun")

    def __init__(self, number, own):
        self.number = number
        self.own = own  # names that are the function's own; `None`: all but those of the recorder's `hidden`
        self.seen = {}
        self.value = None  # what it returns
        self.raised = None  # the exception that arrived last
        self.ends = False  # by that exception
        self.waits = False  # a generator that has yielded
        self.state = None  # the engine's
        self.place = -1  # likewise
        self.begun = {}  # likewise: where in the code a `with` statement began, by its first line


class Recorder:
    """The events of one program. `events`: how many are wanted; `per_line`: of one line, 0 for all."""

    def __init__(self, channel, clock, events, per_line):
        self.channel, self.clock, self.per_line = channel, clock, per_line
        self.left = 8 * events  # numbers and values: an event is seldom more, and the reader counts well
        self.buffer = []
        self.numbers = {"n": {}, "d": {}, "s": {}, "b": {}}  # of names, functions, sites and blocks
        self.new = {"n": [], "d": [], "s": [], "b": []}
        self.calls = 0
        self.frames = [Frame(-1, None)]
        self.hidden = frozenset()
        self.exact = False  # whether every change comes through `change`, so that it can tell what is none
        self.output_left = MAX_OUTPUT_IN_ALL
        self.on = True
        self.at_end = lambda: None  # the engine's, called when nothing is wanted any more

    def name(self, name):
        """The number of a name."""
        return self._number("n", name, clean(name))

    def function(self, name, line):
        """The number of a function with the first line of its definition."""
        return self._number("d", (name, line), [clean(name), line])

    def site(self, line, name):
        """The number of a name that a line binds."""
        return self._number("s", (line, name), [line, self.name(name)])

    def block(self, sites):
        """The number of sites that run one after the other."""
        return self._number("b", tuple(sites), list(sites))

    def _number(self, kind, key, entry):
        numbers = self.numbers[kind]
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(numbers)
            self.new[kind].append(entry)
        return number

    # ---- events ----------------------------------------------------------------------------------

    def note(self, kind, argument=0):
        """An event without a value."""
        self.buffer.append(argument << 5 | kind)
        if len(self.buffer) >= PART:
            self.flush()

    def note_code(self, code):
        """The same, with kind and argument in one. Returns `None`: the truth of `begin` in `rewrite` depends on it."""
        self.buffer.append(code)
        if len(self.buffer) >= PART:
            self.flush()

    def give(self, kind, argument, value):
        """An event with a value."""
        if id(type(value)) in PLAIN:
            self.buffer += (argument << 5 | kind, value)
        else:
            self.buffer += (argument << 5 | SHOWN | kind, text(value))
        if len(self.buffer) >= PART:
            self.flush()

    def call(self, function, own, parameters):
        """A frame begins; `parameters` are pairs of name and value."""
        frame = Frame(self.calls, own)
        self.calls += 1
        self.frames.append(frame)
        self.note(CALL, function)
        for name, value in parameters:
            self.change(frame, name, value)
        return frame

    def leave(self, frame):
        """The frame ends, by what it returns or by what arrived in it."""
        self._pop(frame)
        if frame.ends:
            self.note(UNWIND, frame.number)
        else:
            self.give(RETURN, frame.number, frame.value)

    def wait(self, frame, value):
        """A generator's frame yields."""
        self._pop(frame)
        frame.waits = True
        self.give(YIELD, frame.number, value)

    def resume(self, frame):
        """It goes on."""
        frame.waits = False
        self.frames.append(frame)
        self.note(RESUME, frame.number)

    def _pop(self, frame):
        """Takes the frame away, and with it those above, which ended unseen."""
        frames = self.frames
        while len(frames) > 1 and frames.pop() is not frame:
            pass

    def arrive(self, frame, error, line):
        """An exception is in the frame, once however often it is raised again."""
        if issubclass(type(error), OutOfTime):
            self.stop()
        elif frame.raised is not error:
            frame.raised = error
            self.buffer += (line << 5 | SHOWN | RAISE, error_text(error))

    def output(self, written):
        """Something is written to stdout."""
        if self.output_left > 0 and written:
            part = written[: self.output_left]
            self.output_left -= len(part)
            if not self.on:
                return self.channel.send_text('{"k":"t","new":%s,"e":[%d,%s]}' % (_NOTHING_NEW, SHOWN | OUTPUT, _encode(clean(part))))
            for start in range(0, len(part), MAX_OUTPUT):
                self.buffer += (SHOWN | OUTPUT, clean(part[start : start + MAX_OUTPUT]))
                if len(self.buffer) >= PART:
                    self.flush()

    def change(self, frame, name, value):
        """The name holds the value in the frame on top. Whether that is news is in the end for the reader to say."""
        if not self.exact:
            frame.seen[name] = None
            return self.give(CHANGE, self.name(name), value)
        plain = id(type(value)) in PLAIN
        now = value if plain else text(value)
        before = frame.seen.get(name, _HOLE)
        if before is now or not plain and before == now:
            return
        frame.seen[name] = now
        self.buffer += (self.name(name) << 5 | (0 if plain else SHOWN) | CHANGE, now)
        if len(self.buffer) >= PART:
            self.flush()

    def compare(self, frame, variables, all_of_them=True):
        """All that the frame's names hold now, and those that are gone, if these are all of its names."""
        own, hidden, seen = frame.own, self.hidden, frame.seen
        for name, value in list(variables.items()):
            if name in own if own is not None else not (name in hidden or name[:2] == "__" == name[-2:]):
                self.change(frame, name, value)
        for name in [name for name in seen if name not in variables and all_of_them]:
            del seen[name]
            self.note(DELETE, self.name(name))

    def forget(self, start):
        """Takes back what was noted from a place on, but not what was written."""
        place = start
        while place < len(self.buffer):
            size = SIZES[self.buffer[place] & 15]
            if self.buffer[place] & 15 == OUTPUT:
                place += size
            else:
                del self.buffer[place : place + size]

    # ---- sending ---------------------------------------------------------------------------------

    def flush(self):
        """Sends what is there."""
        if not self.buffer:
            return
        self.clock.busy = True
        try:
            events, self.buffer[:] = self.buffer[:], ()
            if self.on:
                self.send(events)
        except RecursionError:
            self.buffer[:0] = events  # when the program is less deep
        finally:
            self.clock.busy = False

    def send(self, events):
        self.left -= len(events)
        try:
            encoded = '"%s"' % array("q", events).tobytes().hex()
        except (TypeError, OverflowError):
            encoded = self.json(events)
        if encoded:
            new, self.new = self.new, {"n": [], "d": [], "s": [], "b": []}
            self.channel.send_text('{"k":"t","new":%s,"e":%s}' % (_encode(new), encoded))
        if self.left <= 0:
            self.stop()

    def json(self, events):
        """The events in JSON; nothing when that is too long, and they were sent in parts."""
        try:
            encoded = _encode(events)
        except ValueError:  # Python writes no number of more than 4,300 digits
            encoded = _encode(self.spelled_out(events))
        if len(encoded) > MAX_MESSAGE and len(events) > 2:
            middle = _middle(events)
            self.send(events[:middle])
            self.send(events[middle:])
            return ""
        return encoded

    def spelled_out(self, events):
        """The events with texts in place of the longest numbers."""
        found, place, blocks = [], 0, list(self.numbers["b"])
        while place < len(events):
            code = events[place]
            size = SIZES[code & 15]
            sites = blocks[code >> 5] if code & 15 in (TWO, THREE) else ()
            codes = [site << 5 | SITE for site in sites] or [code]
            for code, value in zip(codes, events[place + 1 : place + size] or [_HOLE]):
                if type(value) is int and abs(value) >> 8192:
                    found += (code | SHOWN, text(value))
                else:
                    found += (code,) if value is _HOLE else (code, value)
            place += size
        return found

    def stop(self):
        """Nothing is wanted any more."""
        if self.on:
            self.on = False
            self.channel.send({"k": "to"})
            self.at_end()


def _middle(events):
    """Where a list of events can be parted."""
    place = 0
    while place < len(events) // 2:
        place += SIZES[events[place] & 15]
    return place


class Output(io.TextIOWrapper):
    """The program's stdout."""

    recorder = None

    def write(self, written):
        count = super().write(written)
        if type(written) is str:
            self.recorder.output(written)
        return count
