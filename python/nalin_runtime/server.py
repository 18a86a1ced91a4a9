"""The server of one worker: imports the heavy packages once, forks for every notebook, watches it.

It speaks with `nbexec` over its stdin and stdout: frames of one letter, four bytes of length (big
endian) and a payload. In come the limits of a job (`L`, JSON) and the job itself (`J`, JSON); out go a greeting
(`H`, JSON), the bytes that the notebook wrote to its record channel (`R`, untouched and untrusted), and the end of
each job (`D`, JSON). One job at a time. When stdin closes, everything ends.

The next notebook is a copy of this process. So no byte of a notebook ever lies in memory that it would inherit: the
job is read by the child alone, and what it writes passes through a buffer that no child gets.
"""

import fcntl
import gc
import importlib
import io
import json
import mmap
import os
import select
import signal
import struct
import sys
import time
import warnings

from . import channel, isolate, seccomp, shell, tree, warm

POLL = 0.1  # seconds between two looks at the tree
THOROUGH = 10  # every how many looks also at what takes longer to add up
GRACE = 1.5  # seconds from the soft time-out to the hard one


def main():
    config = json.loads(sys.argv[1])
    control = Control()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # in a container a notebook can send it to us
    if config["namespaces"]:
        walls = isolate.Namespaces()
    else:
        from . import plain

        walls = plain.Plain(config["container"])
    isolate.set_visible(False)  # the notebooks' processes belong to the same user
    if not config["cold"]:
        from . import notebook, trace  # noqa: F401 - so that no notebook has to import it

        if config["trace"]:
            trace.engine(config["trace"])

    loaded = preload(config["preload"])
    if "IPython" in sys.modules:
        shell.ipython()
    warm.up()
    gc.collect()
    gc.freeze()
    version = ".".join(str(part) for part in sys.version_info[:3])
    control.send(b"H", json.dumps({"python": version, "preloaded": loaded}).encode())
    while True:
        limits, text = control.receive()
        if text is None:
            os._exit(0)  # an orderly end of the interpreter takes longer than many a notebook
        try:
            done = Job(limits, text, config, control, walls).run()
        except OSError as error:
            done = {"reason": "setup", "detail": str(error)}
        control.send(b"D", json.dumps(done).encode())


def preload(names):
    """Imports what is there. A package that cannot be imported is the notebook's to find out."""
    loaded = []
    show, warnings.showwarning = warnings.showwarning, lambda *_warning, **_named: None  # nobody can mend them
    for name in names:
        try:
            importlib.import_module(name)
            loaded.append(name)
        except Exception:
            continue
    warnings.showwarning = show
    return loaded


class Control:
    """The connection with nbexec, moved away from stdin and stdout so that nobody else gets at it."""

    def __init__(self):
        self.reader, self.writer = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.close(null)

        self.buffer = mmap.mmap(-1, _HEAD.size + (1 << 16))
        self.buffer.madvise(mmap.MADV_DONTFORK)
        self.payload = memoryview(self.buffer)[_HEAD.size :]

    def receive(self):
        """The limits of a job, and its text in memory that is given back with it; `None`: there is no more."""
        limits = self._receive_text()
        text = limits and self._receive_text()
        return (json.loads(limits[:]), text) if text else (None, None)

    def _receive_text(self):
        head = bytearray(_HEAD.size)
        if not self._fill(head):
            return None
        text = mmap.mmap(-1, _HEAD.unpack(head)[1])
        return text if self._fill(text) else None

    def _fill(self, target):
        left = memoryview(target)
        while left:
            size = os.readv(self.reader, [left[: 1 << 20]])
            if not size:
                return False
            left = left[size:]
        return True

    def send(self, letter, body):
        self._write(memoryview(_HEAD.pack(letter, len(body)) + body))

    def pass_on(self, size):
        """Sends the first bytes of the payload as a notebook's."""
        _HEAD.pack_into(self.buffer, 0, b"R", size)
        self._write(memoryview(self.buffer)[: _HEAD.size + size])

    def _write(self, data):
        while data:
            data = data[os.write(self.writer, data) :]

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


_HEAD = struct.Struct(">cI")


