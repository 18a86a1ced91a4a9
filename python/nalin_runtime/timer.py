"""A timer of our own beside those that a program may use itself.

`signal.alarm` and `signal.setitimer` know one timer of each kind for the whole process; whoever arms it disarms everybody
else's. POSIX timers are as many as one likes, and may send a signal that nobody else uses. Python has no function for
them, the kernel has (`timer_create(2)`).
"""

import ctypes
import os
import signal

from .own import builtins as __builtins__  # noqa: F401

SIGNAL = signal.SIGRTMAX - 1
_CREATE, _SETTIME = {"aarch64": (107, 110)}.get(os.uname().machine, (222, 223))
_MONOTONIC = 1
_syscall = ctypes.CDLL(None, use_errno=True).syscall


class _Event(ctypes.Structure):
    """`struct sigevent`: the signal goes to the process."""

    _fields_ = [("value", ctypes.c_void_p), ("signal", ctypes.c_int), ("notify", ctypes.c_int), ("rest", ctypes.c_int * 12)]


class _Times(ctypes.Structure):
    """`struct itimerspec`."""

    _fields_ = [(name, ctypes.c_long) for name in ("every", "every_ns", "first", "first_ns")]


class Timer:
    """Sends `SIGNAL` after some seconds, and then again and again. A forked child does not inherit it."""

    def __init__(self):
        number = ctypes.c_int()
        event = _Event(signal=SIGNAL)
        if _syscall(_CREATE, _MONOTONIC, ctypes.byref(event), ctypes.byref(number)) != 0:
            raise OSError(ctypes.get_errno(), "make a timer")
        self.times = _Times()
        self.arguments = _SETTIME, number.value, 0, ctypes.byref(self.times), None
        self.set = _syscall

    def arm(self, first, every):
        times = self.times
        times.first, times.first_ns = int(first), int(first % 1 * 1e9)
        times.every, times.every_ns = int(every), int(every % 1 * 1e9)
        self.set(*self.arguments)
