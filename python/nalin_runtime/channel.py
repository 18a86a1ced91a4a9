"""The channel to the outside: one JSON object a line, written whole by one thread at a time."""

import json
import os
import threading
import time

_FULL = 1 << 16
_OLD = 0.2


class Channel:
    """Collects lines and writes them when there are many, when they are old, or when told to."""

    def __init__(self, fd):
        self.fd = fd
        self.lines = []
        self.size = 0
        self.written = time.monotonic()
        self.lock = threading.RLock()

    def send(self, message):
        line = json.dumps(message, separators=(",", ":"), ensure_ascii=True)
        with self.lock:
            self.lines.append(line)
            self.size += len(line)
            if self.size > _FULL or time.monotonic() - self.written > _OLD:
                self.flush()

    def flush(self):
        with self.lock:
            self.written = time.monotonic()
            if not self.lines:
                return
            data = memoryview(("\n".join(self.lines) + "\n").encode("ascii"))
            self.lines, self.size = [], 0
            while data:
                data = data[os.write(self.fd, data) :]