class Job:
    """One notebook: its processes, its pipes, and what became of it."""

    def __init__(self, limits, text, config, control, walls):
        self.limits, self.text, self.config, self.control, self.walls = limits, text, config, control, walls
        self.reason, self.detail = "", ""
        self.looks = 0
        self.own_virtual = tree.virtual_bytes(os.getpid())
        self.cpu = self.peak = 0
        self.record_bytes = self.output_bytes = 0

    def run(self):
        self.start = time.monotonic()
        records, records_in = os.pipe()
        output, output_in = os.pipe()
        trouble, trouble_in = os.pipe()
        self.shared = channel.open_shared()
        try:
            return self.run_with(records, records_in, output, output_in, trouble, trouble_in)
        finally:
            for fd in (records, output, trouble, self.shared):
                os.close(fd)

    def run_with(self, records, records_in, output, output_in, trouble, trouble_in):
        try:
            self.pid = self.walls.fork()
            if self.pid == 0:
                start(self.text, self.config, self.walls, (records_in, self.shared), output_in, trouble_in)
        finally:
            for fd in (records_in, output_in, trouble_in):
                os.close(fd)
            self.text.close()
        try:
            self.watch(records, output)
        finally:
            os.kill(self.pid, signal.SIGKILL)
            _pid, status, usage = os.wait4(self.pid, 0)
            self.pid = None
            clean = self.walls.leave()
        self.take_rest(records)
        said = os.read(trouble, 1 << 16).decode("utf-8", "replace")
        self.cpu = max(self.cpu, usage.ru_utime + usage.ru_stime)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if killed and not self.reason and self.cpu >= self.limits["cpu_seconds"]:
            # The kernel's own limit, a little later, for code that does not listen to the signal before.
            self.reason, self.detail = "timeout", "used more than %d s of CPU time" % self.limits["cpu_seconds"]
        return {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "reason": self.reason or ("setup" if said else ""),
            "detail": self.detail or said,
            "wall": time.monotonic() - self.start,
            "cpu": self.cpu,
            "peak": max(self.peak, usage.ru_maxrss * 1024),
            "last": not clean,
        }

    def watch(self, records, output):
        """Hands on what the notebook records, drops what it prints, until its process has ended."""
        ending = isolate.ending(self.pid)
        poll = select.poll()
        for fd in (records, output, ending, self.control.reader):
            poll.register(fd, select.POLLIN)
        next_look = self.start + POLL
        while True:
            for fd, _event in poll.poll(max(next_look - time.monotonic(), 0) * 1000):
                if fd == self.control.reader:
                    raise SystemExit(1)  # nothing is sent to us while a job runs: nbexec is gone
                if fd == ending:
                    return os.close(ending)
                size = os.readv(fd, [self.control.payload])
                if not size:
                    poll.unregister(fd)
                elif fd == records:
                    self.take_records(size)
                else:
                    self.take_output(size)
            if time.monotonic() >= next_look:
                self.look()
                next_look = time.monotonic() + POLL

    def take_rest(self, records):
        """What is still in the pipe, and what the notebook could not write any more."""
        os.set_blocking(records, False)
        try:
            while self.reason != "records":
                size = os.readv(records, [self.control.payload])
                if not size:
                    break
                self.take_records(size)
        except BlockingIOError:
            pass
        for size in channel.left_behind(self.shared, self.control.payload):
            self.control.pass_on(size)

    def take_records(self, size):
        self.record_bytes += size
        if self.record_bytes <= self.limits["record_bytes"]:
            self.control.pass_on(size)
        else:
            self.kill("records", "wrote more than %d bytes of records" % self.limits["record_bytes"])

    def take_output(self, size):
        self.output_bytes += size
        if self.output_bytes > self.limits["output_bytes"]:
            self.kill("output", "wrote more than %d bytes of output" % self.limits["output_bytes"])

    def look(self):
        """Time, memory and number of processes of the whole tree."""
        limits = self.limits
        processes = [process for process in tree.descendants(os.getpid()) if process.pid != self.walls.init]
        self.looks += 1
        thorough = self.looks % THOROUGH == 0
        sockets = self.walls.own_network
        memory = tree.charged_bytes(processes, limits["memory_bytes"], self.own_virtual, sockets, thorough)
        self.cpu = max(self.cpu, sum(process.cpu for process in processes))
        self.peak = max([self.peak] + [process.resident for process in processes])
        if time.monotonic() > self.start + limits["timeout"] + GRACE:
            self.kill("timeout", "did not stop when asked to")
        elif self.cpu > limits["cpu_seconds"] + GRACE:
            self.kill("timeout", "used more than %d s of CPU time" % limits["cpu_seconds"])
        elif memory > limits["memory_bytes"]:
            self.kill("memory", "its processes held more than %d bytes" % limits["memory_bytes"])
        elif len(processes) > limits["processes"]:
            self.kill("processes", "had more than %d processes" % limits["processes"])

    def kill(self, reason, detail):
        """Ends the notebook's own process; with it ends the watch, and then all others."""
        if not self.reason:
            self.reason, self.detail = reason, detail
            if self.pid is not None:  # in the pipe may still be more than is allowed when it has ended
                os.kill(self.pid, signal.SIGKILL)


def text_file(text):
    """A file in memory, at its beginning."""
    fd = os.memfd_create("text")
    data = memoryview(text.encode("utf-8", "replace"))
    while data:
        data = data[os.write(fd, data) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def start(text, config, walls, records, output, trouble):
    """The notebook's own process."""
    code, leave, flush = 70, os._exit, io.TextIOWrapper.flush
    try:
        try:
            job = json.loads(text[:])
            isolate.set_visible(True)
            isolate.offer()
            os.chdir(walls.enter(job, config))
        except BaseException as error:
            os.write(trouble, (str(error) or type(error).__name__).encode("utf-8", "replace"))
            raise
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDONLY) if not job.get("stdin") else text_file(job["stdin"])
        # Out of the way of the numbers that they get below.
        sources = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in (null, output, output, *records)]
        for target, source in enumerate(sources):
            os.dup2(source, target)
        os.closerange(5, 1 << 12)
        if config["cold"]:
            job_fd = text_file(json.dumps(job))
            os.dup2(job_fd, 5)
            os.set_inheritable(5, True)  # for when it was 5 already
        isolate.set_limits(job)
        seccomp.install()
        if config["cold"]:
            command = "import sys; sys.path[0] = %r; from nalin_runtime import cold" % config["runtime"]
            os.execv(sys.executable, [sys.executable, "-s", "-B", "-c", command])
        from . import notebook

        sys.stdin = open(0, closefd=False)
        sys.stdout = out = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
        notebook.run(job, 3, 4)
        code = 0
        flush(out)  # not what the notebook may have put in its place
    finally:
        leave(code)
