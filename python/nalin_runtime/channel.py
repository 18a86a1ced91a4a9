"""The channel to the outside: one JSON object a line, through a pipe, written whole by one thread at a time.

Lines wait in memory that the server shares, so that those of a notebook that is killed are not lost:
the server finds them there. The pipe is written when that memory is full, and at the end of each cell.
"""

import json.encoder
import mmap
import os
import re
import struct
import threading

from .own import builtins as __builtins__  # noqa: F401
from .own import keep

os = keep(os)
SHARED_BYTES = 1 << 17
# The escapes of a JSON text, one after the other, so that a backslash before `\\ud800` is not taken for its beginning.
_ESCAPE = re.compile(r"\\(?:ud[89ab]..\\ud[c-f]..|u(d[89a-f]..)|.)")
_HEAD = struct.Struct("=Q")  # how many bytes wait; they follow


def _encoder():
    """What `json.dumps(…, separators=(",", ":"))` calls at last, in C: nothing of it can be replaced."""
    make = json.encoder.c_make_encoder
    if make is None:
        return json.JSONEncoder(separators=(",", ":")).encode
    to_text = make(None, _refuse, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True)
    join = "".join
    return lambda message: join(to_text(message, 0))


def _refuse(value):
    raise TypeError(type(value))


_encode = _encoder()


class Channel:
    """The notebook's end."""

    def __init__(self, fd, shared_fd):
        self.fd = fd
        self.shared = mmap.mmap(shared_fd, SHARED_BYTES)
        # It is written by address alone: the descriptor, and the copy that `mmap` makes, would be open to
        # whoever writes to every number. Nothing else is open above them yet.
        os.closerange(shared_fd, shared_fd + 16)
        self.used = 0
        self.pid = os.getpid()  # a child that goes on in the notebook's place has nothing to say
        self.lock = threading.RLock()

    def send(self, message):
        self.send_text(_encode(message))

    def send_text(self, message):
        if "\\ud" in message:
            message = _ESCAPE.sub(_sound, message)
        line = message.encode("ascii") + b"\n"
        if os.getpid() != self.pid:
            return
        with self.lock:
            start = _HEAD.size + self.used
            if start + len(line) > SHARED_BYTES:
                self.flush()
                start = _HEAD.size
            if start + len(line) > SHARED_BYTES:
                return self._write(line)
            self.shared[start : start + len(line)] = line
            self.used += len(line)
            _HEAD.pack_into(self.shared, 0, self.used)

    def flush(self):
        if os.getpid() != self.pid:
            return
        with self.lock:
            self._write(self.shared[_HEAD.size : _HEAD.size + self.used])
            self.used = 0
            _HEAD.pack_into(self.shared, 0, 0)

    def _write(self, data):
        data = memoryview(data)
        while data:
            data = data[os.write(self.fd, data) :]


def _sound(escape):
    """The escape, but of half of a surrogate pair the replacement character: no UTF-8 can say half a pair."""
    return "\\ufffd" if escape.group(1) else escape.group()


def open_shared():
    """The server's end: the memory as a file."""
    fd = os.memfd_create("records")
    os.ftruncate(fd, SHARED_BYTES)
    return fd


def left_behind(fd, buffer):
    """Reads the lines that a notebook could not write any more into `buffer`, and yields how many bytes lie there.

    They are read as a file, which the notebook may have truncated.
    """
    head = os.pread(fd, _HEAD.size, 0)
    waiting = _HEAD.unpack(head)[0] if len(head) == _HEAD.size else 0
    if waiting == 0:
        return
    # The pipe may have ended in the middle of a line.
    buffer[:1] = b"\n"
    yield 1
    end = _HEAD.size + min(waiting, SHARED_BYTES - _HEAD.size)
    at = _HEAD.size
    while at < end:
        size = os.preadv(fd, [buffer[: end - at]], at)
        if size == 0:
            return
        yield size
        at += size
