"""The probes `_nalin_t` and `_nalin_w`: which of a site's values are kept, and how they leave.

A site's values are kept by a schedule: with `spread:N` the first N, then at 2N, 4N, 8N, … and always
the last. Between two of them a probe only counts. The last value is not known before the end, so it
must be kept at hand: a value that cannot change (`int`, `float`, `str`, …) as it is, which costs one
reference and is described later; of any other a copy (`snapshot`), or, where it is large or of a type that
cannot be copied safely, its description. That costs microseconds, so beyond `EXACT` executions of a
site only every 1/256th of its executions is looked at: its last value is then the last such one, and
says by its occurrence which that is. This depends on counts alone, never on time, so that two runs agree.

Counting is what a hot loop pays for, and arithmetic in Python is dear: so a site gets an iterator of as
many steps as it may run before it must be looked at again, and a probe takes one step. How often it has
run is where it was looked at last and the steps taken since. A site whose first `EXACT` values could not
change is taken to stay like that: should it not, its last value is described at the end of the cell.

What is kept goes to the channel at once, what is only at hand at the end of every cell: a notebook that
is killed loses what its last cell had at hand, and nothing else.
"""

import builtins
import os
import threading
from itertools import repeat
from operator import length_hint

from .own import builtins as __builtins__  # noqa: F401
from .describe import describe
from .kinds import type_name
from .off import switch_off
from .snapshot import ATOMS, NONE, learn, snapshot

EXACT = 512
_NEVER = 1 << 62
_HOLE = object()
_DONE = repeat(None, 0)


class Recorder:
    """Counts the executions of each site and sends the values that the schedule keeps."""

    def __init__(self, sites, channel, clock, keep="spread:10", max_values=20000, trust=False):
        self.channel = channel
        self.clock = clock
        self.mode, _, number = keep.partition(":")
        self.first = int(number or 1)
        self.left = max_values
        self.trust = trust  # whether values may be asked
        self.seen = [0] * sites  # at which execution a site was looked at last
        self.steps = [0] * sites  # how many it may run from there before it must be looked at again
        self.rest = [_DONE] * sites  # of these, those to come, where the last value is kept at hand
        self.skip = [_DONE] * sites  # the same, where it is not
        self.touched = set()  # sites that may have run since the last cell
        self.changeable = [False] * sites  # whether a value was seen that can change
        self.next_kept = [1 if self.mode != "last" else _NEVER] * sites
        self.last = [_HOLE] * sites  # an unchangeable value, described at the end of the cell
        self.pending = [None] * sites  # (occurrence, copy, description or `None`) of a changeable one
        self.sent = [0] * sites  # highest occurrence that has left
        self.counted = [0] * sites  # highest count that has left
        self.pid = os.getpid()
        self.thread = threading.get_ident()

    def install(self):
        """Puts the probes where instrumented code finds them."""
        rest, skip, last, look = self.rest, self.skip, self.last, self.look

        def probe(site, value):
            for _step in rest[site]:
                last[site] = value
                return
            for _step in skip[site]:
                return
            look(site, value)

        def wrap(site, value):
            probe(site, value)
            return value

        # `_nalin_t` returns None, always: `for x in _nalin_t(0, y) or (xs):` depends on it.
        self.probe, self.wrap = probe, wrap
        builtins._nalin_d = [None]
        learn()
        self.switch_on()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.stop)

    def switch_on(self):
        builtins._nalin_t, builtins._nalin_w = self.probe, self.wrap
        builtins._nalin_r, builtins._nalin_l = self.rest, self.last  # for probes without a call (`inline`)

    def stop(self):
        """From now on nothing is recorded: in a child that the notebook forked, or at the end."""
        self.rest[:] = [_DONE] * len(self.rest)
        self.skip[:] = [repeat(None)] * len(self.skip)
        self.channel = None

    def count(self, site):
        """How often a site has run."""
        return self.seen[site] + self.steps[site] - length_hint(self.rest[site]) - length_hint(self.skip[site])

    def look(self, site, value):
        """Keeps or puts by a value, and decides when to look again. Whatever happens here, the notebook goes on."""
        if self.channel is None:
            return
        # Every step is taken. What cannot be looked at (another thread records just now) is counted.
        self.seen[site] = count = self.seen[site] + self.steps[site] + 1
        self.steps[site] = 0
        self.rest[site] = self.skip[site] = _DONE
        self.touched.add(site)
        if self.clock.busy:
            return
        self.clock.busy = True
        held = self.clock.hold()
        try:
            self.keep(site, value, count, id(type(value)) in ATOMS)
        finally:
            self.clock.busy = False
            self.clock.release(held)

    def keep(self, site, value, count, atom):
        if not atom:
            self.changeable[site] = True
        wanted = count >= self.next_kept[site]
        if wanted:
            self.next_kept[site] = self.after(count)
        if wanted and self.left > 0:
            self.left -= 1
            self.last[site], self.pending[site] = _HOLE, None
            self.send(site, count, self.describe(value), True)
        elif atom:
            self.last[site] = value
        elif self.mode != "first":
            self.last[site] = _HOLE
            copy = snapshot(value, self.clock.guard)
            self.pending[site] = (count, copy, self.describe(value) if copy is NONE else None)
        steps = max(self.next_look(site, count) - self.seen[site] - 1, 0)
        if steps:
            self.steps[site] = steps
            at_hand = self.mode != "first" and not self.changeable[site]
            (self.rest if at_hand else self.skip)[site] = repeat(None, steps)

    def after(self, count):
        """The execution to keep after this one."""
        if count < self.first:
            return count + 1
        return _NEVER if self.mode == "first" else max(count * 2, 2)

    def next_look(self, site, count):
        if self.mode == "first":
            return self.next_kept[site]
        if count < EXACT:
            return count + 1
        if not self.changeable[site]:
            return self.next_kept[site]
        return min(self.next_kept[site], count + (1 << (count.bit_length() - 9)))

    def describe(self, value):
        # The notebook's code may run now (`__repr__`), and its probes must not record that.
        switch_off()
        try:
            return self.clock.description(lambda: describe(value, self.clock.guard, self.trust))
        except BaseException:
            return [type_name(type(value)), -1, -1, [], -1, "", False, "<%s object>" % type_name(type(value)), -1]
        finally:
            self.switch_on()

    def send(self, site, count, description, kept):
        self.sent[site] = self.counted[site] = count
        self.channel.send({"k": "v", "s": site, "n": count, "p": 0 if kept else 1, "v": description})

    def flush(self):
        """Sends what is at hand, and the counts: at the end of a cell."""
        if self.channel is None:
            return
        learn()
        self.clock.busy = True
        held = self.clock.hold()
        try:
            self.send_rest()
        finally:
            self.clock.busy = False
            self.clock.release(held)

    def send_rest(self):
        for site in sorted(self.touched):
            count = self.count(site)
            if count == self.counted[site]:
                continue
            value, pending = self.last[site], self.pending[site]
            if value is not _HOLE and self.mode != "first":
                self.last[site] = _HOLE
                self.send(site, count, self.describe(value), False)
            elif pending is not None:
                self.send(site, pending[0], pending[2] or self.describe(pending[1]), False)
            self.pending[site] = None
            if count != self.counted[site]:
                self.counted[site] = count
                self.channel.send({"k": "n", "s": site, "n": count})
        self.touched = {site for site in self.touched if self.steps[site]}  # those may run unseen
