"""The probes `_nalin_t` and `_nalin_w`: which of a site's values are kept, and how they leave.

A site's values are kept by a schedule: with `spread:N` the first N, then at 2N, 4N, 8N, … and always
the last. Between two of them a probe only counts. The last value is not known before the end, so it
must be kept at hand: a value that cannot change (`int`, `float`, `str`, …) as it is, which costs one
reference and is described later; any other is described at once, because it may be changed in place or
be large and must not be kept alive. Describing costs microseconds, so beyond `EXACT` executions of a
site only every 1/256th of its executions is described: its last value is then the last such one, and
says by its occurrence which that is. This depends on counts alone, never on time, so that two runs agree.

What is kept goes to the channel at once, what is only at hand at the end of every cell: a notebook that
is killed loses what its last cell had at hand, and nothing else.
"""

import builtins
import os
import threading

from .describe import describe, type_name

EXACT = 512
_NEVER = 1 << 62
_HOLE = object()
_ATOMS = frozenset((int, float, bool, complex, str, bytes, type(None)))


class Recorder:
    """Counts the executions of each site and sends the values that the schedule keeps."""

    def __init__(self, sites, channel, clock, keep="spread:10", max_values=20000):
        self.channel = channel
        self.clock = clock
        self.mode, _, number = keep.partition(":")
        self.first = int(number or 1)
        self.left = max_values
        self.counts = [0] * sites
        self.due = [1] * sites  # at which execution a site must be looked at
        self.next_kept = [1 if self.mode != "last" else _NEVER] * sites
        self.last = [_HOLE] * sites  # an unchangeable value, described at the end of the cell
        self.pending = [None] * sites  # (occurrence, description) of a changeable one
        self.sent = [0] * sites  # highest occurrence that has left
        self.counted = [0] * sites  # highest count that has left
        self.pid = os.getpid()
        self.thread = threading.get_ident()

    def install(self):
        """Puts the probes where instrumented code finds them."""
        counts, due, last, atoms, hole = self.counts, self.due, self.last, _ATOMS, _HOLE
        look = self.look

        def probe(site, value):
            count = counts[site] + 1
            counts[site] = count
            if count >= due[site]:
                look(site, value, count)
            else:
                last[site] = value if type(value) in atoms else hole

        def wrap(site, value):
            probe(site, value)
            return value

        # `_nalin_t` returns None, always: `for x in _nalin_t(0, y) or (xs):` depends on it.
        self.probe, self.wrap = probe, wrap
        builtins._nalin_t, builtins._nalin_w = probe, wrap
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.stop)

    def stop(self):
        """From now on nothing is recorded: in a child that the notebook forked, or at the end."""
        self.due[:] = [_NEVER] * len(self.due)
        self.channel = None

    def look(self, site, value, count):
        """Keeps or puts by a value, and decides when to look again. Whatever happens here, the notebook goes on."""
        if self.channel is None or self.clock.busy:
            return
        self.clock.busy = True
        try:
            self.keep(site, value, count, type(value) in _ATOMS)
        finally:
            self.clock.busy = False

    def keep(self, site, value, count, atom):
        if count >= self.next_kept[site] and self.left > 0:
            self.left -= 1
            self.next_kept[site] = self.after(count)
            self.last[site], self.pending[site] = _HOLE, None
            self.send(site, count, self.describe(value), True)
        elif atom:
            self.last[site] = value
        elif self.mode != "first":
            self.last[site] = _HOLE
            self.pending[site] = (count, self.describe(value))
        self.due[site] = self.next_look(site, count, atom)

    def after(self, count):
        """The execution to keep after this one."""
        if count < self.first:
            return count + 1
        return _NEVER if self.mode == "first" else max(count * 2, 2)

    def next_look(self, site, count, atom):
        if self.mode == "first":
            return self.next_kept[site]
        if count < EXACT:
            return count + 1
        if atom:
            return self.next_kept[site]
        return min(self.next_kept[site], count + (1 << (count.bit_length() - 9)))

    def describe(self, value):
        # The notebook's code may run now (`__repr__`), and its probes must not record that.
        builtins._nalin_t, builtins._nalin_w = _ignore, _pass
        try:
            return self.clock.description(lambda: describe(value, self.clock.guard))
        except BaseException:
            return [type_name(type(value)), -1, -1, [], -1, "", False, "<%s object>" % type_name(type(value)), -1]
        finally:
            builtins._nalin_t, builtins._nalin_w = self.probe, self.wrap

    def send(self, site, count, description, kept):
        self.sent[site] = self.counted[site] = count
        self.channel.send({"k": "v", "s": site, "n": count, "p": 0 if kept else 1, "v": description})

    def flush(self):
        """Sends what is at hand, and the counts: at the end of a cell."""
        if self.channel is None:
            return
        self.clock.busy = True
        try:
            self.send_rest()
        finally:
            self.clock.busy = False

    def send_rest(self):
        for site, count in enumerate(self.counts):
            if count == self.counted[site]:
                continue
            value, pending = self.last[site], self.pending[site]
            if value is not _HOLE and self.mode != "first":
                self.last[site] = _HOLE
                self.send(site, count, self.describe(value), False)
            elif pending is not None:
                self.send(site, pending[0], pending[1], False)
            self.pending[site] = None
            if count != self.counted[site]:
                self.counted[site] = count
                self.channel.send({"k": "n", "s": site, "n": count})


def _ignore(_site, _value):
    return None


def _pass(_site, value):
    return value
