"""Time: the limits of cell and notebook, and the guard around code that must not take long.

One timer serves both, and it is no timer that the notebook may use (`timer`). The limits are soft: an exception raised in
the notebook, again and again until it gives way, so that what was recorded still leaves. Whoever ignores it is killed
from outside.
"""

import _signal
import os
import signal
import sys
import threading
import time

from .own import builtins as __builtins__  # noqa: F401
from .own import keep
from .timer import SIGNAL, Timer

threading = keep(threading)

TICK = 0.25  # seconds between two exceptions
GUARD = 1.0  # seconds that one description may take in all
_ALARM, _VIRTUAL, _PROFILE = _OWN_TIMERS = (int(signal.SIGALRM), int(signal.SIGVTALRM), int(signal.SIGPROF))
_DEFAULT = _signal.SIG_DFL


class OutOfTime(BaseException):
    """The cell or the notebook has run out of time; no `except Exception` stops it."""


class Overrun(BaseException):
    """The guarded code has run out of time."""


class Clock:
    """Deadlines in seconds of `time.monotonic`."""

    def __init__(self, notebook_seconds, cell_seconds):
        self.end = time.monotonic() + notebook_seconds
        self.cell_seconds = cell_seconds
        self.cell_end = None  # no cell is running
        self.guard_end = None  # no guarded code is running
        self.busy = False  # something is being recorded, and must not be torn
        self.described_by = None  # deadline of the description that is being made
        self.null = None
        self.main = threading.get_ident()
        # Held here, because the notebook may replace or break them.
        self._monotonic, self._ident = time.monotonic, threading.get_ident
        self._arm = None
        self._handler, self._mask = _signal.getsignal, _signal.pthread_sigmask

    def install(self):
        """Arms nothing yet. In the notebook's own process: a timer does not survive a fork."""
        self._arm = Timer().arm
        signal.signal(SIGNAL, self.tick)
        signal.signal(signal.SIGXCPU, self.tick)
        self.null = open(os.devnull, "w")

    def start_cell(self):
        self.cell_end = min(self.end, self._monotonic() + self.cell_seconds)
        self._rearm()

    def end_cell(self):
        self.cell_end = None

    def is_over(self):
        return self._monotonic() >= self.end

    def tick(self, signal_number, _frame):
        now = self._monotonic()
        if self.guard_end is not None:
            if now >= self.guard_end:
                raise Overrun
        elif not self.busy and self.cell_end is not None:
            if signal_number == signal.SIGXCPU:
                self.end = now
                raise OutOfTime("CPU time")
            if now >= self.cell_end:
                raise OutOfTime("notebook" if now >= self.end else "cell")
        self._rearm()

    def _rearm(self):
        ends = [end for end in (self.guard_end, self.cell_end) if end is not None]
        if ends and self._ident() == self.main:
            self._arm(max(min(ends) - self._monotonic(), 0.001), TICK)

    def description(self, make):
        """Calls `make`; its guards share one limit."""
        self.described_by = self._monotonic() + GUARD
        try:
            return make()
        finally:
            self.described_by = None

    def hold(self):
        """Keeps back the signals of a program's own timers while something is recorded: what their handlers raise is for
        the program. Returns what `release` wants.
        """
        handler = self._handler
        # Every look pays for this: written out it takes less than half the time of a loop.
        if handler(_ALARM) is _DEFAULT and handler(_VIRTUAL) is _DEFAULT and handler(_PROFILE) is _DEFAULT:
            return None
        return self._mask(signal.SIG_BLOCK, _OWN_TIMERS)

    def release(self, held):
        if held is not None:
            self._mask(signal.SIG_SETMASK, held)

    def guard(self, ask, default):
        """What `ask` answers; `default` when it raises, exits or takes too long. What it prints is lost.

        Only the first thread gets signals, so elsewhere there is no limit but that of the notebook.
        """
        if self._ident() != self.main or self.guard_end is not None:
            try:
                return ask()
            except Exception:
                return default
        end = self.described_by or self._monotonic() + GUARD
        if self._monotonic() >= end:
            return default
        out, err = sys.stdout, sys.stderr
        try:
            try:
                sys.stdout = sys.stderr = self.null
                self.guard_end = end
                self._rearm()
                return ask()
            except BaseException:
                return default
            finally:
                self.guard_end = None
        except Overrun:  # the tick came between the two
            self.guard_end = None
            return default
        finally:
            sys.stdout, sys.stderr = out, err
            self._rearm()
